"""Python's garbage collector, paused where it would find nothing."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_paused = False


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


def pause_collector() -> None:
    """Switch the search for cycles off until `resume_collector`."""
    global _paused
    gc.disable()
    _paused = True


def resume_collector() -> None:
    """Switch it on again after `pause_collector`, but never search the objects that exist by now."""
    global _paused
    if _paused:
        gc.freeze()
        gc.enable()
    _paused = False
