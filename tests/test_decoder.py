"""Viterbi and the max-marginals against every sequence there is."""

import itertools
import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest

from nerwin.arrays import Floats, Ints
from nerwin.network import decoder
from nerwin.network.decoder import (
    FORBIDDEN,
    SENTENCES_AT_ONCE,
    SUMS_AT_ONCE,
    Transitions,
    _together,
    max_marginals,
    viterbi,
)

K = 3
LENGTHS = [[4], [1], [2, 3], [3, 1, 4, 2], [0, 2, 0, 3, 0], [1, 1, 1], [2, 2, 0]]

sentences = pytest.mark.parametrize("lengths", LENGTHS, ids=str)
forbidding = pytest.mark.parametrize("forbidden", [False, True], ids=["free", "forbidden"])


def drawn(lengths: list[int], *, forbidden: bool, seed: int) -> tuple[Floats, Transitions]:
    """Scores and steps; tag 2 may only follow tag 1, and 1 may not end a sentence, where some steps are forbidden."""
    rng = np.random.default_rng(seed)
    transitions = Transitions(rng.normal(size=(K, K)), rng.normal(size=K), rng.normal(size=K))
    if forbidden:
        transitions.A[[0, 2], 2] = transitions.start[2] = transitions.end[1] = FORBIDDEN
    return rng.normal(size=(sum(lengths), K)), transitions


def score(s: Floats, y: tuple[int, ...], transitions: Transitions) -> float:
    """By the definition, one term at a time."""
    total = float(transitions.start[y[0]] + transitions.end[y[-1]])
    total += sum(float(s[t, tag]) for t, tag in enumerate(y))
    return total + sum(float(transitions.A[before, after]) for before, after in itertools.pairwise(y))


def parts(s: Floats, lengths: list[int]) -> list[Floats]:
    return np.split(s, np.cumsum(lengths)[:-1])


def sequences(length: int) -> list[tuple[int, ...]]:
    return list(itertools.product(range(K), repeat=length))


@sentences
@forbidding
@pytest.mark.parametrize("seed", range(8))
def test_viterbi_finds_the_best_of_all_sequences(lengths: list[int], forbidden: bool, seed: int) -> None:
    s, transitions = drawn(lengths, forbidden=forbidden, seed=seed)
    best: list[int] = []
    for part in parts(s, lengths):
        if len(part):
            best += max(sequences(len(part)), key=lambda y, part=part: score(part, y, transitions))  # type: ignore[misc]
    assert viterbi(s, np.array(lengths), transitions).tolist() == best


@sentences
@forbidding
@pytest.mark.parametrize("seed", range(4))
def test_max_marginals_are_the_best_sequences_through_each_tag(lengths: list[int], forbidden: bool, seed: int) -> None:
    s, transitions = drawn(lengths, forbidden=forbidden, seed=seed)
    expected = [
        [max(score(part, y, transitions) for y in sequences(len(part)) if y[t] == tag) for tag in range(K)]
        for part in parts(s, lengths)
        for t in range(len(part))
    ]
    np.testing.assert_allclose(max_marginals(s, np.array(lengths), transitions), expected, rtol=1e-12, atol=1e-9)


@sentences
def test_the_largest_marginal_of_every_word_is_the_best_path(lengths: list[int]) -> None:
    s, transitions = drawn(lengths, forbidden=True, seed=9)
    best = viterbi(s, np.array(lengths), transitions)
    marginals = max_marginals(s, np.array(lengths), transitions)
    assert marginals.argmax(axis=1).tolist() == best.tolist()
    tags = np.split(best, np.cumsum(lengths)[:-1])
    paths = [score(part, tuple(y), transitions) for part, y in zip(parts(s, lengths), tags, strict=True) for _ in y]
    np.testing.assert_allclose(marginals.max(axis=1), paths, rtol=1e-12)


def test_a_path_by_hand() -> None:
    transitions = Transitions(np.array([[0.0, 1.0], [4.0, 0.0]]), np.array([10.0, 0.0]), np.array([0.0, 100.0]))
    s = np.array([[0.5, 0.0], [0.0, 0.25], [0.0, 3.0]])
    # start 10 + 0.5, step 0→1 worth 1, 0.25, end 100; then the one-word sentence: start 0, 3, end 100
    assert viterbi(s, np.array([2, 1]), transitions).tolist() == [0, 1, 1]
    assert max_marginals(s, np.array([2, 1]), transitions).max(axis=1).tolist() == [111.75, 111.75, 103.0]


