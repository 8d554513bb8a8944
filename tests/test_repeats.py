"""Words that come again lean on each other: the rule against a loop over all places, and where it reaches."""

import numpy as np
import pytest

from nerwin.arrays import Floats, Ints, Parameters
from nerwin.corruption.entities import entities_of, f1_of
from nerwin.corruption.interface import Settings
from nerwin.corruption.label import LabelCorruption
from nerwin.corruption.offsets import fit_offset, offset_tags
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
@pytest.mark.parametrize(("gold", "beta", "tags"), [([4, 4, 0] * 2, 0.6, "BBO"), ([4, 0, 0] * 2, 0.0, "BOO")])
def test_beta_is_the_least_that_dev_asks_for_and_is_used(
    kind: type[LabelCorruption | SequenceCorruption], gold: list[int], beta: float, tags: str
) -> None:
    corruption = kind(["LOC"], Settings(margin=0.01))  # offsets too small to do the work of β
    params: Parameters = {TRANSITIONS: np.zeros((7, 5))}
    scores = np.full((6, 5), -9.0)
    scores[:, 0], scores[:, 4] = 0, LEADS
    dev = lay_out(FORMS, np.ones(6, np.int32), 5)
    constants = corruption.fit(params, scores, np.array(gold), dev)
    assert constants["repeats"].item() == pytest.approx(beta)
    in_context = corruption.in_context(constants, scores, dev.words)
    found = corruption.decode(params, constants, in_context, dev.lengths)
    assert "".join(corruption.spelled[tag][0] for tag in found) == tags * 2


def test_beta_is_fitted_beside_the_offset_that_the_scores_ask_for() -> None:
    """Without it nothing is found, whatever leans."""
    corruption = LabelCorruption(["LOC"], Settings(margin=0.01))
    scores = np.full((6, 5), -9.0)
    scores[:, 0], scores[:, 4] = 0, [-0.01, -2, -5] * 2
    constants = corruption.fit({}, scores, np.array([4, 4, 0] * 2), lay_out(FORMS, np.ones(6, np.int32), 5))
    assert constants["repeats"].item() == 1


def test_the_offset_is_fitted_to_what_leans() -> None:
    """Before, another one is best."""
    corruption, rng = LabelCorruption(["LOC"], Settings()), np.random.default_rng(1)
    forms, lengths = rng.integers(2, 14, 60), np.full(20, 3)
    gold = np.where((forms < 6) & (rng.random(60) > 0.1), 4, 0)
    scores = rng.normal(size=(60, 5))
    scores[np.arange(60), gold] += 1
    constants = corruption.fit({}, scores, gold, lay_out(forms, lengths, 3))
    leaning = lean_on_repeats(scores, forms, constants["repeats"].item())

    def decode(scores: Floats) -> Ints:
        return viterbi(scores, lengths, corruption.legal)

    before, after = fit_offset(decode, scores, gold, 0.25), constants["outside"].item()
    found = [decode(offset_tags(leaning, one, np.zeros(1))) for one in (before, after)]
    f1 = [f1_of(entities_of(tags), entities_of(gold)) for tags in found]
    assert f1[0] < f1[1]


def test_the_lecture_s_ranker_looks_at_its_window_alone() -> None:
    corruption, scores = WindowCorruption(["LOC"], Settings()), np.ones((2, 1))
    assert corruption.in_context({"thresholds": np.zeros(1)}, scores, np.array([7, 7])) is scores
