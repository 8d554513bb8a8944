"""Learning rates as functions of the step (lecture 2.7). A step is one minibatch, counted from 0."""

from collections.abc import Callable

Schedule = Callable[[int], float]


def constant(rate: float) -> Schedule:
    """α(t) = α₀."""
    return lambda step: rate


SCHEDULES = {"constant": constant}
