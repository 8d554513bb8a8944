"""Entities as numbers, and the F1 of them that decision rules are fitted by: exact borders and type."""

import numpy as np

from nerwin.arrays import Ints
from nerwin.corruption.tagset import begins, ends, kinds_of


def numbered(starts: Ints, ends: Ints, kinds: Ints, n: int) -> Ints:
    """One number (s,) for the start, end and type of each entity among n words."""
    spans: Ints = (kinds.astype(np.int64) * (n + 1) + starts) * (n + 1) + ends
    return spans


def entities_of(tags: Ints) -> Ints:
    """The entities of legal tags (n,), in which beginnings and ends take turns."""
    inside = np.flatnonzero(tags)
    first, last = inside[begins(tags[inside])], inside[ends(tags[inside])]
    return numbered(first, last, kinds_of(tags[first]), len(tags))


def f1_of(found: Ints, true: Ints) -> float:
    """F1 of entities as numbers; 0 where there are none."""
    total = len(found) + len(true)
    return 2 * len(np.intersect1d(found, true, assume_unique=True)) / total if total else 0.0
