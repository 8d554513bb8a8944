"""The distinct forms of a minibatch: each once, in whatever order, and where each stands."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nerwin.network.surroundings import Surroundings
from nerwin.training.model import distinct

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
