"""Runs that tests train, stop and compare."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nerwin.run.run import Run
from nerwin.training.state import Batched, EpochDone

EVERYTHING = (
    "training.epochs=4",
    "scorer.dropout=0.2",
    "scorer.input_dropout=0.1",
    "features.shape=3",
    "preprocess.method=normalize",
    "objective.l2=0.001",
)


def finish(run: Run) -> list[EpochDone]:
    return [record for record in run.train() if isinstance(record, EpochDone)]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def metrics(folder: Path) -> list[dict[str, Any]]:
    """The lines of metrics.jsonl without what the clock decides."""
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
    for line in lines:
        assert line.pop("seconds") > 0
        assert line.pop("windows_per_second") > 0
    return lines


def assert_equal_runs(one: Path, other: Path) -> None:
    assert metrics(one) == metrics(other)
    files, others = contents(one), contents(other)
    del files["metrics.jsonl"], others["metrics.jsonl"]
    assert files.keys() == others.keys()
    assert [name for name in files if files[name] != others[name]] == []


def stop_when(run: Run, enough: Callable[[Batched | EpochDone], bool]) -> None:
    """Drop the generator at the first such record, as a closed terminal would."""
    records = run.train()
    for record in records:
        if enough(record):
            break
    records.close()


def somebodys_folder(place: Path, metrics: str | None) -> Path:
    """A folder that no run was begun in, with a configuration, a page, and perhaps figures of somebody's own."""
    mine = place / "mine"
    mine.mkdir()
    (mine / "config.yaml").write_text("corpus:\n  train: mine.conll  # mine\n")
    (mine / "report.html").write_text("mine")
    if metrics is not None:
        (mine / "metrics.jsonl").write_text(metrics)
    return mine
