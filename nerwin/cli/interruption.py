"""Ctrl-C, SIGTERM and a closed terminal as a request that a training loop answers between two steps, so that no step is
left half done."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

ENDINGS = (signal.SIGTERM, signal.SIGHUP) if hasattr(signal, "SIGHUP") else (signal.SIGTERM,)  # Windows has it not
SIGNALS = (signal.SIGINT, *ENDINGS)
ORDERS = (signal.SIGINT, signal.SIGTERM)  # the second time; a terminal that closes may say so several times


@contextmanager
def interruption() -> Iterator[threading.Event]:
    """An event that the first signal sets; a second one of ORDERS interrupts at once.

    Raises:
        KeyboardInterrupt: at such a second one.
    """
    asked = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        if asked.is_set() and number in ORDERS:
            raise KeyboardInterrupt
        asked.set()

    heeded = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]  # nohup ignores SIGHUP
    before = {number: signal.signal(number, ask) for number in heeded}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def at_the_end(handler: Callable[[int, FrameType | None], Any]) -> Iterator[None]:
    """Have a handler called at SIGTERM and where the terminal closes, unless these mean something else already.

    With `signal.default_int_handler` they interrupt as Ctrl-C does.
    """
    usual = [number for number in ENDINGS if signal.getsignal(number) is signal.SIG_DFL]
    for number in usual:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number in usual:
            signal.signal(number, signal.SIG_DFL)