def test_a_forbidden_step_is_not_taken_however_large_the_scores() -> None:
    transitions = Transitions(
        np.array([[0.0, FORBIDDEN], [0.0, 0.0]], np.float32), np.zeros(2, np.float32), np.zeros(2, np.float32)
    )
    s = np.array([[1000.0, 0.0], [0.0, 900.0]], np.float32)
    assert viterbi(s, np.array([2]), transitions).tolist() == [0, 0]


@pytest.mark.parametrize("lengths", [[], [0], [0, 0]])
def test_nothing_to_decode_is_no_tags(lengths: list[int]) -> None:
    s, transitions = drawn([], forbidden=False, seed=0)
    sizes = np.array(lengths, int)
    assert viterbi(s, sizes, transitions).shape == (0,)
    assert max_marginals(s, sizes, transitions).shape == (0, K)


def test_what_comes_late_in_a_long_sentence_is_decoded_as_sharply_as_what_comes_early() -> None:
    words, times = 50, 400
    s, transitions = drawn([words] * times, forbidden=False, seed=2)
    s = np.tile(s[:words] + 5, (times, 1))
    single = Transitions(
        transitions.A.astype(np.float32), transitions.start.astype(np.float32), transitions.end.astype(np.float32)
    )
    lengths = np.array([len(s)])
    found, exact = (
        best - best.max(axis=1, keepdims=True)
        for best in (max_marginals(s.astype(np.float32), lengths, single), max_marginals(s, lengths, transitions))
    )
    np.testing.assert_allclose(found, exact, rtol=0, atol=1e-3)


def test_starting_from_0_again_changes_no_decision(monkeypatch: pytest.MonkeyPatch) -> None:
    s, transitions = drawn([7, 9, 5], forbidden=True, seed=4)
    lengths = np.array([7, 9, 5])
    best, marginals = viterbi(s, lengths, transitions), max_marginals(s, lengths, transitions)
    monkeypatch.setattr(decoder, "RESET_EVERY", 3)
    assert viterbi(s, lengths, transitions).tolist() == best.tolist()
    again = max_marginals(s, lengths, transitions)
    np.testing.assert_allclose(
        again - again.max(axis=1, keepdims=True), marginals - marginals.max(axis=1, keepdims=True), atol=1e-9
    )


def test_a_sentence_does_not_hear_of_its_neighbours() -> None:
    s, transitions = drawn([3, 4, 2], forbidden=False, seed=3)
    together = viterbi(s, np.array([3, 4, 2]), transitions)
    apart = [viterbi(part, np.array([len(part)]), transitions) for part in parts(s, [3, 4, 2])]
    assert together.tolist() == np.concatenate(apart).tolist()


@forbidding
def test_more_sentences_than_are_stepped_together_are_decoded_as_one_by_one(
    monkeypatch: pytest.MonkeyPatch, forbidden: bool
) -> None:
    lengths = [3, 1, 4, 2, 4, 2, 3, 1]
    s, transitions = drawn(lengths, forbidden=forbidden, seed=0)
    alone = [
        (viterbi(part, np.array([len(part)]), transitions), max_marginals(part, np.array([len(part)]), transitions))
        for part in parts(s, lengths)
    ]
    monkeypatch.setattr(decoder, "SENTENCES_AT_ONCE", 3)
    assert viterbi(s, np.array(lengths), transitions).tolist() == np.concatenate([best for best, _ in alone]).tolist()
    assert np.array_equal(max_marginals(s, np.array(lengths), transitions), np.concatenate([most for _, most in alone]))


