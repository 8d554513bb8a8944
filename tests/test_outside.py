"""The offset on the score of O: what it is fitted to, and that it does what it says."""

import numpy as np
import pytest

from nerwin.arrays import Floats, Ints, Parameters
from nerwin.corruption.interface import Settings
from nerwin.corruption.label import LabelCorruption
from nerwin.corruption.outside import entity_f1, fit_offset, offset_outside
from nerwin.corruption.sequence import TRANSITIONS, SequenceCorruption
from nerwin.corruption.tagging import in_iob2, tag_names
from nerwin.network.decoder import viterbi
from nerwin.text.windows import flatten, split_sentences
from nerwin.training.evaluation import evaluate_tags

TYPES = ["LOC", "PER"]
LENGTHS = np.array([4, 1, 5, 2])


def legal_sequences(rng: np.random.Generator) -> Ints:
    return viterbi(rng.normal(size=(12, 9)), LENGTHS, LabelCorruption(TYPES, Settings()).legal)


@pytest.mark.parametrize("seed", range(30))
def test_the_f1_is_that_of_the_evaluation(seed: int) -> None:
    rng = np.random.default_rng(seed)
    found, gold = legal_sequences(rng), legal_sequences(rng)
    found[:4] = gold[:4]
    names = in_iob2(tag_names(TYPES))

    def spell(tags: Ints) -> list[str]:
        return [names[tag] for tag in tags]

    expected = evaluate_tags(split_sentences(spell(gold), LENGTHS), split_sentences(spell(found), LENGTHS)).overall.f1
    assert entity_f1(found, gold) == pytest.approx(expected)


def test_nothing_found_of_nothing_is_zero() -> None:
    assert entity_f1(np.zeros(5, int), np.zeros(5, int)) == 0
    assert entity_f1(np.zeros(0, int), np.zeros(0, int)) == 0


def test_o_is_lowered_and_the_scores_given_stay() -> None:
    scores = np.ones((2, 5), np.float32)
    assert offset_outside(scores, 0.5).tolist() == [[0.5, 1, 1, 1, 1]] * 2
    assert offset_outside(scores, -0.5).tolist() == [[1.5, 1, 1, 1, 1]] * 2
    assert (scores == 1).all()
    assert offset_outside(scores, 0.5).dtype == np.float32


def one_word_sentences(leads: list[float]) -> Floats:
    """Words whose S is ahead of O by so much."""
    scores = np.full((len(leads), 5), -9.0)
    scores[:, 0], scores[:, 4] = 0, leads
    return scores


@pytest.mark.parametrize(
    ("leads", "gold", "offset"),
    [
        ([-0.7, -0.6, 1.0, -5.0], [4, 4, 4, 0], 0.75),  # entities hide below O
        ([-0.2, -0.1, 1.0, -0.6], [4, 4, 4, 0], 0.25),  # the nearest of equal ones
        ([0.7, 0.6, 0.9, -5.0], [0, 0, 4, 0], -0.75),  # too many stand above it
        ([0.7, -0.6], [4, 0], 0.0),
    ],
)
def test_the_offset_is_the_one_that_the_entities_ask_for(leads: list[float], gold: list[int], offset: float) -> None:
    scores, tags, lengths = one_word_sentences(leads), np.array(gold), np.ones(len(gold), int)
    steps = LabelCorruption(["LOC"], Settings()).legal
    assert fit_offset(lambda s: viterbi(s, lengths, steps), scores, tags, 0.25) == offset


@pytest.mark.parametrize("kind", [LabelCorruption, SequenceCorruption])
def test_what_is_fitted_is_used_in_decoding_and_margins(kind: type[LabelCorruption | SequenceCorruption]) -> None:
    corruption = kind(["LOC"], Settings())
    params: Parameters = {TRANSITIONS: np.zeros((7, 5))}
    scores, lengths = one_word_sentences([-0.1, -0.2, 1.0, -5.0]), np.ones(4, int)
    gold = np.array([4, 4, 4, 0])
    constants = corruption.fit(params, scores, gold, flatten([np.arange(2, 6)], 5)._replace(lengths=lengths))
    assert constants["outside"].tolist() == [0.25]
    assert [corruption.spelled[tag] for tag in corruption.decode(params, constants, scores, lengths)] == [
        "B-LOC",
        "B-LOC",
        "B-LOC",
        "O",
    ]
    assert corruption.margins(params, constants, scores, lengths) == pytest.approx([0.15, 0.05, 1.25, 4.75])
