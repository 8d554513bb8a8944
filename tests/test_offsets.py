"""The offsets on the scores of O and of types: what they are fitted to, and that they do what they say."""

import numpy as np
import pytest

from nerwin.arrays import Bools, Floats, Ints, Parameters
from nerwin.corruption.entities import entities_of, f1_of
from nerwin.corruption.interface import CorruptionSettings
from nerwin.corruption.label import LabelCorruption
from nerwin.corruption.offsets import EACH, WORTH, fit_types, offset_tags, offset_unseen
from nerwin.corruption.sequence import TRANSITIONS, SequenceCorruption
from nerwin.corruption.tagging import FITTED_TYPES
from nerwin.corruption.tagset import in_iob2, tag_names
from nerwin.evaluation.scores import evaluate_tags
from nerwin.network.decoder import viterbi
from nerwin.text.windows import flatten, split_sentences

TYPES = ["LOC", "PER"]
LENGTHS = np.array([4, 1, 5, 2])


def legal_sequences(rng: np.random.Generator) -> Ints:
    return viterbi(rng.normal(size=(12, 9)), LENGTHS, LabelCorruption(TYPES, CorruptionSettings()).legal)


@pytest.mark.parametrize("seed", range(30))
def test_the_f1_is_that_of_the_evaluation(seed: int) -> None:
    rng = np.random.default_rng(seed)
    found, gold = legal_sequences(rng), legal_sequences(rng)
    found[:4] = gold[:4]
    names = in_iob2(tag_names(TYPES))

    def spell(tags: Ints) -> list[str]:
        return [names[tag] for tag in tags]

    expected = evaluate_tags(split_sentences(spell(gold), LENGTHS), split_sentences(spell(found), LENGTHS)).overall.f1
    assert f1_of(entities_of(found), entities_of(gold)) == pytest.approx(expected)


def test_nothing_found_of_nothing_is_zero() -> None:
    assert f1_of(entities_of(np.zeros(5, int)), entities_of(np.zeros(5, int))) == 0
    assert f1_of(entities_of(np.zeros(0, int)), entities_of(np.zeros(0, int))) == 0


def test_o_is_lowered_types_are_raised_and_the_scores_given_stay() -> None:
    scores = np.ones((2, 9), np.float32)
    assert offset_tags(scores, 0.5, np.zeros(2)).tolist() == [[0.5, *[1] * 8]] * 2
    assert offset_tags(scores, -0.5, np.array([0, 2.0])).tolist() == [[1.5, 1, 1, 1, 1, 3, 3, 3, 3]] * 2
    assert (scores == 1).all()
    assert offset_tags(scores, 0.5, np.ones(2)).dtype == np.float32


def one_word_sentences(leads: list[float]) -> Floats:
    """Words whose S is ahead of O by so much."""
    scores = np.full((len(leads), 5), -9.0)
    scores[:, 0], scores[:, 4] = 0, leads
    return scores


def test_o_is_lowered_at_unseen_words_alone() -> None:
    scores, unseen = np.ones((3, 5), np.float32), np.array([True, False, True])
    moved = offset_unseen(scores, unseen, 0.5)
    assert moved[:, 0].tolist() == [0.5, 1, 0.5]
    assert (moved[:, 1:] == 1).all()
    assert moved.dtype == np.float32
    assert (scores == 1).all()
    assert offset_unseen(scores, unseen, 0.0) is scores


def contested(truth: int, rival: int, leads: list[float]) -> tuple[Floats, Ints]:
    """Words of O and of two types that are certain, and words whose true tag a rival leads by so much."""
    gold = np.array([0, 4, 8] * 4 + [truth] * len(leads))
    scores = np.full((len(gold), 9), -9.0)
    scores[np.arange(len(gold)), gold] = 9
    scores[12:, truth], scores[12:, rival] = 0, leads
    return scores, gold


NEAR_AND_FAR = [0.1, 0.3, 0.6] * (2 * EACH)  # within one step, two and three


