"""How long a piece of work takes: on the wall, and in process time, which other processes disturb less."""

import time
from collections.abc import Callable
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Times(NamedTuple):
    """Seconds: of the wall clock, and of all of this process's threads on the processor."""

    wall: float
    cpu: float


def timed(work: Callable[[], T]) -> tuple[T, Times]:
    """Do some work; its result and its times."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return result, Times(time.perf_counter() - wall, time.process_time() - cpu)
