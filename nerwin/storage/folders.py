"""Run folders: where a training keeps its configuration, its metrics and its models, and which folder is meant.

runs/quickstart-1/  config.yaml  metrics.jsonl  best/  last/

best/ and last/ are models of whole epochs: the one that is kept, and the last one. Inside a long epoch, and where
training is interrupted, what is done of it stands in paused/, until the epoch is whole. Nothing here imports numpy,
since the threads that numpy takes stand in a run's configuration, which has to be found before.
"""

import glob
import json
import os
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Literal

from nerwin.errors import ModelError
from nerwin.shell import command_line

Kind = Literal["run", "comparison", "model"]

RUNS = Path("runs")
BEST, LAST, PAUSED = "best", "last", "paused"
CONFIG = "config.yaml"
METRICS = "metrics.jsonl"
OWN_KEYS, LONGEST_LINE = {"epoch", "active", "windows"}, 1 << 16  # of metrics; others' have other keys
OWN_START = b'{"epoch": '  # of a line of metrics
PAGE = "report.html"
RESULTS = "results.jsonl"  # of a comparison
CELLS = "cells"  # of a comparison: the runs that it trains
MANIFEST = "model.json"  # of a model folder, such as best/
LOCK = ".lock"
SIGNS: dict[Kind, str] = {"comparison": CELLS, "run": METRICS, "model": MANIFEST}  # of whose folder it is


def new_folder(stem: str) -> Path:
    """The next free run folder of that name, made here, so that a training that begins beside this one takes another.

    Raises:
        ModelError: it cannot be made.
    """
    try:
        RUNS.mkdir(exist_ok=True)
        while True:
            endings = [one.name.rpartition("-")[2] for one in RUNS.glob(f"{glob.escape(stem)}-*")]
            taken = [int(ending) for ending in endings if ending.isdecimal()]
            folder = RUNS / f"{stem}-{max(taken, default=0) + 1}"
            with suppress(FileExistsError):  # another training was faster
                folder.mkdir()
                return folder
    except OSError as error:
        raise ModelError(f"{RUNS}: cannot make a folder there: {error.strerror}. Choose an --output.") from error


def folder_path(name: str | Path) -> Path:
    """The path of a folder that Python code names.

    Raises:
        TypeError: it is something else, such as bytes.
    """
    if not isinstance(name, str | os.PathLike):
        raise TypeError(f"expected a folder as str or Path, found {type(name).__name__}. Name its path.")
    return Path(name)


def named_folder(name: str | Path) -> Path:
    """The folder that Python code names; unlike an argument of a command, the name may be one that no file can have.

    Raises:
        ModelError: no folder can have this name. TypeError: it is something else, such as bytes.
    """
    path = folder_path(name)
    try:
        with suppress(OSError):  # it is not there, or cannot be looked at
            os.stat(path)
    except ValueError as error:
        raise ModelError(
            f"{name}: expected the name of a folder, found an impossible one: {error}. Choose another."
        ) from error
    return path


def newest_folder(*, trained: bool = True) -> Path:
    """The run folder that was started last, among those with a model or among all.

    Raises:
        ModelError: there is none.
    """
    sign = f"{BEST}/{MANIFEST}" if trained else METRICS  # a comparison has a configuration too, and neither of these
    started = {one.parent: one.stat().st_mtime_ns for one in RUNS.glob(f"*/{CONFIG}") if (one.parent / sign).is_file()}
    if not started:
        kind = "a trained run" if trained else "a run"
        raise ModelError(f"{RUNS}/: expected {kind}, found none. Train one with `nerwin train`, or name a folder.")
    return max(started, key=lambda folder: started[folder])


def kind_of(folder: Path) -> Kind | None:
    """Whose folder it is, by what stands there; None where that says nothing, or cannot be looked at."""
    return next((kind for kind, sign in SIGNS.items() if os.path.exists(folder / sign)), None)


def check_is_run(folder: Path) -> None:
    """Refuse a folder that is a comparison's or a model's.

    Raises:
        ModelError: it is.
    """
    if (kind := kind_of(folder)) not in ("run", None):
        raise ModelError(f"{folder}: expected the folder of a run, found a {kind}'s. Choose another --output.")


def check_no_links(folder: Path, runs: Iterable[Path] = ()) -> None:
    """Refuse to write where a link leads: whoever made a folder that was fetched may have laid one to any place.

    Args:
        runs: of a comparison, the folders of its cells within its own.

    Raises:
        ModelError: a file or folder of a run's or a comparison's own is a link.
    """
    for name in (BEST, LAST, PAUSED, METRICS, CELLS, RESULTS, *map(str, runs)):
        if os.path.islink(path := folder / name):  # False of a name that is too long, where a Path's own raises
            raise ModelError(
                f"{path}: expected what a training has written, found a link, which may lead anywhere. "
                "Put in its place what it leads to, or choose another --output."
            )


