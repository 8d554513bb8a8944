"""metrics.jsonl read back: the figures of each epoch of a training, or its lines as they stand."""

import json
import math
from pathlib import Path
from typing import Any, NamedTuple

from nerwin.errors import ModelError
from nerwin.storage.folders import METRICS, for_no_epoch


class Epoch(NamedTuple):
    """A line of metrics.jsonl.

    active: the share of pairs inside the margin. precision, recall, f1: on dev; None if dev is learned from too.
    """

    epoch: int
    loss: float
    active: float
    seconds: float
    learning_rate: float
    precision: float | None
    recall: float | None
    f1: float | None


DEV = ("precision", "recall", "f1")


def read_metrics(run: Path) -> list[Epoch]:
    """The epochs of a run, in order; a last line without a line end is still being written, and left out.

    Raises:
        ModelError: there are none, or a line is not what `nerwin train` writes.
    """
    path = run / METRICS
    try:
        lines = path.read_bytes().splitlines(keepends=True)
    except OSError as error:
        raise ModelError(
            f"{path}: expected the metrics of a run, found none: {error.strerror}. Name a folder of `nerwin train`."
        ) from error
    epochs = [_epoch(line, f"{path}:{number}") for number, line in enumerate(lines, 1) if line.endswith(b"\n")]
    if not epochs:
        raise ModelError(f"{path}: expected a line an epoch, found none. {for_no_epoch(run)}")
    return epochs


def epochs_recorded(run: Path) -> int:
    """How many epochs the metrics of a run have."""
    path = run / METRICS
    return path.read_bytes().count(b"\n") if path.is_file() else 0


def whole_metrics(folder: Path, epochs: int) -> bytes:
    """The metrics of the epochs that a saved model has seen, without a later line, whose model was never saved.

    Raises:
        ModelError: they cannot be read, or a line is missing or damaged.
    """
    path = folder / METRICS
    try:
        lines = path.read_bytes().splitlines(keepends=True)[:epochs]
    except OSError as error:
        raise ModelError(f"{path}: cannot read the metrics of the run: {error.strerror}.") from error
    for number, line in enumerate([*lines, b""][:epochs], 1):  # b"": the first line that is missing, if one is
        try:
            row = json.loads(line.decode("utf-8"))
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict) or row.get("epoch") != number or not line.endswith(b"\n"):
            found = line[:40].decode("utf-8", "replace")
            raise ModelError(
                f'{path}:{number}: expected the line of epoch {number}, found "{found}". '
                "Bring the file back as it was, or begin again with --overwrite."
            )
    return b"".join(lines)


def _epoch(line: bytes, where: str) -> Epoch:
    try:
        found = json.loads(line)
        epoch, *others = (_number(found, name) for name in Epoch._fields if name not in DEV)
        dev = [_number(found["dev"], name) if found["dev"] != {} else None for name in DEV]
        return Epoch(int(epoch), *others, *dev)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise ModelError(
            f"{where}: expected the figures of an epoch, as `nerwin train` writes them, found another line. "
            "Restore the file, or train again."
        ) from error


def _number(values: dict[str, Any], name: str) -> float:
    """A finite number.

    Raises:
        KeyError, TypeError, ValueError: it is none.
    """
    value = values[name]
    if not math.isfinite(value):
        raise ValueError(name)
    return float(value)
