"""How readily a word gets a tag: offsets on the scores of O and of each type, chosen on the dev part.

The hinge counts words, most of which are O; F1 counts entities, which are rare. And the margin by which the true tag
wins is smaller at words that training has not seen. So before the best sequence is sought, an offset is subtracted from
O's score, and a further one at unseen words; `dials` finds both. After that each type may get an offset of its own, if
dev says clearly that the type is more frequent, or easier to find, than it was in training.
"""

from collections.abc import Callable

import numpy as np

from nerwin.arrays import Bools, Floats, Ints
from nerwin.corruption.entities import entities_of, f1_of
from nerwin.corruption.tagset import kinds_of, per_tag

# Entities that the offset of a type must gain, in all and with each step. Fewer may be chance, by which F1 differs from
# one dev part to the next. And where almost all of dev's entities are of one type, F1 rises a little with every step
# towards that type, while in other text the entities of the others are lost.
WORTH, EACH = 6, 4

Decode = Callable[[Floats], Ints]


def offset_tags(scores: Floats, outside: float, types: Floats) -> Floats:
    """The scores (n, K), less an offset for O, the first tag, plus an offset for the tags of each type (K // 4,)."""
    offsets = per_tag(-outside, types).astype(scores.dtype)  # (K,)
    return scores + offsets if offsets.any() else scores


def offset_unseen(scores: Floats, unseen: Bools, offset: float) -> Floats:
    """The scores (n, K), less an offset for O at the words (n,) that training has not seen."""
    if not offset:
        return scores
    moved = scores.copy()
    moved[:, 0] -= scores.dtype.type(offset) * unseen
    return moved


def fit_types(decode: Decode, scores: Floats, gold: Ints, step: float) -> Floats:
    """The offset of each type (K // 4,), fitted type by type.

    An offset moves away from 0, up or down, as long as each step gains more than EACH entities; it stays 0 if these
    gain no more than WORTH. A type that dev does not have stays at 0: all entities that are found of it are wrong on
    dev, but they need not be elsewhere.

    Args:
        scores: (n, K) with the offsets of O already subtracted.
        gold: (n,) the true tags.
    """
    true, offsets = entities_of(gold), np.zeros(scores.shape[1] // 4)

    def f1(offsets: Floats) -> float:
        return f1_of(entities_of(decode(offset_tags(scores, 0.0, offsets))), true)

    best, n = f1(offsets), max(len(true), 1)
    for k in (np.unique(kinds_of(gold[gold > 0])) - 1).tolist():
        higher, lower = (_rise(f1, offsets, k, one, best, EACH / n) for one in (step, -step))
        offset, found = max(higher, lower, key=lambda risen: risen[1])
        if found - best > WORTH / n:
            offsets[k], best = offset, found
    return offsets


def _rise(
    f1: Callable[[Floats], float], offsets: Floats, k: int, step: float, best: float, least: float
) -> tuple[float, float]:
    """The last offset of a type up to which every step raises F1 by more than `least`, and that F1.

    Args:
        best: F1 where the offset is 0.
    """
    moved = offsets.copy()
    while True:
        moved[k] += step
        here = f1(moved)
        if here - best <= least:
            return float(moved[k] - step), best
        best = here
