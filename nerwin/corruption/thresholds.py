"""The decision of the `window` corruption: a threshold for each type, fitted on the dev part.

A window is of the type whose score passes that type's threshold by most, and of none where none passes. The words of
one type in a row are an entity.
"""

from typing import NamedTuple

import numpy as np

from nerwin.arrays import Bools, Floats, Ints
from nerwin.corruption.entities import f1_of, numbered

NO_TYPE = 0  # the type id of a word outside every entity; types count from 1
ROUNDS = 2  # over all types, to move each threshold once in each
CUTS = 16  # thresholds, at most, that are tried when one is moved


def decide(excess: Floats) -> Ints:
    """The type id (n,) of each window, given the excess (n, K) of each type over its threshold: the type that passes
    its own by most, NO_TYPE where none passes."""
    best = excess.argmax(axis=1)
    return np.where(excess[np.arange(len(best)), best] > 0, best + 1, NO_TYPE)


def kind_spans(kinds: Ints, lengths: Ints) -> tuple[Ints, Ints]:
    """The runs (r,) of words of one type within a sentence, as starts and ends (half open) among all words."""
    n = len(kinds)
    change = np.ones(n, np.bool_)
    change[1:] = kinds[1:] != kinds[:-1]
    firsts = np.cumsum(lengths)[:-1]
    change[firsts[firsts < n]] = True
    starts = np.flatnonzero(change)
    ends = np.append(starts, n)[1:]
    entity = kinds[starts] != NO_TYPE
    return starts[entity], ends[entity]


def fit_thresholds(scores: Floats, gold: Ints, lengths: Ints) -> Floats:
    """The threshold of each type that gives the dev part its best F1, each run of one type counting as an entity.

    It starts from the threshold that gives each type its best F1 over words. Then, in ROUNDS over all types, one
    threshold after the other is moved to the one of its neighbours at which the F1 over entities is highest.

    Args:
        scores: (n, K).
        gold: (n,) true type ids.
    """
    K = scores.shape[1]
    thresholds = np.array([_best_word_threshold(scores[:, k], gold == k + 1) for k in range(K)], scores.dtype)
    true = _runs(gold, lengths)
    best = f1_of(_runs(decide(scores - thresholds), lengths), true)
    leaders = _two_best(scores - thresholds)
    for _ in range(ROUNDS):
        for k in range(K):
            start = thresholds[k]
            for candidate in _neighbours(scores[:, k], start):
                f1 = f1_of(_runs(leaders.decide(k, scores[:, k] - candidate), lengths), true)
                if f1 > best:
                    best, thresholds[k] = f1, candidate
            if thresholds[k] != start:
                leaders = _two_best(scores - thresholds)
    return thresholds


class _Leaders(NamedTuple):
    """The two types (2, n) of each word that pass their thresholds by most, and by how much (2, n).

    With them a move of one threshold is decided without a look at all the other types.
    """

    types: Ints
    excess: Floats

    def decide(self, k: int, own: Floats) -> Ints:
        """What `decide` gives where type k passes its threshold by `own` (n,), and the others stay as they are."""
        other_leads = self.types[0] != k
        rival = np.where(other_leads, self.types[0], self.types[1])
        excess = np.where(other_leads, self.excess[0], self.excess[1])
        wins = (own > excess) | ((own == excess) & (k < rival))  # of equal ones the first, as argmax has it
        return np.where(np.maximum(own, excess) > 0, np.where(wins, k, rival) + 1, NO_TYPE)


def _two_best(excess: Floats) -> _Leaders:
    """The leaders of the excess (n, K) of each type over its threshold, which is overwritten."""
    words = np.arange(len(excess))
    first = excess.argmax(axis=1)
    most = excess[words, first]
    excess[words, first] = -np.inf
    second = excess.argmax(axis=1)
    return _Leaders(np.stack([first, second]), np.stack([most, excess[words, second]]))


def _best_word_threshold(scores: Floats, true: Bools) -> float:
    """Where to cut one type's scores (n,) for the best F1 over words; above all scores if the type does not occur."""
    if not true.any():
        return float(scores.max(initial=0.0)) + 1.0
    order = np.argsort(-scores)
    ranked, hits = scores[order], np.cumsum(true[order])
    f1 = 2 * hits / (np.arange(1, len(hits) + 1) + hits[-1])  # (n,) of a cut below each score
    last = ranked[-1:]  # no scalar, which numpy before 2.0 would widen
    below_all = np.minimum(last - 1, np.nextafter(last, -np.inf))  # a large score less 1 is rounded to itself
    lower = np.append(ranked[1:], below_all)
    f1[ranked == lower] = -1.0  # no cut goes through equal scores
    cut = int(f1.argmax())
    middle = np.mean([ranked[cut], lower[cut]])
    return float(middle if middle < ranked[cut] else lower[cut])  # between neighbours it is rounded to one of them


def _neighbours(scores: Floats, threshold: float) -> Floats:
    """Thresholds that let in from half to twice as many words as `threshold` does, at most CUTS of the scores."""
    ranked = np.sort(scores)[::-1]
    passing = max(int(np.count_nonzero(scores > threshold)), 1)
    ranks = np.unique((passing * np.geomspace(0.5, 2.0, CUTS)).astype(np.int64))
    return ranked[ranks[ranks < len(ranked)]]


def _runs(kinds: Ints, lengths: Ints) -> Ints:
    """The runs of one type as entities, numbered."""
    starts, ends = kind_spans(kinds, lengths)
    return numbered(starts, ends, kinds[starts], len(kinds))
