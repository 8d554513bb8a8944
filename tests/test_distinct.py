"""The forms of a minibatch: the distinct ones, each once, in whatever order, and where each stands; or one a place."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nerwin.arrays import Floats, Ints, Rows
from nerwin.corruption.interface import Loss
from nerwin.network.placed import AsTheyStand, ByPlace, Placed, as_they_stand, by_place, distinct
from nerwin.network.surroundings import Surroundings
from nerwin.text.features import form_table
from nerwin.text.windows import windows
from nerwin.training.objective import loss_and_gradients
from nerwin.training.state import generators
from nerwin.training.trainer import Trainer
from tests.village import new_trainer, village_config

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


@settings(derandomize=True, max_examples=200, deadline=None)
@given(WINDOWS)
def test_every_place_has_each_of_its_forms_once(rows: list[list[int]]) -> None:
    ids = np.array(rows, np.int32).reshape(-1, 3)
    found = by_place(ids)
    assert found.places.shape == ids.shape
    assert np.array_equal(found.forms[found.places], ids)
    for c, (start, end) in enumerate(itertools.pairwise(found.borders)):
        assert sorted(found.forms[start:end].tolist()) == sorted(set(ids[:, c].tolist()))
        assert ((start <= found.places[:, c]) & (found.places[:, c] < end)).all()


def test_windows_that_are_not_written_out_stand_for_those_that_are(rng: np.random.Generator) -> None:
    ids, Wt = rng.integers(0, 5, (12, 3)), rng.normal(size=(6, 4))
    L = rng.normal(size=(5, 2))
    listed = by_place(ids)
    x, written = listed.windows(L[listed.forms]), L[ids].reshape(12, 6)
    np.testing.assert_array_equal(np.asarray(x), written)
    np.testing.assert_array_equal(x.take(np.array([7, 0, 7]), axis=0), written[[7, 0, 7]])
    np.testing.assert_allclose(x @ Wt, written @ Wt, rtol=1e-12, atol=1e-12)


class Found(NamedTuple):
    """A loss, and all gradients in full."""

    loss: Loss
    grads: dict[str, Floats]


def gradients_of(trainer: Trainer, placed: Callable[[Ints], Placed]) -> Found:
    """Of the first minibatch of a training, its windows placed in some way."""
    model, flat, sources = trainer.model, trainer.parts.train.flat, generators(1)
    forms = form_table(model.lookups, trainer.parts.vocabulary.forms)
    batch = next(model.corruption.batches(flat, trainer.targets, sources["order"], sources["corruption"], 16))
    ids = windows(flat.tokens, batch.centres, model.config.window.size)
    assert len(np.unique(ids)) < ids.size
    masks = model.draw_masks(sources["dropout"], len(ids))
    model.params["b1"][:] = np.linspace(-0.5, 0.5, len(model.params["b1"]))  # a fresh one is 0
    loss, grads = loss_and_gradients(model, forms, placed(ids), batch, masks)
    assert loss.active
    full = {name: g.dense(model.params[name].shape) if isinstance(g, Rows) else g for name, g in grads.items()}
    return Found(loss, full)


def assert_equal_to_rounding(ours: Found, plain: Found) -> None:
    assert ours.loss.value == pytest.approx(plain.loss.value, rel=1e-6)
    assert ours.grads.keys() == plain.grads.keys()
    for name, g in plain.grads.items():
        np.testing.assert_allclose(ours.grads[name], g, rtol=1e-4, atol=1e-6)
        assert g.any()


def test_with_one_table_each_place_may_have_a_form_of_its_own(tmp_path: Path) -> None:
    """The same loss and gradients as by distinct forms, here with the padding and a word in many places."""
    trainer = new_trainer(village_config(tmp_path, "features={}", "objective.corruption=window"))
    assert isinstance(trainer.model.placed(np.ones((4, 5), np.int32), None), AsTheyStand)
    assert_equal_to_rounding(gradients_of(trainer, as_they_stand), gradients_of(trainer, distinct))


@pytest.mark.parametrize(
    "overrides",
    [
        ["features={}", "objective.corruption=window"],
        ['features={"shape": 3, "suffix2": 4}', "objective.corruption=label", "objective.l2=0.01"],
        ["scorer.hidden=[6, 5]", "scorer.dropout=0.4", "window.size=3"],
        # Never taken, since x is written out for these; but right.
        ["scorer.input_dropout=0.3"],
        ["preprocess.method=whiten"],
    ],
)
def test_forms_may_be_projected_place_by_place(tmp_path: Path, overrides: list[str]) -> None:
    trainer = new_trainer(village_config(tmp_path, *overrides))
    assert_equal_to_rounding(gradients_of(trainer, by_place), gradients_of(trainer, distinct))


@pytest.mark.parametrize(
    ("overrides", "taken"),
    [
        ([], True),
        (["scorer.dropout=0.5"], True),
        (["scorer.input_dropout=0.2"], False),
        (["preprocess.method=center"], False),
        (["words.dim=8"], False),
        (['features={"ngrams": 4}'], False),
    ],
)
def test_many_windows_are_projected_place_by_place(tmp_path: Path, overrides: list[str], *, taken: bool) -> None:
    trainer = new_trainer(village_config(tmp_path, "words.dim=50", *overrides))
    ids = windows(trainer.parts.train.flat.tokens, np.resize(trainer.parts.train.flat.centres, 1000), 5)
    assert isinstance(trainer.model.placed(ids, None), ByPlace) is taken
    assert not isinstance(trainer.model.placed(ids[:900], None), ByPlace)
