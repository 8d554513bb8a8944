"""The best tag sequence of a sentence: Viterbi's algorithm (Forney 1973), for many sentences at a time.

A sequence y scores  start[y₁] + Σ_t s[t, y_t] + Σ_t A[y_{t−1}, y_t] + end[y_T].  An illegal step scores FORBIDDEN.

    α_t[k] = s[t, k] + max_j (α_{t−1}[j] + A[j, k])       α₁ = s[1] + start    the best path to word t with tag k
    β_t[j] = max_k (A[j, k] + s[t+1, k] + β_{t+1}[k])     β_T = end            the best path on from word t with tag j

The best sequence ends with the tag of the largest α_T + end; its other tags are found on the way back, as the j that
each maximum comes from. The best sequence with tag k at word t scores α_t[k] + β_t[k], the max-marginal.

Internally the sentences are sorted, longest first, so that those still running at a time step are always a prefix.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from nerwin.arrays import Floats, Ints

Found = TypeVar("Found", Floats, Ints)

# A step computes K² sums for each sentence. To keep them in the processor's cache, at most so many sentences step
# together, and with many tags fewer: so few that there are no more sums than these (but always one sentence).
SENTENCES_AT_ONCE = 256
SUMS_AT_ONCE = 1 << 20

# After so many time steps the best sum is shifted back to 0. In a float32 sum over a long sentence, the score of a
# single word would be lost to rounding.
RESET_EVERY = 100

FORBIDDEN = -np.inf  # lower than any sum of scores; a legal path always exists: O throughout


class StepBlock(NamedTuple):
    """Legal steps: in each column, any tag of `before` (p, G) may be followed by any tag of `after` (q, G)."""

    before: Ints
    after: Ints


class Transitions(NamedTuple):
    """Scores of steps between tags: A (K, K) from row to column, and start (K,) and end (K,) of a sentence.

    blocks: if there are any, they hold all legal steps, so only these are looked at; each tag occurs in exactly one
    `before` and in exactly one `after`.
    """

    A: Floats
    start: Floats
    end: Floats
    blocks: Sequence[StepBlock] = ()


class _ByTime(NamedTuple):
    """All words ordered by time step: the first words of all sentences, then the second ones, and so on.

    Within a step the longest sentences come first, so those that go on to the next step are a prefix.

    words: (n,) the index of the word at each place of this order. starts: (T,) the place where each step begins.
    running: (T,) how many sentences have a word at that step. last: (S,) the place of each sentence's last word,
    longest sentence first; empty sentences are left out.
    """

    words: Ints
    starts: list[int]
    running: list[int]
    last: Ints


def _by_time(lengths: Ints) -> _ByTime:
    order = np.argsort(-lengths, kind="stable")[: np.count_nonzero(lengths)]
    firsts, lengths = (np.cumsum(lengths) - lengths)[order], lengths[order]
    times = np.arange(lengths.max(initial=0))
    running = np.searchsorted(-lengths, -times, side="left")
    starts = np.cumsum(running) - running
    time = np.repeat(times, running)
    sentence = np.arange(len(time)) - starts[time]
    last = starts[lengths - 1] + np.arange(len(lengths))
    return _ByTime(firsts[sentence] + time, starts.tolist(), running.tolist(), last)


def viterbi(s: Floats, lengths: Ints, transitions: Transitions) -> Ints:
    """The best tag (n,) of each word.

    Args:
        s: (n, K) the scores of all words, sentence after sentence.
        lengths: of the sentences, in words.
    """
    times = _by_time(lengths)
    _, starts, running, last = times
    alpha = _forward(s, times, transitions)
    tag = (alpha[last] + transitions.end).argmax(axis=1)  # (S,) of the word that the way back stands at
    best, to = np.empty(len(s), np.int64), transitions.A.T.copy()
    for t in reversed(range(len(running))):
        now, start = running[t], starts[t]
        best[start : start + now] = tag[:now]
        if t:
            # Back pointers are not stored: finding one again, for the best tag alone, costs less than keeping all.
            before = starts[t - 1]
            tag[:now] = (alpha[before : before + now] + to.take(tag[:now], axis=0)).argmax(axis=1)
    return _in_order(best, times)


def max_marginals(s: Floats, lengths: Ints, transitions: Transitions) -> Floats:
    """α + β (n, K): for each word and tag, the score of the best sequence in which that word has that tag.

    In sentences of more than RESET_EVERY words, a constant of its own has been subtracted from each row.
    """
    times = _by_time(lengths)
    _, starts, running, last = times
    best = _forward(s, times, transitions)  # (n, K)
    beta = np.tile(transitions.end, (len(last), 1))  # (S, K): the best score of what follows each tag
    scores = s.take(times.words, axis=0)
    backwards = [StepBlock(after, before) for before, after in transitions.blocks]
    step = _stepping(transitions.A.T, backwards, len(last))
    for t in reversed(range(len(running))):
        now, start = running[t], starts[t]
        best[start : start + now] += beta[:now]
        if t:
            beta[:now] = step(beta[:now] + scores[start : start + now])
            if t % RESET_EVERY == 0:
                beta[:now] -= beta[:now].max(axis=1, keepdims=True)
    return _in_order(best, times)


def _in_order(found: Found, times: _ByTime) -> Found:
    """From the order of time steps back to that of the words, sentence after sentence."""
    ordered = np.empty_like(found, order="C")
    ordered[times.words] = found
    return ordered


def _together(K: int) -> int:
    """How many sentences may step together if there are K tags."""
    return min(max(SUMS_AT_ONCE // K**2, 1), SENTENCES_AT_ONCE)


def _forward(s: Floats, times: _ByTime, transitions: Transitions) -> Floats:
    """α (n, K), the score of the best path that ends at each word with each tag; rows in the order of time steps.

    In long sentences a constant of its own has been subtracted from each row, as in `max_marginals`.
    """
    alpha: Floats = s.take(times.words, axis=0)
    step = _stepping(transitions.A, transitions.blocks, len(times.last))
    before = alpha[: len(times.last)]
    before += transitions.start
    for t, (start, now) in enumerate(zip(times.starts[1:], times.running[1:], strict=True), 1):
        here = alpha[start : start + now]
        here += step(before[:now])
        if t % RESET_EVERY == 0:
            here -= here.max(axis=1, keepdims=True)
        before = here
    return alpha


def _stepping(A: Floats, blocks: Sequence[StepBlock], sentences: int) -> Callable[[Floats], Floats]:
    """One time step: a function from the scores (S, K) of the best paths to each tag, to those one step later.

    Args:
        sentences: an upper bound of S.
    """
    # A is repeated for each sentence, so that all operands of the sum and the maximum are contiguous.
    size = min(_together(len(A)), sentences)
    if not blocks:
        every = np.repeat(A[:, None], size, axis=1)  # (K, S, K)

        def best(paths: Floats) -> Floats:
            found: Floats = np.maximum.reduce(paths.T[:, :, None] + every[:, : len(paths)], axis=0)
            return found
    else:
        scores = [np.repeat(A[before[:, None], after][:, None], size, axis=1) for before, after in blocks]

        def best(paths: Floats) -> Floats:
            reached = np.empty(paths.shape, np.result_type(paths, A))
            for (before, after), added in zip(blocks, scores, strict=True):  # added (p, S, q, G)
                there = paths.take(before, axis=1).swapaxes(0, 1)[:, :, None]  # (p, S, 1, G)
                reached[:, after] = np.maximum.reduce(there + added[:, : len(paths)], axis=0)
            return reached

    def step(paths: Floats) -> Floats:
        if len(paths) <= size:
            return best(paths)
        return np.concatenate([best(paths[first : first + size]) for first in range(0, len(paths), size)])

    return step