@pytest.mark.parametrize(
    ("truth", "rival", "leads", "offsets"),
    [
        (8, 4, NEAR_AND_FAR, [-0.75, 0]),
        (4, 8, NEAR_AND_FAR, [0.75, 0]),
        (4, 0, NEAR_AND_FAR, [0.75, 0]),
        (8, 4, [0.1] * (WORTH - 1), [0, 0]),  # too few
        (8, 4, [0.1] * (WORTH + 1), [-0.25, 0]),
        (8, 4, [0.1] * (WORTH - 1) + [0.3] * (EACH - 1), [0, 0]),
        (8, 4, [0.1] * (WORTH - 1) + [0.3] * (EACH + 1), [-0.5, 0]),
        (8, 4, [0.1, 0.3, 0.6] * (EACH - 1), [0, 0]),  # in all it would be enough
        (8, 4, [0.6] * 9, [0, 0]),  # the first step changes nothing
        (8, 4, [-0.1] * 9, [0, 0]),
    ],
)
def test_a_type_is_moved_while_entities_are_gained_by_it(
    truth: int, rival: int, leads: list[float], offsets: list[float]
) -> None:
    scores, gold = contested(truth, rival, leads)
    transitions, lengths = LabelCorruption(TYPES, CorruptionSettings()).legal, np.ones(len(gold), int)
    found = fit_types(lambda s: viterbi(s, lengths, transitions), scores, gold, 0.25)
    assert found.tolist() == offsets


def test_types_are_moved_one_after_the_other() -> None:
    one, other = contested(8, 0, NEAR_AND_FAR), contested(4, 0, NEAR_AND_FAR)
    scores, gold = (np.concatenate(parts) for parts in zip(one, other, strict=True))
    transitions, lengths = LabelCorruption(TYPES, CorruptionSettings()).legal, np.ones(len(gold), int)
    assert fit_types(lambda s: viterbi(s, lengths, transitions), scores, gold, 0.25).tolist() == [0.75, 0.75]


def test_a_type_that_is_not_in_dev_keeps_its_scores() -> None:
    scores, gold = contested(8, 4, NEAR_AND_FAR)
    there = gold != 4
    transitions, lengths = LabelCorruption(TYPES, CorruptionSettings()).legal, np.ones(len(gold), int)

    def fitted(chosen: Bools) -> list[float]:
        n = np.count_nonzero(chosen)
        found: list[float] = fit_types(
            lambda s: viterbi(s, lengths[:n], transitions), scores[chosen], gold[chosen], 0.25
        ).tolist()
        return found

    assert fitted(np.ones(len(gold), bool)) == [-0.75, 0]
    assert fitted(there) == [0, 0.75]


def test_nothing_is_fitted_to_nothing() -> None:
    assert fit_types(lambda s: np.zeros(len(s), int), np.zeros((0, 9)), np.zeros(0, int), 0.25).tolist() == [0, 0]


@pytest.mark.parametrize("kind", [LabelCorruption, SequenceCorruption])
@pytest.mark.parametrize(("others", "fitted"), [(0, True), (FITTED_TYPES - 2, True), (FITTED_TYPES - 1, False)])
def test_the_offsets_of_few_types_are_used_in_decoding_and_margins(
    kind: type[LabelCorruption | SequenceCorruption], others: int, fitted: bool
) -> None:
    corruption = kind([*TYPES, *map(str, range(others))], CorruptionSettings())
    scores, gold = contested(8, 4, NEAR_AND_FAR)
    scores = np.concatenate([scores, np.full((len(gold), 4 * others), -9.0)], axis=1)
    K, lengths = scores.shape[1], np.ones(len(gold), int)
    params: Parameters = {TRANSITIONS: np.zeros((K + 2, K))}
    dev = flatten([np.arange(2, 2 + len(gold))], 5)._replace(lengths=lengths)
    seen = np.zeros(len(gold), bool)
    constants = corruption.fit(params, scores, gold, dev, seen)
    assert constants["types"][:2].tolist() == ([-0.75, 0] if fitted else [0, 0])
    adjusted = corruption.adjusted(constants, scores, dev.words, seen)
    found = corruption.decode(params, adjusted, lengths)
    assert corruption.spelled[found[14]] == ("B-PER" if fitted else "B-LOC")
    older = {name: value for name, value in constants.items() if name != "types"}
    assert corruption.margins(params, adjusted, lengths)[14] == pytest.approx(0.15 if fitted else 0.6)
    without = corruption.adjusted(older, scores, dev.words, seen)
    assert corruption.margins(params, without, lengths)[14] == pytest.approx(0.6)


