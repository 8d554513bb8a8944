"""Entities as numbers, and their F1 (exact borders and type), by which decision rules are fitted."""

import numpy as np

from nerwin.arrays import Ints
from nerwin.corruption.tagset import begins, ends, kinds_of


def numbered(starts: Ints, stops: Ints, kinds: Ints, n: int) -> Ints:
    """For each entity among n words one number (s,) that stands for its start, its stop and its kind, all of them (s,).

    Stops may be the last words or those after them, as long as they are the same in all entities that are compared.
    """
    return (kinds.astype(np.int64) * (n + 1) + starts) * (n + 1) + stops


def entities_of(tags: Ints) -> Ints:
    """The entities (s,), as numbers, of a legal sequence of tags (n,), in which beginnings and ends alternate."""
    inside = np.flatnonzero(tags)
    first, last = inside[begins(tags[inside])], inside[ends(tags[inside])]
    return numbered(first, last, kinds_of(tags[first]), len(tags))


def f1_of(found: Ints, true: Ints) -> float:
    """F1 of entities as numbers; 0 where there are none."""
    total = len(found) + len(true)
    return 2 * len(np.intersect1d(found, true, assume_unique=True)) / total if total else 0.0
