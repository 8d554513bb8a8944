"""The forms of a minibatch: the distinct ones, each once, in whatever order, and where each stands; or one a place."""

import itertools
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nerwin.arrays import Rows
from nerwin.network.surroundings import Surroundings
from nerwin.text.features import form_table
from nerwin.text.windows import windows
from nerwin.training.objective import loss_and_gradients
from nerwin.training.placed import as_they_stand, distinct
from tests.test_trainer import new_trainer, village_config

FORMS = st.sampled_from([0, 1, 2, 3, 70_000])
WINDOWS = st.lists(st.lists(FORMS, min_size=3, max_size=3), max_size=8)


@settings(derandomize=True, max_examples=200, deadline=None)
@given(WINDOWS, st.none() | st.lists(FORMS | st.just(90_000), min_size=1, max_size=8))
def test_every_form_is_there_once_and_places_lead_to_it(rows: list[list[int]], words: list[int] | None) -> None:
    ids = np.array(rows, np.int32).reshape(-1, 3)
    nowhere, around = np.zeros(len(ids), int), None
    if words is not None:
        around = Surroundings(np.array(words, np.int32), np.array([len(words)]), nowhere, nowhere, 1.0)
    found = distinct(ids, around)
    assert sorted(found.forms.tolist()) == sorted({*itertools.chain(*rows), *(words or [])})
    assert found.places.shape == ids.shape
    assert np.array_equal(found.forms[found.places], ids)
    if around is None:
        assert found.around is None
    else:
        assert found.around is not None
        assert found.forms[found.around.words].tolist() == words
        assert found.around.lengths is around.lengths


def test_with_one_table_each_place_may_have_a_form_of_its_own(tmp_path: Path) -> None:
    """The same loss and gradients as by distinct forms, here with the padding and a word in many places."""
    trainer = new_trainer(village_config(tmp_path, "features={}", "objective.corruption=window"))
    model, flat, sources = trainer.model, trainer.parts.train.flat, trainer.state.generators
    forms = form_table(model.lookups, trainer.parts.vocabulary.forms)
    batch = next(model.corruption.batches(flat, trainer.targets, sources["order"], sources["corruption"], 16))
    ids = windows(flat.tokens, batch.centres, model.config.window.size)
    assert len(np.unique(ids)) < ids.size
    assert model.placed(ids, None).in_order
    plain, grads = loss_and_gradients(model, model.corruption, forms, distinct(ids), batch)
    ours, found = loss_and_gradients(model, model.corruption, forms, as_they_stand(ids), batch)
    assert ours.active
    assert ours.value == plain.value
    assert found.keys() == grads.keys() == model.params.keys()
    for name, g in grads.items():
        full, own = (one.dense(model.params[name].shape) if isinstance(one, Rows) else one for one in (g, found[name]))
        np.testing.assert_allclose(own, full, rtol=1e-4, atol=1e-6)
        assert full.any()