@pytest.mark.parametrize("kind", [LabelCorruption, SequenceCorruption])
def test_what_is_fitted_is_used_in_decoding_and_margins(kind: type[LabelCorruption | SequenceCorruption]) -> None:
    corruption = kind(["LOC"], CorruptionSettings())
    params: Parameters = {TRANSITIONS: np.zeros((7, 5))}
    scores, lengths = one_word_sentences([-0.1, -0.2, 1.0, -5.0] * 5), np.ones(20, int)
    dev, seen = flatten([np.arange(2, 22)], 5)._replace(lengths=lengths), np.zeros(20, bool)
    constants = corruption.fit(params, scores, np.array([4, 4, 4, 0] * 5), dev, seen)
    assert constants["outside"].tolist() == [0.25]
    adjusted = corruption.adjusted(constants, scores, dev.words, seen)
    found = corruption.decode(params, adjusted, lengths)
    assert [corruption.spelled[tag] for tag in found[:4]] == ["B-LOC", "B-LOC", "B-LOC", "O"]
    assert corruption.margins(params, adjusted, lengths)[:4] == pytest.approx([0.15, 0.05, 1.25, 4.75])


@pytest.mark.parametrize("kind", [LabelCorruption, SequenceCorruption])
@pytest.mark.parametrize(("leads", "offset"), [([-0.8, -0.9], 1.0), ([-2.4, -2.1, -1.9, -1.6], 2.5), ([-1.4], 1.5)])
def test_unseen_words_have_an_offset_of_their_own(
    kind: type[LabelCorruption | SequenceCorruption], leads: list[float], offset: float
) -> None:
    """Seen ones are clear; unseen ones are names from `leads` on, and other words lie below."""
    corruption = kind(["LOC"], CorruptionSettings(miss=0.5))
    params: Parameters = {TRANSITIONS: np.zeros((7, 5))}
    others = [min(leads) - 0.3, min(leads) - 0.5]
    each = [0.1, -0.1, *leads, *others]
    gold = np.array([4, 0, *[4] * len(leads), 0, 0] * 20)
    scores, n = one_word_sentences(each * 20), len(gold)
    unseen = np.array([False, False, *[True] * (len(each) - 2)] * 20)
    dev = flatten([np.arange(2, 2 + n)], 5)._replace(lengths=np.ones(n, int))
    constants = corruption.fit(params, scores, gold, dev, unseen)
    assert constants["unseen"].tolist() == [offset]
    assert constants["outside"].tolist() == [0]
    moved = corruption.adjusted(constants, scores, dev.words, unseen)
    assert np.array_equal(corruption.decode(params, moved, dev.lengths), gold)
    older = {name: value for name, value in constants.items() if name not in ("unseen", "repeats")}
    assert corruption.adjusted(older, scores, dev.words, unseen) is scores


@pytest.mark.parametrize(("unseen", "usual"), [(0, 0), (1, 0.75), (2, 1.5), (3, 1.5), (4, 1.5)])
def test_the_more_of_dev_s_names_are_unseen_the_larger_is_the_usual_offset(unseen: int, usual: float) -> None:
    """Of four entities that nothing moves, and of any number of other words."""
    corruption = LabelCorruption(["LOC"], CorruptionSettings(miss=0.5))
    scores, gold = one_word_sentences([9.0] * 4 + [-9.0] * 6), np.array([4] * 4 + [0] * 6)
    dev = flatten([np.arange(2, 12)], 5)._replace(lengths=np.ones(10, int))
    constants = corruption.fit({}, scores, gold, dev, np.array([k < unseen or k > 5 for k in range(10)]))
    assert constants["unseen"].item() == usual
    nothing = corruption.fit({}, scores[4:], gold[4:], dev._replace(lengths=np.ones(6, int)), np.zeros(6, bool))
    assert nothing["unseen"].item() == 1.5
