"""Words that come again lean on each other: the rule against a loop over all places, and where it reaches."""

import numpy as np
import pytest

from nerwin.arrays import Floats, Ints, Parameters
from nerwin.corruption.entities import entities_of, f1_of
from nerwin.corruption.interface import CorruptionSettings
from nerwin.corruption.label import LabelCorruption
from nerwin.corruption.offsets import offset_tags
from nerwin.corruption.repeats import MOST, REACH, lean_on_repeats
from nerwin.corruption.sequence import TRANSITIONS, SequenceCorruption
from nerwin.corruption.window import WindowCorruption
from nerwin.network.decoder import viterbi
from nerwin.text.windows import lay_out


def place_by_place(scores: Floats, forms: Ints, beta: float) -> Floats:
    leads = scores - scores[:, :1]
    leaning = leads.copy()
    for i, form in enumerate(forms):
        places = [j for j in range(len(forms)) if forms[j] == form and abs(i - j) <= REACH]
        if 2 <= len(places) <= MOST + 1:
            leaning[i] = (1 - beta) * leads[i] + beta * leads[places].max(axis=0)
    return leaning


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("beta", [0.2, 1.0])
def test_it_is_the_loop_over_all_places(seed: int, beta: float) -> None:
    rng = np.random.default_rng(seed)
    forms = rng.integers(2, [3, 20, 60, 300, 900][seed % 5], 700).astype(np.int32)
    scores = rng.normal(size=(700, 5)).astype(np.float32)
    found = lean_on_repeats(scores, forms, beta)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, place_by_place(scores, forms, beta), rtol=1e-5, atol=1e-5)


def leads_of_first(forms: list[int]) -> Floats:
    """Only the first place of form 7 speaks for tag 1; what the others say after leaning on it."""
    scores = np.zeros((len(forms), 2))
    scores[forms.index(7), 1] = 4.0
    leaning = lean_on_repeats(scores, np.array(forms), 1.0)
    return leaning[[place for place, form in enumerate(forms) if form == 7], 1]


def test_a_form_leans_on_its_place_nearby_and_on_no_other_form() -> None:
    assert leads_of_first([7, 1, 2, 7, 3]).tolist() == [4, 4]
    assert lean_on_repeats(np.array([[0.0, 4], [0, 0]]), np.array([7, 8]), 1.0).tolist() == [[0, 4], [0, 0]]


def test_the_first_word_is_out_of_reach_of_a_last_one_whose_form_is_numbered_before_its_own() -> None:
    forms = np.array([900, *range(10, 10 + REACH + 98), 899])
    scores = np.zeros((len(forms), 2))
    scores[0, 1] = 5
    assert np.array_equal(lean_on_repeats(scores, forms, 1.0), scores)


@pytest.mark.parametrize(("apart", "found"), [(REACH, 4), (REACH + 1, 0)])
def test_the_reach(apart: int, found: float) -> None:
    assert leads_of_first([7, *range(10, 9 + apart), 7]).tolist() == [4, found]


@pytest.mark.parametrize(("places", "found"), [(MOST + 1, 4), (MOST + 2, 0)])
def test_a_form_that_stands_everywhere_is_no_name(places: int, found: float) -> None:
    assert leads_of_first([7] * places)[-1] == found


def test_only_leads_over_o_count() -> None:
    scores = np.array([[5.0, 4.0], [-3.0, -3.5]])  # the second lead, -0.5, is the larger one
    assert lean_on_repeats(scores, np.array([7, 7]), 1.0).tolist() == [[0, -0.5], [0, -0.5]]


def test_an_empty_text() -> None:
    assert lean_on_repeats(np.zeros((0, 5), np.float32), np.zeros(0, np.int32), 1.0).shape == (0, 5)


# Two names, each once with a clear lead and once without; or clear leads that mislead.
LEADS = np.array([3.0, -2.0, -5.0, 3.0, -2.0, -5.0])
FORMS = np.array([2, 2, 3, 4, 4, 5])


@pytest.mark.parametrize("kind", [LabelCorruption, SequenceCorruption])
@pytest.mark.parametrize(("gold", "beta", "tags"), [([4, 4, 0], 0.6, "BBO"), ([4, 0, 0], 0.4, "BOO")])
def test_beta_is_what_dev_asks_for_and_is_used(
    kind: type[LabelCorruption | SequenceCorruption], gold: list[int], beta: float, tags: str
) -> None:
    corruption = kind(["LOC"], CorruptionSettings(margin=0.01))  # offsets too small to do the work of β
    params: Parameters = {TRANSITIONS: np.zeros((7, 5))}
    times = 20
    scores = np.full((6 * times, 5), -9.0)
    scores[:, 0], scores[:, 4] = 0, np.tile(LEADS, times)
    forms = np.concatenate([FORMS + 10 * k for k in range(times)])
    dev, seen = lay_out(forms, np.ones(6 * times, np.int32), 5), np.zeros(6 * times, bool)
    constants = corruption.fit(params, scores, np.array(gold * 2 * times), dev, seen)
    assert constants["repeats"].item() == pytest.approx(beta)
    adjusted = corruption.adjusted(constants, scores, dev.words, seen)
    found = corruption.decode(params, adjusted, dev.lengths)
    assert "".join(corruption.spelled[tag][0] for tag in found) == tags * 2 * times


def test_the_offset_is_fitted_to_what_leans() -> None:
    """Without leaning, another one is best."""
    corruption, rng = LabelCorruption(["LOC"], CorruptionSettings()), np.random.default_rng(2)
    forms, lengths = rng.integers(2, 140, 600), np.full(200, 3)
    gold = np.where((forms < 60) & (rng.random(600) > 0.1), 4, 0)
    scores = rng.normal(size=(600, 5))
    scores[np.arange(600), gold] += 1
    dev, seen = lay_out(forms, lengths, 3), np.zeros(600, bool)
    constants = corruption.fit({}, scores, gold, dev, seen)
    beta, outside = (constants[name].item() for name in ("repeats", "outside"))
    assert beta > 0

    def f1(beta: float, outside: float) -> float:
        moved = offset_tags(lean_on_repeats(scores, forms, beta), outside, np.zeros(1))
        return f1_of(entities_of(viterbi(moved, lengths, corruption.legal)), entities_of(gold))

    plain = max((f1(0, step / 4), step / 4) for step in range(-16, 17))[1]
    assert f1(beta, plain) < f1(beta, outside)


def test_the_lecture_s_ranker_looks_at_its_window_alone() -> None:
    corruption, scores = WindowCorruption(["LOC"], CorruptionSettings()), np.array([[1.0], [3.0]])
    adjusted = corruption.adjusted({"thresholds": np.array([2.0])}, scores, np.array([7, 7]), np.ones(2, bool))
    assert adjusted.tolist() == [[-1.0], [1.0]]
