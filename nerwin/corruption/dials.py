"""The numbers of a decision rule that are fitted on the dev part, and how far they may move.

With few entities F1 jumps by chance. So each number starts at its usual value, and every step away from it has to gain
about PULL entities. What is maximised, by coordinate ascent, is

    F1 of dev  −  PULL / (entities of dev) · (steps away from the usual values, summed over all dials)
"""

import functools
from collections.abc import Callable, Sequence
from typing import NamedTuple

PULL = 2  # entities that a step must gain: 1 and 4 are no better, on corpora of 50 sentences and on whole ones


class Dial(NamedTuple):
    """A number of the decision rule: its usual value, the size of a step from there, and the steps that it may take."""

    usual: float
    step: float
    steps: range


def fit_dials(f1: Callable[..., float], dials: Sequence[Dial], entities: int) -> list[float]:
    """The numbers of the highest value that is found by turning one dial after the other, and at last the first again.

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
    """The step of the highest value that is found by going up from `start`, and then down, each until the value falls.

    Of equal values, the first that is found.
    """
    best, highest = start, value(start)
    for way in (1, -1):
        here, last = start + way, value(start)
        while here in steps and (found := value(here)) >= last:
            if found > highest:
                best, highest = here, found
            here, last = here + way, found
    return best
