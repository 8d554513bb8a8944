"""Running cases: each by its kind and number, within its time, and what it ended in."""

import random
import signal
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from nerwin.errors import NerwinError

SECONDS = 15.0  # that a case may take; the longest take four, on lines of megabytes
LONGEST = 3000  # letters of a message

# Damages input of its kind, gives it to nerwin in a folder of its own, and checks what comes of it.
Kind = Callable[[random.Random, Path], None]


class HangError(Exception):
    """A case took too long."""


class Outcome(NamedTuple):
    """How a case ended. fault: a traceback, where it should not have ended so."""

    refused: bool = False
    fault: str | None = None
    seconds: float = 0.0


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise HangError in the midst of what takes longer."""

    def ring(number: int, frame: object) -> None:
        raise HangError(f"more than {seconds:g} seconds")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def run_case(name: str, kind: Kind, seed: int) -> Outcome:
    """Run one case, in a folder that is gone afterwards."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder, warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            with time_limit(SECONDS):
                kind(random.Random(f"{name} {seed}"), Path(folder))
        except NerwinError as error:
            return Outcome(True, message_fault(str(error)), time.perf_counter() - started)
        except Exception:  # whatever else comes is what is looked for
            return Outcome(False, traceback.format_exc(), time.perf_counter() - started)
    return Outcome(seconds=time.perf_counter() - started)


def message_fault(message: str) -> str | None:
    """What is wrong with a message that should be one line that can be read."""
    if not message.isprintable():
        return f"a message that is not one line of printable letters: {message[:500]!r}"
    if not 10 < len(message) < LONGEST:
        return f"a message of {len(message)} letters: {message[:500]!r}"
    return None