def check_begun(folder: Path) -> None:
    """Refuse a folder in which no run was begun that could be continued.

    Raises:
        ModelError: there is none, or it is a comparison's or a model's.
    """
    check_is_run(folder)
    try:
        os.stat(folder / CONFIG)
    except (FileNotFoundError, NotADirectoryError) as error:
        if not holds_run(folder):
            raise ModelError(
                f"{folder}: expected a run to continue, found none. Leave out --resume, or check the path."
            ) from error
    except OSError:  # who reads it says what is wrong
        return


def check_replaceable(folder: Path) -> None:
    """Refuse a folder with files in it in which no training has begun: they are somebody's.

    Raises:
        ModelError: it is one, or a file itself.
    """
    if not holds_run(folder):
        check_empty(folder, "Choose another --output; --overwrite replaces runs alone.")


def holds_run(folder: Path) -> bool:
    """Whether a training has begun there: it has left a model, or metrics, which are empty at first."""
    if any((folder / part / MANIFEST).is_file() for part in (BEST, LAST, PAUSED)):
        return True
    try:
        with (folder / METRICS).open("rb") as stream:
            first = stream.readline(LONGEST_LINE)
    except OSError:
        return False
    try:
        return set(json.loads(first)) >= OWN_KEYS
    except (ValueError, TypeError, RecursionError):  # none yet, or cut off by a full disk, or somebody's
        return not first.endswith(b"\n") and OWN_START.startswith(first[: len(OWN_START)])


def check_empty(folder: Path, remedy: str, spared: Collection[Path] = ()) -> None:
    """Refuse a folder with files in it, but for what a start that was killed has left.

    Args:
        spared: what else a command that was killed may have left there.

    Raises:
        ModelError: it has some, or is a file itself.
    """
    if folder.exists() and not folder.is_dir():
        raise ModelError(f"{folder}: expected an empty folder, found a file. {remedy}")
    if folder.is_dir() and not set(folder.iterdir()) <= {folder / LOCK, *half_written(folder), *spared}:
        raise ModelError(f"{folder}: expected an empty folder, found files. {remedy}")


def half_written(folder: Path) -> list[Path]:
    """What a run or a comparison that was killed has left of a file of its own."""
    return [one for name in (CONFIG, METRICS) if (one := folder / f".{name}.part").is_file()]


def model_folder(path: Path | None) -> Path:
    """The model of a run folder, of its best/ or last/, or of the newest run.

    Raises:
        ModelError: there is none, or it cannot be looked for.
    """
    path = path or newest_folder()
    try:
        return _model_in(path)
    except OSError as error:
        raise ModelError(f"{path}: cannot look for a model: {error.strerror}. Check the path.") from error


def _model_in(path: Path) -> Path:
    if (path / MANIFEST).is_file():
        return path
    if (path / BEST / MANIFEST).is_file():
        return path / BEST
    if path.is_file():
        raise ModelError(
            f"{path}: expected a run folder or a model, found a file. Name the model before any files, and a corpus to "
            "score after --data."
        )
    if (path / CELLS).is_dir():
        raise ModelError(f"{path}: expected a run folder, found a comparison. Name one of the runs in its {CELLS}/.")
    if (path / LAST / MANIFEST).is_file():
        raise ModelError(f"{path}: expected a model in {BEST}/, found one in {LAST}/ alone. Name {path / LAST}.")
    if (path / METRICS).is_file():
        # The line of the first epoch is written before its model: where that is missing, the epoch is done again.
        if (path / METRICS).read_bytes().count(b"\n") > 1:
            raise ModelError(f"{path}: expected a run with a model, found its metrics alone. Bring {BEST}/ back.")
        raise ModelError(f"{path}: expected a run with a model, found one without a whole epoch. {for_no_epoch(path)}")
    raise ModelError(f"{path}: expected a run folder with best/, or a model folder, found neither. Check the path.")


def run_config(model: Path) -> Path | None:
    """The configuration of the run that a model folder is the best/ or last/ of; None if there is none."""
    path = model.parent / CONFIG
    return path if model.name in (BEST, LAST) and os.path.isfile(path) else None


def for_no_epoch(run: Path) -> str:
    """What to do about a run without a whole epoch, which was stopped, or diverged and would do so again."""
    return (
        "If training diverged, begin anew with a lower optimizer.learning_rate. If it was stopped, train on: "
        f"{resume_command(run)}"
    )


def resume_command(run: Path) -> str:
    """The command that goes on with a run."""
    return command_line("nerwin", "train", "--output", run, "--resume")
