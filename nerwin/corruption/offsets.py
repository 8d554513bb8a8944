"""How readily a word gets a tag: offsets on the scores of O and of each type, chosen on the dev part.

The hinge counts words, most of which are O; F1 counts entities, which are rare. And the margin that training
wins on the words it sees is smaller on words it has not seen. So an offset is taken off O's score before the best
sequence is sought, and a further one at unseen words; `dials` finds both. After that each type may get an offset of
its own, where dev says clearly that the type is more frequent, or easier to find, than it was in training.
"""

from collections.abc import Callable

import numpy as np

from nerwin.arrays import Bools, Floats, Ints
from nerwin.corruption.entities import entities_of, f1_of
from nerwin.corruption.tagset import kinds_of, per_tag

WORTH = 6  # entities that F1 must gain by the offset of a type: by fewer it jumps from one dev part to the next

Decode = Callable[[Floats], Ints]


def offset_tags(scores: Floats, outside: float, types: Floats) -> Floats:
    """The scores (n, K) with an offset taken off those of O, the first tag, and one added to those of each type."""
    offsets = per_tag(-outside, types).astype(scores.dtype)  # (K,)
    return scores + offsets if offsets.any() else scores


def offset_unseen(scores: Floats, unseen: Bools, offset: float) -> Floats:
    """The scores (n, K) with an offset taken off those of O at the words (n,) that training has not seen."""
    if not offset:
        return scores
    moved = scores.copy()
    moved[:, 0] -= scores.dtype.type(offset) * unseen
    return moved


def fit_types(decode: Decode, scores: Floats, gold: Ints, step: float) -> Floats:
    """The offset of each type (K // 4,) in its turn, in steps while F1 rises; 0 where that is not WORTH it.

    A type that dev does not have keeps its scores: every entity found of it is wrong there, and need not be elsewhere.

    Args:
        scores: (n, K) with the offsets of O taken off.
    """
    true, offsets = entities_of(gold), np.zeros(scores.shape[1] // 4)

    def f1(offsets: Floats) -> float:
        return f1_of(entities_of(decode(offset_tags(scores, 0.0, offsets))), true)

    best, worth = f1(offsets), WORTH / max(len(true), 1)
    for k in (np.unique(kinds_of(gold[gold > 0])) - 1).tolist():
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
