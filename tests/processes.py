"""Commands in processes of their own, for what a test inside one process cannot show: signals and pipes."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from typing import Any


def python(*words: str, **settings: Any) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, *words], capture_output=True, text=True, timeout=60, **settings)


@contextlib.contextmanager
def started(*words: str) -> Iterator[subprocess.Popen[str]]:
    """A command in a process of its own, which hears SIGINT even where this process does not."""
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from nerwin.cli import app; app(prog_name='nerwin')"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # so that a signal can be sent to it and to all that it starts, as a terminal does
    )
    with process:
        try:
            yield process
        finally:
            process.kill()
