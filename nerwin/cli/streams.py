"""Standard streams that are closed, full, or read by nobody any more."""

import io
import os
import sys
from typing import Any, cast


class _Unfailing(io.FileIO):
    """A file in which what cannot be written is lost without an error."""

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except OSError:
            return memoryview(data).nbytes


def prepare_streams() -> None:
    """Let a command go on where stderr is closed or full, and fail where standard output is.

    stderr carries progress and the reason of an error, which the exit code tells too: a training goes on where nobody
    reads it. Standard output carries results: where it is closed, writing to it fails as it does on a full disk.
    """
    if sys.stdout is None:
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_RDONLY), "w")
    elif isinstance(sys.stdout.buffer, io.RawIOBase):  # by PYTHONUNBUFFERED; it says nothing if it writes half
        whole = io.BufferedWriter(sys.stdout.buffer)
        sys.stdout = io.TextIOWrapper(whole, encoding=sys.stdout.encoding, line_buffering=True)
    usual = sys.__stderr__
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - for as long as the process lives
    elif usual is not None and sys.stderr is usual:
        raw = cast(io.RawIOBase, _Unfailing(usual.fileno(), "w", closefd=False))
        sys.stderr = io.TextIOWrapper(io.BufferedWriter(raw), encoding=usual.encoding, line_buffering=True)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a letter that the terminal does not know is a "?", and no failure


def drop_output() -> None:
    """Drop what is still buffered, or the interpreter would fail to write it while it shuts down, and say so."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
