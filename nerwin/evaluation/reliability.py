"""Whether the scores of entities can be believed: how often those of about the same score are right.

The bins and their expected calibration error are those of Guo et al. 2017: a score that is a probability is, in every
bin, as large as the share of entities that are right.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

BINS = 10


class Bin(NamedTuple):
    """The entities whose scores lie from `low` to `high`: how many, their mean score, and the share that is right."""

    low: float
    high: float
    entities: int
    score: float
    right: float


def reliability(scores: Sequence[float], right: Sequence[bool]) -> list[Bin]:
    """Bins of equal width from 0 to 1, without those that are empty."""
    s, hits = np.array(scores, np.float64), np.array(right, np.float64)  # (n,), (n,)
    numbers = np.minimum((s * BINS).astype(np.int64), BINS - 1)  # a score of 1 is in the last bin
    bins = []
    for i in np.unique(numbers).tolist():
        inside = numbers == i
        low, high = i / BINS, (i + 1) / BINS
        bins.append(Bin(low, high, int(inside.sum()), float(s[inside].mean()), float(hits[inside].mean())))
    return bins


def calibration_error(bins: Sequence[Bin]) -> float | None:
    """The mean distance of score and share over all entities; None where there are none."""
    total = sum(one.entities for one in bins)
    return sum(one.entities * abs(one.score - one.right) for one in bins) / total if total else None
