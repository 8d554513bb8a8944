"""Entity-level scores against seqeval's, on random corpora and by hand."""

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seqeval.metrics import accuracy_score
from seqeval.metrics.sequence_labeling import precision_recall_fscore_support as default_scores
from seqeval.metrics.v1 import precision_recall_fscore_support as strict_scores
from seqeval.scheme import IOB2

from nerwin.evaluation.scores import Evaluation, Score, evaluate_tags
from nerwin.text.tags import Span, iob2

Tags = list[list[str]]
LABELS = ("LOC", "ORG", "PER", "creative-work")


def legal(random: Random, length: int) -> list[str]:
    found, position = [], 0
    while (position := position + random.randint(0, 3)) < length:
        end = min(position + random.randint(1, 3), length)
        found.append(Span(position, end, random.choice(LABELS)))
        position = end
    return iob2(found, length)


def arbitrary(random: Random, length: int) -> list[str]:
    tags = ["O", "O", *(f"{prefix}-{label}" for prefix in "BI" for label in LABELS)]
    return random.choices(tags, k=length)


def disturbed(random: Random, tags: list[str], make: Callable[[Random, int], list[str]]) -> list[str]:
    """Tags that are right for some runs of tokens and made anew for others."""
    found = make(random, len(tags))
    if make is legal:
        return random.choice([tags, found])
    return [random.choice(pair) for pair in zip(tags, found, strict=True)]


def random_corpus(
    seed: int, true: Callable[[Random, int], list[str]], made: Callable[[Random, int], list[str]]
) -> tuple[Tags, Tags]:
    random = Random(seed)
    gold = [true(random, random.randint(1, 12)) for _ in range(random.randint(1, 12))]
    return gold, [disturbed(random, tags, made) for tags in gold]


def figures(score: Score) -> list[float]:
    return [score.precision, score.recall, score.f1]


KINDS = pytest.mark.parametrize(
    ("true", "made"),
    [(legal, legal), (legal, arbitrary), (arbitrary, arbitrary)],
    ids=["legal against legal", "illegal against legal", "illegal against illegal"],
)


@KINDS
def test_the_headline_figures_are_seqevals_default(
    true: Callable[[Random, int], list[str]], made: Callable[[Random, int], list[str]]
) -> None:
    for seed in range(150):
        gold, found = random_corpus(seed, true, made)
        evaluation = evaluate_tags(gold, found)
        *expected, support = default_scores(gold, found, average="micro", zero_division=0)
        assert figures(evaluation.overall) == pytest.approx(expected, rel=0, abs=1e-12)
        assert evaluation.overall.support == support
        assert evaluation.accuracy == pytest.approx(accuracy_score(gold, found), rel=0, abs=1e-12)


@KINDS
def test_the_figures_of_each_type_are_seqevals(
    true: Callable[[Random, int], list[str]], made: Callable[[Random, int], list[str]]
) -> None:
    for seed in range(150):
        gold, found = random_corpus(seed, true, made)
        types = evaluate_tags(gold, found).types
        precision, recall, f1, support = default_scores(gold, found, average=None, zero_division=0)
        assert list(types) == sorted(types)
        assert [score.precision for score in types.values()] == pytest.approx(list(precision), rel=0, abs=1e-12)
        assert [score.recall for score in types.values()] == pytest.approx(list(recall), rel=0, abs=1e-12)
        assert [score.f1 for score in types.values()] == pytest.approx(list(f1), rel=0, abs=1e-12)
        assert [score.support for score in types.values()] == list(support)


@KINDS
def test_the_strict_figures_are_seqevals_strict_iob2(
    true: Callable[[Random, int], list[str]], made: Callable[[Random, int], list[str]]
) -> None:
    for seed in range(150):
        gold, found = random_corpus(seed, true, made)
        evaluation = evaluate_tags(gold, found)
        *expected, support = strict_scores(gold, found, average="micro", scheme=IOB2, zero_division=0)
        assert figures(evaluation.strict) == pytest.approx(expected, rel=0, abs=1e-12)
        assert evaluation.strict.support == support


def test_strict_and_default_figures_are_equal_on_legal_tags() -> None:
    for seed in range(50):
        evaluation = evaluate_tags(*random_corpus(seed, legal, legal))
        assert evaluation.strict == evaluation.overall
        assert evaluation.invalid_transitions == 0


GOLD = [["B-PER", "I-PER", "O", "B-LOC"], ["O", "B-ORG"]]
FOUND = [["B-PER", "I-PER", "O", "I-LOC"], ["B-ORG", "O"]]


def test_an_example_by_hand() -> None:
    evaluation = evaluate_tags(GOLD, FOUND)
    assert evaluation.overall == Score(correct=2, found=3, support=3)
    assert evaluation.strict == Score(correct=1, found=2, support=3)
    assert evaluation.types == {"LOC": Score(1, 1, 1), "ORG": Score(0, 1, 1), "PER": Score(1, 1, 1)}
    assert (evaluation.accuracy, evaluation.tokens, evaluation.invalid_transitions) == (0.5, 6, 1)
    assert evaluation.confusion == {
        "LOC": {"LOC": 1, "ORG": 0, "PER": 0, "O": 0},
        "ORG": {"LOC": 0, "ORG": 0, "PER": 0, "O": 1},
        "PER": {"LOC": 0, "ORG": 0, "PER": 2, "O": 0},
        "O": {"LOC": 0, "ORG": 1, "PER": 0, "O": 1},
    }


