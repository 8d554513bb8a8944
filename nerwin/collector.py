"""Python's garbage collector, paused where it would only look on."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_resting = False


@contextmanager
def collector_paused() -> Iterator[None]:
    """No search for cycles: to look through a large corpus again and again takes time and finds none."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def rest() -> None:
    """Search for no cycles until `resume`."""
    global _resting
    gc.disable()
    _resting = True


def resume() -> None:
    """After `rest`, search again, but not among what there is by now, which stays."""
    global _resting
    if _resting:
        gc.freeze()
        gc.enable()
    _resting = False
