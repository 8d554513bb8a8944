"""What the cells of a comparison have come to: each a line of `results.jsonl`, and those of one setting a row."""

import json
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from nerwin.comparison.grid import Cell, run_of
from nerwin.errors import ModelError, cure
from nerwin.storage.folders import RESULTS
from nerwin.storage.replace import replace_file

SEED = "training.seed"
FIGURES = "f1", "epochs", "seconds", "active"
LARGEST = 1e9  # a figure of a result that is larger means that the line is damaged


class Result(NamedTuple):
    """A finished cell. error says why it failed; it then has no figures."""

    cell: Cell
    f1: float = 0.0
    epochs: int = 0
    seconds: float = 0.0
    active: float = 0.0
    error: str | None = None
    folder: Path = Path()  # the run, in the folder of the comparison

    def to_dict(self) -> dict[str, Any]:
        """For JSON: figures that a cell has not are null, since a true F1 may be 0."""
        whole = {**self._asdict(), "cell": _by_key(self.cell), "folder": self.folder.as_posix()}
        return whole if self.error is None else {**whole, **dict.fromkeys(FIGURES)}

    def to_json(self) -> str:
        return json.dumps(self.to_dict())


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
        if row.get("error") is not None:  # its figures are null; earlier versions wrote 0
            return Result(cell, error=str(row["error"]), folder=run_of(cell))
        result = Result(**{**row, "cell": cell, "folder": run_of(cell)})
        return result if all(0 <= getattr(result, name) <= LARGEST for name in FIGURES) else None
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
    """The cells of one setting, which differ in their seed only; the figures are of those that did not fail."""

    setting: Cell
    results: list[Result]  # best first, failed last
    f1: float  # mean
    spread: float  # standard deviation over seeds, 0 for one
    epochs: float
    seconds: float
    active: float

    @property
    def runs(self) -> list[Path]:
        """The run of each seed that did not fail, in the folder of the comparison."""
        return [result.folder for result in self.results if result.error is None]

    @property
    def tried(self) -> int:
        """Seeds, those that failed too."""
        return len(self.results)

    def to_dict(self, folder: Path) -> dict[str, Any]:
        """For JSON, given the folder of the comparison; figures that a setting has not are null."""
        figures = {name: getattr(self, name) if self.runs else None for name in FIGURES}
        spread = self.spread if len(self.runs) > 1 else None
        runs = [(folder / run).as_posix() for run in self.runs]
        return {"cell": _by_key(self.setting), **figures, "spread": spread, "runs": runs}


def summarise(results: Sequence[Result]) -> list[Row]:
    """Mean and spread over the seeds that did not fail, best first; settings of which all failed come last."""
    groups: dict[Cell, list[Result]] = {}
    for result in sorted(results, key=lambda one: (one.error is not None, -one.f1)):
        setting = tuple(part for part in result.cell if not part.startswith(f"{SEED}="))
        groups.setdefault(setting, []).append(result)
    rows = [_row(setting, group) for setting, group in groups.items()]
    return sorted(rows, key=lambda row: (not row.runs, -row.f1))


def _row(setting: Cell, group: list[Result]) -> Row:
    good = [result for result in group if result.error is None]

    def mean(name: str) -> float:
        return statistics.fmean(getattr(result, name) for result in good) if good else 0.0

    spread = statistics.stdev(result.f1 for result in good) if len(good) > 1 else 0.0
    return Row(setting, group, mean("f1"), spread, mean("epochs"), mean("seconds"), mean("active"))


def ranked(rows: Sequence[Row], folder: Path) -> Iterator[dict[str, Any]]:
    """Every cell for JSON, in the order of its setting, of which each tells the place and the means."""
    for rank, row in enumerate(rows, 1):
        setting = {"rank": rank, **row.to_dict(folder)}
        for result in row.results:
            yield {**result.to_dict(), "setting": setting}


def _by_key(cell: Cell) -> dict[str, str]:
    return dict(part.split("=", 1) for part in cell)
