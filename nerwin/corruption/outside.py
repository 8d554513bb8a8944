"""How readily a word is left outside: an offset on the score of O, chosen on the dev part.

A hinge counts mistakes about words, and most words are O; the F1 of entities asks for more of the rare ones. So what is
taken off O's score before the best sequence is sought is fitted as the thresholds of `window` are.
"""

from collections.abc import Callable

import numpy as np

from nerwin.arrays import Floats, Ints

OFFSETS = 16  # tried at most in either direction

Decode = Callable[[Floats], Ints]


def offset_outside(scores: Floats, offset: float) -> Floats:
    """The scores (n, K) with an offset taken off those of O, the first tag."""
    if not offset:
        return scores
    moved = scores.copy()
    moved[:, 0] -= moved.dtype.type(offset)
    return moved


def fit_offset(decode: Decode, scores: Floats, gold: Ints, step: float) -> float:
    """The offset of the best entity F1: from 0 up until F1 falls, else down until it falls.

    Args:
        decode: scores (n, K) -> the IOBES tags (n,) of the best legal sequences.
        gold: (n,) the true tags.
    """

    def f1(offset: float) -> float:
        return entity_f1(decode(offset_outside(scores, offset)), gold)

    return climb(f1, step, OFFSETS) or climb(f1, -step, OFFSETS)


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


def entity_f1(found: Ints, gold: Ints) -> float:
    """F1 of whole entities, both given as legal IOBES tags (n,), 0 is O."""
    spans, true = _spans(found), _spans(gold)
    total = len(spans) + len(true)
    return 2 * len(np.intersect1d(spans, true, assume_unique=True)) / total if total else 0.0


def _spans(tags: Ints) -> Ints:
    """One number for the start, end and type of each entity."""
    tagged = np.flatnonzero(tags)
    place = (tags[tagged] - 1) % 4  # B, I, E, S
    starts, ends = tagged[(place == 0) | (place == 3)], tagged[place >= 2]  # in a legal sequence they take turns
    kinds = (tags[starts] - 1) // 4
    spans: Ints = (kinds.astype(np.int64) * len(tags) + starts) * len(tags) + ends
    return spans