@forbidding
@pytest.mark.parametrize("pairs", [1, K**2, 3 * K**2 - 1, 3 * K**2])
def test_however_few_pairs_of_tags_step_together_the_results_are_the_same(
    monkeypatch: pytest.MonkeyPatch, pairs: int, forbidden: bool
) -> None:
    lengths = np.array([3, 1, 4, 0, 2, 4, 2, 3, 1])
    s, transitions = drawn(lengths.tolist(), forbidden=forbidden, seed=5)
    best, marginals = viterbi(s, lengths, transitions), max_marginals(s, lengths, transitions)
    monkeypatch.setattr(decoder, "SUMS_AT_ONCE", pairs)
    assert viterbi(s, lengths, transitions).tobytes() == best.tobytes()
    assert max_marginals(s, lengths, transitions).tobytes() == marginals.tobytes()


@pytest.mark.parametrize(
    ("most", "pairs", "together"), [(256, 1, 1), (256, 9, 1), (256, 20, 2), (3, 1000, 3), (256, 1000, 111)]
)
def test_sentences_step_as_many_together_as_their_pairs_of_tags_allow_and_one_at_least(
    monkeypatch: pytest.MonkeyPatch, most: int, pairs: int, together: int
) -> None:
    monkeypatch.setattr(decoder, "SENTENCES_AT_ONCE", most)
    monkeypatch.setattr(decoder, "SUMS_AT_ONCE", pairs)
    assert _together(K) == together


@pytest.mark.parametrize("search", [viterbi, max_marginals])
def test_many_types_take_no_more_memory_than_their_pairs_of_tags(
    search: Callable[[Floats, Ints, Transitions], Floats | Ints],
) -> None:
    many, lengths = 201, np.full(SENTENCES_AT_ONCE, 2)
    s, transitions = (
        np.zeros((2 * SENTENCES_AT_ONCE, many)),
        Transitions(np.zeros((many, many)), np.zeros(many), np.zeros(many)),
    )
    tracemalloc.start()
    try:
        search(s, lengths, transitions)
        peak = tracemalloc.get_traced_memory()[1]
        assert peak < 4 * SUMS_AT_ONCE * s.itemsize < SENTENCES_AT_ONCE * many**2 * s.itemsize
    finally:
        tracemalloc.stop()


def test_scores_and_steps_are_left_alone() -> None:
    s, transitions = drawn([3, 2], forbidden=True, seed=1)
    copies = [array.copy() for array in (s, *transitions[:3])]
    lengths = np.array([3, 2])
    viterbi(s, lengths, transitions)
    max_marginals(s, lengths, transitions)
    assert all(np.array_equal(one, other) for one, other in zip((s, *transitions[:3]), copies, strict=True))


@sentences
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("seed", range(4))
def test_precision_is_kept_where_steps_are_forbidden(lengths: list[int], dtype: type[np.floating], seed: int) -> None:
    s, free = drawn(lengths, forbidden=True, seed=seed)
    s, transitions = (
        s.astype(dtype),
        Transitions(free.A.astype(dtype), free.start.astype(dtype), free.end.astype(dtype)),
    )
    best: list[int] = []
    through: list[list[float]] = []
    for part in parts(s, lengths):
        if len(part):
            totals = {y: score(part, y, transitions) for y in sequences(len(part))}
            best += max(totals.items(), key=lambda found: found[1])[0]
            through += [
                [max(total for y, total in totals.items() if y[t] == tag) for tag in range(K)] for t in range(len(part))
            ]
    sizes = np.array(lengths, np.int32)
    for scores in (s, np.asfortranarray(s)):
        found, marginals = viterbi(scores, sizes, transitions), max_marginals(scores, sizes, transitions)
        assert found.tolist() == best
        assert marginals.dtype == dtype
        np.testing.assert_allclose(marginals, through, rtol=1e-5, atol=1e-6)


def test_of_equal_paths_the_one_of_the_first_tags_is_found() -> None:
    transitions = Transitions(np.zeros((K, K)), np.zeros(K), np.zeros(K))
    assert viterbi(np.zeros((5, K)), np.array([3, 2]), transitions).tolist() == [0] * 5


def test_no_score_is_large_enough_for_an_illegal_step() -> None:
    transitions = Transitions(np.array([[0, FORBIDDEN], [0, 0.0]]), np.array([0, FORBIDDEN]), np.zeros(2))
    scores = np.array([[0, 1e30], [0, 1e30]])
    assert viterbi(scores, np.array([2]), transitions).tolist() == [0, 0]