def test_the_example_as_plain_values() -> None:
    evaluation = evaluate_tags(GOLD, FOUND)
    plain = evaluation.to_dict()
    third, all_right, none_right = pytest.approx(1 / 3), [1, 1, 1, 1], [0, 0, 0, 1]
    assert [plain[name] for name in ("precision", "recall", "f1")] == pytest.approx([2 / 3] * 3)
    assert (plain["support"], plain["tokens"], plain["invalid_transitions"], plain["accuracy"]) == (3, 6, 1, 0.5)
    assert plain["strict"] == {"precision": 0.5, "recall": third, "f1": pytest.approx(0.4)}
    assert {name: list(row.values()) for name, row in plain["types"].items()} == {
        "LOC": all_right,
        "ORG": none_right,
        "PER": all_right,
    }
    assert list(plain["types"]["LOC"]) == ["precision", "recall", "f1", "support"]


@pytest.mark.parametrize(
    ("gold", "found", "expected"),
    [
        ([["B-PER", "I-PER"]], [["B-PER", "O"]], Score(0, 1, 1)),
        ([["B-PER", "I-PER"]], [["B-PER", "B-PER"]], Score(0, 2, 1)),
        ([["B-PER", "I-PER"]], [["B-LOC", "I-LOC"]], Score(0, 1, 1)),
        ([["B-PER"], ["I-PER"]], [["B-PER"], ["B-PER"]], Score(2, 2, 2)),
        ([["B-PER", "B-PER"]], [["B-PER", "I-PER"]], Score(0, 1, 2)),
    ],
    ids=["border", "split", "type", "across sentences", "joined"],
)
def test_an_entity_counts_only_with_both_borders_and_its_type(gold: Tags, found: Tags, expected: Score) -> None:
    assert evaluate_tags(gold, found).overall == expected


@pytest.mark.parametrize(
    ("gold", "found", "precision", "recall", "f1", "accuracy"),
    [
        ([], [], 0, 0, 0, 0),
        ([[]], [[]], 0, 0, 0, 0),
        ([["O", "O"]], [["O", "O"]], 0, 0, 0, 1),
        ([["B-PER", "O"]], [["O", "O"]], 0, 0, 0, 0.5),
        ([["O", "O"]], [["B-PER", "O"]], 0, 0, 0, 0.5),
        ([["B-PER", "O"]], [["B-PER", "O"]], 1, 1, 1, 1),
    ],
    ids=["no sentence", "no token", "no entity", "none found", "none there", "all right"],
)
def test_nothing_divided_by_nothing_is_zero(
    gold: Tags, found: Tags, precision: float, recall: float, f1: float, accuracy: float
) -> None:
    evaluation = evaluate_tags(gold, found)
    assert figures(evaluation.overall) == figures(evaluation.strict) == [precision, recall, f1]
    assert evaluation.accuracy == accuracy


@st.composite
def tag_pairs(draw: st.DrawFn) -> tuple[Tags, Tags]:
    tags = st.sampled_from(["O", "B-PER", "I-PER", "B-LOC", "I-LOC"])
    pairs = draw(st.lists(st.lists(st.tuples(tags, tags), max_size=8), max_size=5))
    return [[true for true, _ in row] for row in pairs], [[tag for _, tag in row] for row in pairs]


def row_sums(evaluation: Evaluation) -> dict[str, int]:
    return {name: sum(row.values()) for name, row in evaluation.confusion.items()}


@settings(derandomize=True, max_examples=100, deadline=None)
@given(tag_pairs())
def test_the_confusion_counts_every_token_once(pair: tuple[Tags, Tags]) -> None:
    gold, found = pair
    evaluation = evaluate_tags(gold, found)
    true_types = [tag[2:] or "O" for tags in gold for tag in tags]
    found_types = [tag[2:] or "O" for tags in found for tag in tags]
    assert sum(row_sums(evaluation).values()) == evaluation.tokens == len(true_types)
    for name, row in evaluation.confusion.items():
        assert list(row) == list(evaluation.confusion)
        assert sum(row.values()) == true_types.count(name)
        assert sum(other[name] for other in evaluation.confusion.values()) == found_types.count(name)


@settings(derandomize=True, max_examples=100, deadline=None)
@given(tag_pairs())
def test_swapping_gold_and_found_swaps_precision_and_recall(pair: tuple[Tags, Tags]) -> None:
    gold, found = pair
    there, back = evaluate_tags(gold, found), evaluate_tags(found, gold)
    for one, other in ((there.overall, back.overall), (there.strict, back.strict)):
        assert (one.precision, one.recall, one.f1) == (other.recall, other.precision, other.f1)


@pytest.mark.parametrize(
    ("gold", "found"),
    [([["O"]], []), ([["O", "O"]], [["O"]]), ([["O"]], [["O"], ["O"]])],
    ids=["none", "short", "more"],
)
def test_sequences_of_different_lengths_are_refused(gold: Tags, found: Tags) -> None:
    with pytest.raises(ValueError, match="zip"):
        evaluate_tags(gold, found)
