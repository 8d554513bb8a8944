"""Viterbi around the words in doubt, against Viterbi over all words."""

import numpy as np
import pytest

from nerwin.arrays import Floats, Ints
from nerwin.corruption.tagset import legal_transitions
from nerwin.network import doubt
from nerwin.network.decoder import FORBIDDEN, Transitions, viterbi
from nerwin.network.doubt import viterbi_in_doubt

LENGTHS = np.array([3, 0, 1, 2, 40, 0, 7, 1, 0] * 10)


@pytest.fixture
def searched(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The lengths of the stretches that are searched."""
    found: list[int] = []

    def search(s: Floats, lengths: Ints, transitions: Transitions) -> Ints:
        found.extend(lengths.tolist())
        return viterbi(s, lengths, transitions)

    monkeypatch.setattr(doubt, "viterbi", search)
    return found


def steps(kind: str, rng: np.random.Generator, K: int) -> Transitions:
    """free: from any tag to any other; legal: between IOBES tags; learned: these, some liked better than others."""
    drawn = Transitions(rng.normal(size=(K, K)), rng.normal(size=K), rng.normal(size=K))
    if kind == "free":
        return drawn
    legal = legal_transitions(K // 4)
    if kind == "legal":
        return legal
    return Transitions(drawn.A + legal.A, drawn.start + legal.start, drawn.end + legal.end)


@pytest.mark.parametrize("lead", [-9.0, 0.0, 1.0, 2.0, 4.0, 12.0])
@pytest.mark.parametrize("kind", ["free", "legal", "learned"])
@pytest.mark.parametrize("seed", range(12))
def test_what_is_not_in_doubt_is_outside(searched: list[int], lead: float, kind: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    s, transitions = rng.normal(size=(LENGTHS.sum(), 9)), steps(kind, rng, 9)
    s[:, 0] += lead
    expected = viterbi(s, LENGTHS, transitions)
    assert viterbi_in_doubt(s, LENGTHS, transitions).tolist() == expected.tolist()
    if lead == -9:
        assert sum(searched) == sum(LENGTHS)
    if lead == 12:
        assert sum(searched) < sum(LENGTHS) / 10


def one_sentence(gains: list[float], width: int = 1) -> tuple[Floats, Ints, Transitions]:
    """A sentence of O and B tags, the second of which gains so much over the first at each word."""
    s = np.zeros((len(gains), 1 + width))
    s[:, 1:] = np.array(gains)[:, None]
    return s, np.array([len(gains)]), Transitions(np.zeros((1 + width,) * 2), np.zeros(1 + width), np.zeros(1 + width))


@pytest.mark.parametrize(
    ("gains", "expected"),
    [
        ([-5, -5, -5, 3, -5, -5, -5], [3]),  # the word, and one on either side
        ([3, -5, -5, -5, -5, -5, 3], [2, 2]),  # at the borders there is only one side
        ([-5, 3, -5, 3, -5, -5], [5]),  # with one word between them they are one stretch
        ([-5, 7, -5, -5, 7, -5, -5, -5], [7]),  # each makes its neighbours doubtful, too
        ([-5, 4, -5, -5, -5, 4, -5, -5], [3, 3]),
        ([-5, -5, -5], []),
        ([1, 1], [2]),
    ],
)
def test_only_words_near_a_doubtful_one_are_searched(
    searched: list[int], gains: list[float], expected: list[int]
) -> None:
    assert viterbi_in_doubt(*one_sentence(gains)).tolist() == [int(gain > 0) for gain in gains]
    assert searched == expected


@pytest.mark.parametrize(
    ("gains", "expected"), [([-5, 1e6, -5, -5, 1e6, -5], [1, 1]), ([-1, 5, -1], [1]), ([-1, -1], [])]
)
def test_words_of_other_sentences_are_not_searched(
    searched: list[int], gains: list[float], expected: list[int]
) -> None:
    s, _, transitions = one_sentence(gains)
    one_each = np.ones(len(gains), int)
    assert viterbi_in_doubt(s, one_each, transitions).tolist() == [int(gain > 0) for gain in gains]
    assert searched == expected


def test_tags_that_pay_off_only_together_are_found() -> None:
    s, lengths, transitions = one_sentence([-5, -5, -1, -1, -1, -5, -5])
    transitions.A[1, 1] = 2.0
    assert viterbi_in_doubt(s, lengths, transitions).tolist() == viterbi(s, lengths, transitions).tolist()
    assert viterbi_in_doubt(s, lengths, transitions).tolist() == [0, 0, 1, 1, 1, 0, 0]


@pytest.mark.parametrize("border", ["start", "end"])
@pytest.mark.parametrize(("tag", "score"), [(0, -6.0), (1, 6.0)])
def test_a_tag_that_only_a_border_makes_worth_it_is_found(border: str, tag: int, score: float) -> None:
    s, lengths, transitions = one_sentence([-5, -5, -5, -5])
    getattr(transitions, border)[tag] = score
    word = 0 if border == "start" else 3
    assert viterbi_in_doubt(s, lengths, transitions).tolist() == [int(at == word) for at in range(4)]


def test_a_sentence_is_searched_as_alone_after_many_with_much_to_gain(searched: list[int]) -> None:
    rng = np.random.default_rng(0)
    s, transitions, lengths = rng.normal(size=(3000, 9)).astype(np.float32), steps("legal", rng, 9), np.full(600, 5)
    s[:, 0] += 3
    s[:2000, 1] += 30
    found, together = viterbi_in_doubt(s, lengths, transitions), sum(searched)
    searched.clear()
    alone = [viterbi_in_doubt(one, np.array([5]), transitions) for one in np.split(s, 600)]
    assert found.tolist() == np.concatenate(alone).tolist()
    assert together == sum(searched)


def test_scores_may_be_as_large_as_single_precision_holds() -> None:
    s, lengths, transitions = one_sentence([-1e37, 3e37, -1e37, -1, 1, -1])
    A, start, end, _ = transitions
    single = Transitions(A.astype(np.float32), start.astype(np.float32), end.astype(np.float32))
    found = viterbi_in_doubt(s.astype(np.float32), lengths, single)
    assert found.tolist() == viterbi(s.astype(np.float32), lengths, single).tolist()
    assert found[1] == 1


def test_a_score_of_any_size_hides_nothing_in_the_many_sentences_after_it() -> None:
    """Entering an entity costs 1, so that one of all words is better than one on either side of the middle."""
    gains, sentences = [0.24] * 6 + [-0.26] * 3 + [0.24] * 6, 3000
    s, _, transitions = one_sentence([1e12, *gains * sentences])
    transitions.A[0, 1] = transitions.start[1] = -1
    found = viterbi_in_doubt(s, np.array([1] + [len(gains)] * sentences), transitions)
    assert found.all()


def test_a_tag_that_cannot_be_reached_raises_no_doubt(searched: list[int]) -> None:
    s, lengths, transitions = one_sentence([5, 5, 5])
    transitions.A[:, 1] = transitions.start[1] = FORBIDDEN
    assert viterbi_in_doubt(s, lengths, transitions).tolist() == [0, 0, 0]
    assert searched == []


@pytest.mark.parametrize("lengths", [[], [0], [2, 0, 1]])
def test_a_single_tag_is_in_no_doubt(searched: list[int], lengths: list[int]) -> None:
    transitions = Transitions(np.zeros((1, 1)), np.zeros(1), np.zeros(1))
    assert viterbi_in_doubt(np.ones((sum(lengths), 1)), np.array(lengths, int), transitions).tolist() == [0] * sum(
        lengths
    )
    assert searched == []
