"""The best tag sequence of a sentence: Viterbi's algorithm, for many sentences at a time.

A sequence y scores  start[y₁] + Σ_t s[t, y_t] + Σ_t A[y_{t−1}, y_t] + end[y_T].  A step that is not legal scores
FORBIDDEN. Sentences stand in order of falling length, so that at each time step those still running are the first ones.
"""

from typing import NamedTuple

import numpy as np

from nerwin.arrays import Floats, Ints

FORBIDDEN = -np.inf  # below any path of scores; one legal path there always is: O throughout


class Steps(NamedTuple):
    """Scores of steps between tags: A (K, K) from row to column, and start (K,) and end (K,) of a sentence."""

    A: Floats
    start: Floats
    end: Floats


class _Layout(NamedTuple):
    """firsts: where each sentence's scores begin, longest sentence first; running[t]: sentences longer than t."""

    firsts: Ints
    lengths: Ints
    running: Ints


def _lay_out(lengths: Ints) -> _Layout:
    firsts = np.cumsum(lengths) - lengths
    order = np.argsort(-lengths, kind="stable")
    order = order[: np.count_nonzero(lengths)]
    longest_first = lengths[order]
    times = np.arange(longest_first[0] if len(order) else 0)
    running = np.searchsorted(-longest_first, -times, side="left")
    return _Layout(firsts[order], longest_first, running)


def viterbi(s: Floats, lengths: Ints, steps: Steps) -> Ints:
    """The best tag (n,) of each word.

    Args:
        s: (n, K) the scores of all words, sentence after sentence.
        lengths: of the sentences, in words.
    """
    firsts, lengths, running = _lay_out(lengths)
    best = np.zeros(len(s), np.int64)
    if not len(firsts):
        return best
    alphas = _forward(s, firsts, running, steps)
    tag = _at_ends(alphas, steps).argmax(axis=0)  # (S,) of the word that the way back stands at
    best[firsts + lengths - 1] = tag
    for t in range(len(running) - 1, 0, -1):
        now = running[t]
        # where the best path to a tag came from is sought again: that costs less than keeping it for every tag
        tag[:now] = (alphas[t - 1][:, :now] + steps.A[:, tag[:now]]).argmax(axis=0)
        best[firsts[:now] + t - 1] = tag[:now]
    return best


def max_marginals(s: Floats, lengths: Ints, steps: Steps) -> Floats:
    """(n, K) the score of the best sequence that gives each word each tag."""
    firsts, lengths, running = _lay_out(lengths)
    best = np.zeros_like(s)
    if not len(firsts):
        return best
    for t, alpha in enumerate(_forward(s, firsts, running, steps)):
        best[firsts[: running[t]] + t] = alpha.T
    beta = np.tile(steps.end, (len(firsts), 1))  # (S, K): the best score of what follows each tag
    best[firsts + lengths - 1] += beta
    for t in range(len(running) - 1, 0, -1):
        now = running[t]
        ahead = beta[:now] + s[firsts[:now] + t]
        beta[:now] = (steps.A + ahead[:, None, :]).max(axis=2)
        best[firsts[:now] + t - 1] += beta[:now]
    return best


def _forward(s: Floats, firsts: Ints, running: Ints, steps: Steps) -> list[Floats]:
    """For each time step the score (K, running) of the best path of each sentence that ends in each tag.

    Sentences stand in columns, so that a maximum over tags runs along memory.
    """
    alphas: list[Floats] = [(s[firsts] + steps.start).T.copy()]
    for t in range(1, len(running)):
        now = running[t]
        paths = alphas[-1][:, None, :now] + steps.A[:, :, None]  # (K, K, now)
        alphas.append(paths.max(axis=0) + s[firsts[:now] + t].T)
    return alphas


def _at_ends(alphas: list[Floats], steps: Steps) -> Floats:
    """(K, S) the score of the best whole path of each sentence by its last tag."""
    last = alphas[0].copy()
    for alpha in alphas:  # later ones overwrite, as long as the sentence runs
        last[:, : alpha.shape[1]] = alpha
    at_ends: Floats = last + steps.end[:, None]
    return at_ends


def path_score(s: Floats, y: Ints, lengths: Ints, steps: Steps) -> Floats:
    """(sentences,) the score of the sequences `y` (n,); an empty sentence scores 0."""
    total = s[np.arange(len(y)), y].astype(np.float64)
    first, inner, last = borders(lengths)
    total[first] += steps.start[y[first]]
    total[last] += steps.end[y[last]]
    total[inner] += steps.A[y[inner - 1], y[inner]]
    sentence = np.repeat(np.arange(len(lengths)), lengths)
    sums: Floats = np.bincount(sentence, total, minlength=len(lengths)).astype(np.float64)
    return sums


def borders(lengths: Ints) -> tuple[Ints, Ints, Ints]:
    """The indices of the first words of sentences, of all others, and of the last words."""
    ends = np.cumsum(lengths)
    some = lengths > 0
    first = (ends - lengths)[some]
    others = np.ones(ends[-1] if len(ends) else 0, np.bool_)
    others[first] = False
    return first, np.flatnonzero(others), ends[some] - 1
