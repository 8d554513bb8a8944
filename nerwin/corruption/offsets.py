"""How readily a word gets a tag: offsets on the scores of O and of each type, chosen on the dev part.

A hinge counts mistakes about words, and most words are O; the F1 of entities asks for more of the rare ones. So what is
taken off O's score before the best sequence is sought is fitted as the thresholds of `window` are. A type may be more
frequent, or easier to find, in the text that dev stands for than in training: what is added to its score is fitted
after that, where dev is clear about it.
"""

from collections.abc import Callable

import numpy as np

from nerwin.arrays import Floats, Ints
from nerwin.corruption.entities import entities_of, f1_of

OFFSETS = 16  # of O, tried at most in either direction
WORTH = 6  # entities that F1 must gain by the offset of a type: by fewer it jumps from one dev part to the next

Decode = Callable[[Floats], Ints]


def offset_tags(scores: Floats, outside: float, types: Floats) -> Floats:
    """The scores (n, K) with an offset taken off those of O, the first tag, and one added to those of each type."""
    offsets = np.concatenate([[-outside], types.repeat(4)]).astype(scores.dtype)  # (K,)
    return scores + offsets if offsets.any() else scores


def fit_offset(decode: Decode, scores: Floats, gold: Ints, step: float) -> float:
    """The offset of the best entity F1: from 0 up until F1 falls, else down until it falls.

    Args:
        decode: scores (n, K) -> the IOBES tags (n,) of the best legal sequences.
        gold: (n,) the true tags.
    """
    true, none = entities_of(gold), np.zeros(scores.shape[1] // 4)

    def f1(offset: float) -> float:
        return f1_of(entities_of(decode(offset_tags(scores, offset, none))), true)

    return climb(f1, step, OFFSETS) or climb(f1, -step, OFFSETS)


def fit_types(decode: Decode, scores: Floats, gold: Ints, step: float) -> Floats:
    """The offset of each type (K // 4,) in its turn, in steps while F1 rises; 0 where that is not WORTH it.

    A type that dev does not have keeps its scores: every entity found of it is wrong there, and need not be elsewhere.

    Args:
        scores: (n, K) with the offset of O taken off.
    """
    true, offsets = entities_of(gold), np.zeros(scores.shape[1] // 4)

    def f1(offsets: Floats) -> float:
        return f1_of(entities_of(decode(offset_tags(scores, 0.0, offsets))), true)

    best, worth = f1(offsets), WORTH / max(len(true), 1)
    for k in np.unique((gold[gold > 0] - 1) // 4).tolist():
        higher, lower = (_rise(f1, offsets, k, one, best) for one in (step, -step))
        offset, found = max(higher, lower, key=lambda risen: risen[1])
        if found - best > worth:
            offsets[k], best = offset, found
    return offsets


def _rise(f1: Callable[[Floats], float], offsets: Floats, k: int, step: float, best: float) -> tuple[float, float]:
    """Where a type's offset stands when F1, which is `best` at 0, has risen with every step; and that F1."""
    moved = offsets.copy()
    while True:
        moved[k] += step
        here = f1(moved)
        if here <= best:
            return float(moved[k] - step), best
        best = here


def climb(f1: Callable[[float], float], step: float, steps: int) -> float:
    """Where F1 is best from 0 in steps until it falls, the first of equal places."""
    best, best_f1 = 0.0, f1(0.0)
    for k in range(1, steps + 1):
        here = f1(k * step)
        if here < best_f1:
            break
        if here > best_f1:
            best, best_f1 = k * step, here
    return best
