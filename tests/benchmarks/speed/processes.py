"""Whole processes: their time on the wall and the most memory that they held (Linux).

Run as a script it is a small parent that measures one child. The system counts as a child's peak also what its parent
held when it started it, so a benchmark full of libraries must not be that parent.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import NamedTuple


class Finished(NamedTuple):
    """A process that is done: seconds, and 10⁶ bytes at its peak."""

    seconds: float
    megabytes: float


def run(*command: str) -> Finished:
    """Run a command of this interpreter (`-m`, a module, arguments), its output thrown away.

    Raises:
        CalledProcessError: it failed.
    """
    parent = [sys.executable, "-I", "-S", __file__]
    done = subprocess.run([*parent, sys.executable, *command], check=True, stdout=subprocess.PIPE)
    return Finished(*json.loads(done.stdout))


def _measure(command: Sequence[str]) -> int:
    started = time.perf_counter()
    code = subprocess.run(command, stdout=subprocess.DEVNULL).returncode
    seconds = time.perf_counter() - started
    kibibytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(json.dumps([seconds, kibibytes * 1024 / 1e6]))
    return code


if __name__ == "__main__":
    sys.exit(_measure(sys.argv[1:]))
