"""Learning rates as functions of the step (lecture 2.7): large steps first, small ones near the minimum.

Time t is counted in steps, from 0. A step is `batch_size` pairs, which is a minibatch as a rule; minibatches of whole
sentences are larger or smaller, so t may lie between two steps. α₀ is the first rate (the highest, if there is a
warm-up), T the number of steps of the whole training.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

from nerwin.errors import ConfigError

Schedule = Callable[[float], float]


class ScheduleSettings(NamedTuple):
    """The constants of all schedules; times are in steps.

    rate: α₀. total: T. period, factor: of step decay. decay: k of exponential decay. tau: τ of 1/t decay.
    warmup: of cosine and linear: the steps in which the rate rises to α₀ before it falls.
    """

    rate: float
    total: int
    period: float | None = None
    factor: float = 0.5
    decay: float = 0.0
    tau: float = 1.0
    warmup: float = 0.0


def constant(settings: ScheduleSettings) -> Schedule:
    """α(t) = α₀."""
    return lambda t: settings.rate


def step_decay(settings: ScheduleSettings) -> Schedule:
    """α(t) = α₀ factor^⌊t/period⌋.

    Raises:
        ConfigError: there is no period.
    """
    period = settings.period
    if period is None:
        raise ConfigError("schedule.period: step decay needs the epochs between two cuts, found null. Set it.")
    return lambda t: settings.rate * settings.factor ** (t // period)


def exponential(settings: ScheduleSettings) -> Schedule:
    """α(t) = α₀ e^(−kt)."""
    return lambda t: settings.rate * math.exp(-settings.decay * t)


def inverse(settings: ScheduleSettings) -> Schedule:
    """α(t) = α₀ τ / max(t, τ): constant until τ, then falling as 1/t."""
    return lambda t: settings.rate * settings.tau / max(t, settings.tau)


def cosine(settings: ScheduleSettings) -> Schedule:
    """A linear rise to α₀, then half a cosine down to 0 at T (Loshchilov & Hutter 2017, without restarts).

    Raises:
        ConfigError: the warm-up is as long as the training, or longer.
    """
    return _after_warmup(settings, lambda u: 0.5 * (1 + math.cos(math.pi * u)))


def linear(settings: ScheduleSettings) -> Schedule:
    """A linear rise to α₀, then a straight line down to 0 at T.

    Raises:
        ConfigError: as for `cosine`.
    """
    return _after_warmup(settings, lambda u: 1 - u)


def _after_warmup(settings: ScheduleSettings, fall: Callable[[float], float]) -> Schedule:
    """A linear rise to α₀ (the first step already has a rate above 0), then α₀ fall(u).

    Args:
        fall: from the share u of the time after the warm-up that is over to the share of α₀ that is left.
    """
    warmup, total = settings.warmup, settings.total
    if warmup >= total:
        raise ConfigError(
            f"schedule.warmup: expected fewer epochs than training.epochs, found {warmup / total:g} times as many. "
            "Lower the one or raise the other."
        )

    def rate(t: float) -> float:
        if t < warmup:
            return settings.rate * (t + 1) / max(warmup, t + 1)
        return settings.rate * fall(min((t - warmup) / (total - warmup), 1))

    return rate


SCHEDULES: dict[str, Callable[[ScheduleSettings], Schedule]] = {
    "constant": constant,
    "step": step_decay,
    "exponential": exponential,
    "inverse": inverse,
    "cosine": cosine,
    "linear": linear,
}
