"""The numbers of a decision rule that the dev part sets, and how far it may turn them.

With few entities F1 jumps by chance. So each number starts at its usual value, and every step away from it has to
gain PULL entities; what is sought is the highest

    F1 of dev  −  PULL / (entities of dev) · (steps away from the usual, of all dials)
"""

import functools
from collections.abc import Callable, Sequence
from typing import NamedTuple

PULL = 2  # entities that F1 must gain by a step: 1 and 4 are no better, on corpora of 50 sentences and on whole ones


class Dial(NamedTuple):
    """A number of the decision rule: where it usually stands, how far a step moves it, and the steps it may take."""

    usual: float
    step: float
    steps: range


def fit_dials(f1: Callable[..., float], dials: Sequence[Dial], entities: int) -> list[float]:
    """The numbers at which the dials have the highest value found, turned one after the other, the first one twice.

    Args:
        f1: F1 on dev, given a number for each dial.
        entities: how many dev has.
    """
    at = [0] * len(dials)

    def numbers(steps: Sequence[int]) -> list[float]:
        return [dial.usual + k * dial.step for dial, k in zip(dials, steps, strict=True)]

    @functools.cache
    def value(*steps: int) -> float:
        return f1(*numbers(steps)) - PULL / max(entities, 1) * sum(map(abs, steps))

    def turning(dial: int) -> Callable[[int], float]:
        before, after = at[:dial], at[dial + 1 :]
        return lambda step: value(*before, step, *after)

    for dial in (*range(len(dials)), 0):
        at[dial] = climb(turning(dial), at[dial], dials[dial].steps)
    return numbers(at)


def climb(value: Callable[[int], float], start: int, steps: range) -> int:
    """The step of the highest value, from `start` up until it falls and from `start` down; of equal ones the first."""
    best, highest = start, value(start)
    for way in (1, -1):
        here, last = start + way, value(start)
        while here in steps and (found := value(here)) >= last:
            if found > highest:
                best, highest = here, found
            here, last = here + way, found
    return best
