"""The four kinds of mistakes, the reliability of scores, and entities seen in training, against hand-made cases."""

import itertools

import numpy as np
import pytest

from nerwin.corpora.corpus import Sentence
from nerwin.evaluation.mistakes import KINDS, _overlapping, find_mistakes
from nerwin.evaluation.reliability import Bin, calibration_error, reliability
from nerwin.evaluation.scores import evaluate_tags
from nerwin.report.familiarity import Recall, names_in, recall_by_familiarity
from nerwin.text.tags import Span, iob2, spans

Case = list[tuple[int, int, str]]


@pytest.mark.parametrize(
    ("gold", "found", "expected"),
    [
        ([(0, 2, "PER")], [(0, 2, "PER")], []),
        ([(0, 2, "PER")], [], [("missed", (0, 2, "PER"), None)]),
        ([], [(0, 2, "PER")], [("spurious", None, (0, 2, "PER"))]),
        ([(0, 2, "PER")], [(0, 2, "LOC")], [("type", (0, 2, "PER"), (0, 2, "LOC"))]),
        ([(0, 2, "PER")], [(0, 3, "PER")], [("boundary", (0, 2, "PER"), (0, 3, "PER"))]),
        # both are wrong: the type counts
        ([(0, 2, "PER")], [(1, 3, "LOC")], [("type", (0, 2, "PER"), (1, 3, "LOC"))]),
        # neighbours share no word
        ([(0, 2, "PER")], [(2, 3, "PER")], [("missed", (0, 2, "PER"), None), ("spurious", None, (2, 3, "PER"))]),
        # one true entity in two pieces: the larger one is its partner, the other has none
        (
            [(0, 4, "ORG")],
            [(0, 1, "ORG"), (1, 4, "ORG")],
            [("boundary", (0, 4, "ORG"), (1, 4, "ORG")), ("spurious", None, (0, 1, "ORG"))],
        ),
        # the longer one is no better a partner for the words that it does not share
        (
            [(3, 6, "ORG")],
            [(0, 4, "ORG"), (4, 6, "ORG")],
            [("boundary", (3, 6, "ORG"), (4, 6, "ORG")), ("spurious", None, (0, 4, "ORG"))],
        ),
        # the same type is the better partner, though it shares less
        (
            [(0, 4, "ORG")],
            [(0, 1, "ORG"), (1, 4, "LOC")],
            [("boundary", (0, 4, "ORG"), (0, 1, "ORG")), ("spurious", None, (1, 4, "LOC"))],
        ),
        # two true entities in one
        (
            [(0, 1, "PER"), (2, 5, "PER")],
            [(0, 5, "PER")],
            [("missed", (0, 1, "PER"), None), ("boundary", (2, 5, "PER"), (0, 5, "PER"))],
        ),
        # what is right is nobody's partner
        ([(0, 2, "PER"), (3, 4, "LOC")], [(0, 2, "PER")], [("missed", (3, 4, "LOC"), None)]),
    ],
)
def test_the_kinds_of_mistakes(gold: Case, found: Case, expected: list[tuple[str, object, object]]) -> None:
    claims = {Span(*one): 0.75 for one in found}
    mistakes = find_mistakes([[], [Span(*one) for one in gold]], [{}, claims])
    assert sorted((one.kind, one.gold, one.found) for one in mistakes if one.gold) == sorted(
        one for one in expected if one[1]
    )
    assert [(one.kind, one.found) for one in mistakes if not one.gold] == [
        (kind, claim) for kind, true, claim in expected if not true
    ]
    assert all(one.sentence == 1 for one in mistakes)
    assert all(one.score == (0.75 if one.found else None) for one in mistakes)
    assert all(one.about == (one.gold or one.found) for one in mistakes)


def random_tags(rng: np.random.Generator, length: int) -> list[str]:
    found, at = [], 0
    while at < length:
        end = min(at + int(rng.integers(1, 4)), length)
        if rng.random() < 0.5:
            found.append(Span(at, end, str(rng.choice(["PER", "LOC"]))))
        at = end
    return iob2(found, length)


def test_mistakes_account_for_every_entity_that_is_not_right(rng: np.random.Generator) -> None:
    gold, tags = ([random_tags(rng, 12) for _ in range(300)] for _ in range(2))
    claims = [dict.fromkeys(spans(one), 0.5) for one in tags]
    mistakes = find_mistakes([spans(one) for one in gold], claims)
    score = evaluate_tags(gold, tags).overall
    assert sum(one.gold is not None for one in mistakes) == score.support - score.correct
    assert sum(one.found is not None for one in mistakes) == score.found - score.correct
    assert {one.kind for one in mistakes} == set(KINDS)
    assert (order := [(one.sentence, one.about) for one in mistakes]) == sorted(order)
    assert len(set(mistakes)) == len(mistakes)
    alone = [one for one in mistakes if one.kind in ("missed", "spurious")]  # of which no two can be paired
    assert not [
        (one, other)
        for one, other in itertools.combinations(alone, 2)
        if one.sentence == other.sentence and one.about.start < other.about.end and other.about.start < one.about.end
    ]


def test_what_overlaps_is_found_without_looking_at_all_pairs(rng: np.random.Generator) -> None:
    for _ in range(300):
        one, other = (set(spans(random_tags(rng, 30))) for _ in range(2))
        expected = {(a, b) for a in one for b in other if a.start < b.end and b.start < a.end}
        assert set(_overlapping(one, sorted(other))) == expected


def test_the_bins_of_scores() -> None:
    bins = reliability([0.5, 0.55, 0.9, 0.95, 1.0], [True, False, True, True, False])
    assert [(one.low, one.high, one.entities) for one in bins] == [(0.5, 0.6, 2), (0.9, 1.0, 3)]
    assert [one.score for one in bins] == pytest.approx([0.525, 0.95])
    assert [one.right for one in bins] == pytest.approx([0.5, 2 / 3])


def test_the_calibration_error_weighs_bins_by_their_entities() -> None:
    assert calibration_error([Bin(0.5, 0.6, 1, 0.5, 1.0), Bin(0.9, 1, 3, 0.9, 0.8)]) == pytest.approx(0.8 / 4)
    assert reliability([], []) == []
    assert calibration_error([]) is None


def test_recall_of_entities_that_were_seen_in_training_and_of_others() -> None:
    train = [Sentence(["Lena", "Voss", "left"], ["B-PER", "I-PER", "O"])]
    names = names_in(train)
    assert names == {("Lena", "Voss")}
    sentences = [
        Sentence(["Lena", "Voss", "met", "Voss"], ["B-ORG", "I-ORG", "O", "B-PER"]),
        Sentence(["lena", "Voss"], ["B-PER", "I-PER"]),
    ]
    found = [{Span(0, 2, "ORG"): 0.9}, {Span(0, 2, "LOC"): 0.9}]
    assert recall_by_familiarity(sentences, found, names) == {True: Recall(1, 1), False: Recall(0, 2)}
    assert Recall(1, 4).share == 0.25
    assert Recall(0, 0).share == 0
