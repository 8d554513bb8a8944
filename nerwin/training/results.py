"""What the cells of a comparison have come to: each a line of `results.jsonl`, and those of one setting a row."""

import json
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from nerwin.errors import ModelError, cure
from nerwin.storage.folders import RESULTS
from nerwin.storage.replace import replace_file
from nerwin.training.grid import Cell, run_of

SEED = "training.seed"
LARGEST = 1e9  # a figure of a result that is larger means that the line is damaged


class Result(NamedTuple):
    """A finished cell. error says why it failed; its figures are then 0."""

    cell: Cell
    f1: float = 0.0
    epochs: int = 0
    seconds: float = 0.0
    active: float = 0.0
    error: str | None = None
    folder: Path = Path()  # the run, in the folder of the comparison

    def to_json(self) -> str:
        cell = dict(part.split("=", 1) for part in self.cell)
        return json.dumps({**self._asdict(), "cell": cell, "folder": self.folder.as_posix()})


def read_results(folder: Path) -> Iterator[Result]:
    """The whole lines of a comparison's results, as they came; none where there are no results yet."""
    path = folder / RESULTS
    lines = path.read_bytes().splitlines() if path.exists() else ()
    return filter(None, map(_read_result, lines))


def _read_result(line: bytes) -> Result | None:
    """A line of results.jsonl; None where it is not whole."""
    try:
        row = json.loads(line.decode("utf-8"))
        cell = tuple(f"{key}={value}" for key, value in row["cell"].items())
        result = Result(**{**row, "cell": cell, "folder": run_of(cell)})
        figures = (result.f1, result.epochs, result.seconds, result.active)
        return result if all(0 <= figure <= LARGEST for figure in figures) else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def append_result(folder: Path, result: Result) -> None:
    """Add a line to a comparison's results.

    Raises:
        ModelError: it cannot be written.
    """
    path = folder / RESULTS
    try:
        whole = path.read_bytes() if path.exists() else b""
        if whole and not whole.endswith(b"\n"):  # cut off while it was written
            replace_file(path, whole[: whole.rfind(b"\n") + 1])
        with path.open("a", encoding="utf-8") as stream:
            stream.write(result.to_json() + "\n")
    except OSError as error:
        raise ModelError(
            f"{path}: cannot write the result: {error.strerror}. {cure(error)}; the same command continues."
        ) from error


class Row(NamedTuple):
    """The cells of one setting, which differ in their seed only."""

    setting: Cell
    runs: list[Path]  # in the folder of the comparison, a trained seed each
    tried: int  # seeds
    f1: float  # mean
    spread: float  # standard deviation over seeds, 0 for one
    epochs: float
    seconds: float
    active: float


def summarise(results: Sequence[Result]) -> list[Row]:
    """Mean and spread over the seeds that did not fail, best first; settings of which all failed come last."""
    groups: dict[Cell, list[Result]] = {}
    for result in results:
        setting = tuple(part for part in result.cell if not part.startswith(f"{SEED}="))
        groups.setdefault(setting, []).append(result)
    rows = [_row(setting, group) for setting, group in groups.items()]
    return sorted(rows, key=lambda row: (not row.runs, -row.f1))


def _row(setting: Cell, group: list[Result]) -> Row:
    good = [result for result in group if result.error is None]

    def mean(name: str) -> float:
        return statistics.fmean(getattr(result, name) for result in good) if good else 0.0

    spread = statistics.stdev(result.f1 for result in good) if len(good) > 1 else 0.0
    runs = [result.folder for result in good]
    return Row(setting, runs, len(group), mean("f1"), spread, mean("epochs"), mean("seconds"), mean("active"))
