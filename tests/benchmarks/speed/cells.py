"""A grid of trainings in two processes against the same cells in one: `nerwin compare`, as whole processes."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.speed import processes
from tests.benchmarks.speed.comparison import Comparison, Work, compare

CELLS = 8
SETTINGS = ("--vary", f"training.seed={','.join(map(str, range(CELLS)))}", "--set", "training.epochs=6")


def cells(runs: int) -> Iterator[Comparison]:
    """Seeds of the quickstart on the shipped corpus."""
    peers = {"in one process": lambda: _seconds(jobs=1)}
    yield from compare("cells", "2 processes", runs, lambda: _seconds(jobs=2), peers, Work(CELLS, "cells"))


def _seconds(jobs: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        where = ("--output", str(Path(folder) / "grid"), "--jobs", str(jobs), "--json")
        return processes.run("-m", "nerwin", "compare", *SETTINGS, *where).seconds
