"""From margins to probabilities: how likely an entity is right, given how clearly it won (Platt 1999).

    P(right | x) = 1 / (1 + exp(−(a √x + b)))        x: the smallest margin among the entity's words

The root is not Platt's: that a margin grows from 0 to 2 says much more than that it grows from 8 to 10. a and b are
fitted by Newton's method on the entities that are found in the dev part. Their targets are Platt's, a little inside 0
and 1, so that a part where all are right gives no infinite a.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from nerwin.arrays import Bools, Floats, Ints
from nerwin.text.tags import Span, spans

UNCALIBRATED = np.array([1.0, 0.0])  # a and b of a model that was never calibrated
STEPS = 50
RIDGE = 1e-6  # keeps the Hessian invertible where all margins are equal
LARGEST = 1e3  # of a margin: that of a decision without an alternative is infinite


def probability(x: Floats, calibration: Floats) -> Floats:
    """P(right) (s,) of entities with margins x (s,)."""
    a, b = calibration
    found: Floats = 1 / (1 + np.exp(-np.clip(a * _root(x) + b, -500, 500)))
    return found


def _root(x: Floats) -> Floats:
    return np.sqrt(np.clip(x, 0, LARGEST).astype(np.float64))


def fit_platt(x: Floats, right: Bools) -> Floats:
    """(a, b) of the highest likelihood, a never below 0: a clearer win is no worse. Without entities, UNCALIBRATED.

    Args:
        x: (s,) the margins of entities. right: (s,) which of them are right.
    """
    if not len(x):
        return UNCALIBRATED
    hits = int(right.sum())
    target = np.where(right, (hits + 1) / (hits + 2), 1 / (len(x) - hits + 2))
    design = np.stack([_root(x), np.ones(len(x))], axis=1)  # (s, 2)
    theta = np.zeros(2)
    for _ in range(STEPS):
        p = probability(x, theta)
        gradient = design.T @ (p - target) + RIDGE * theta
        hessian = (design * (p * (1 - p))[:, None]).T @ design + RIDGE * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        theta = theta - step
        if np.abs(step).max() < 1e-9:
            break
    if theta[0] < 0:
        return np.array([0.0, np.log(target.mean() / (1 - target.mean()))])
    return theta


class Found(NamedTuple):
    """The entities found in a text: their margins x (s,), and which are right (s,)."""

    x: Floats
    right: Bools


def found_entities(
    margins: Floats, lengths: Ints, tags: Sequence[Sequence[str]], gold: Sequence[Sequence[str]]
) -> Found:
    """The entities found, and which of them are right, given the margin (n,) of each word's decision."""
    found = [spans(own) for own in tags]
    right = []
    for own, true in zip(found, gold, strict=True):
        truth = set(spans(true)) if own else set()
        right += [span in truth for span in own]
    return Found(entity_margins(margins, lengths, found), np.array(right, np.bool_))


def entity_margins(margins: Floats, lengths: Ints, found: Sequence[Sequence[Span]]) -> Floats:
    """The smallest margin among the words of each entity (s,), at most LARGEST, given those (n,) of all words.

    Args:
        found: the entities of each sentence.
    """
    firsts = (np.cumsum(lengths) - lengths).tolist()
    entities = [(first + one.start, first + one.end) for first, own in zip(firsts, found, strict=True) for one in own]
    edges = np.array(entities, np.int64).ravel()
    # Starts and ends take turns, so every other stretch is an entity. What follows the last one may be nothing, where
    # `reduceat` needs a number: LARGEST.
    smallest = np.minimum.reduceat(np.append(margins, LARGEST), edges)[::2]
    return np.minimum(smallest, LARGEST).astype(np.float64)
