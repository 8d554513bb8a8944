"""Python's garbage collector, paused where it would only look on."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_resting = False


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause the search for cycles: going through a large corpus again and again takes time and finds none."""
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
    """Search again after `rest`, but spare the objects that exist by now."""
    global _resting
    if _resting:
        gc.freeze()
        gc.enable()
    _resting = False
