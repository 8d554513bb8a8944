"""Run folders: where a training keeps its configuration, its metrics and its models, and how it goes on.

runs/quickstart-1/  config.yaml  metrics.jsonl  best/  last/
"""

import glob
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from nerwin.errors import ConfigError, ModelError
from nerwin.training.checkpoint import MANIFEST, load_model, load_state, replace_file, save_model
from nerwin.training.config import Config, load_config
from nerwin.training.data import Parts, read_parts
from nerwin.training.fresh import init_model
from nerwin.training.trainer import Batched, EpochDone, State, Trainer, generators, make_optimizer
from nerwin.training.yaml_files import write_yaml

RUNS = Path("runs")
CONFIG = "config.yaml"
METRICS = "metrics.jsonl"


def new_folder(stem: str) -> Path:
    """The next free run folder of that name."""
    taken = [
        int(one.name.rpartition("-")[2])
        for one in RUNS.glob(f"{glob.escape(stem)}-*")
        if one.name.rpartition("-")[2].isdigit()
    ]
    return RUNS / f"{stem}-{max(taken, default=0) + 1}"


def newest_folder() -> Path:
    """The run folder that was started last, among those with a model.

    Raises:
        ModelError: there is none.
    """
    started = {
        one.parent: one.stat().st_mtime_ns
        for one in RUNS.glob(f"*/{CONFIG}")
        if (one.parent / "best" / MANIFEST).is_file()
    }
    if not started:
        raise ModelError(
            f"{RUNS}/: expected a trained run, found none. Train one with `nerwin train`, or name a folder."
        )
    return max(started, key=lambda folder: started[folder])


def model_folder(path: Path | None) -> Path:
    """The model of a run folder, of its best/ or last/, or of the newest run."""
    path = path or newest_folder()
    if (path / MANIFEST).is_file():
        return path
    if (path / "best" / MANIFEST).is_file():
        return path / "best"
    raise ModelError(f"{path}: expected a run folder with best/, or a model folder, found neither. Check the path.")


class Run:
    """A training in its folder: started anew or continued."""

    def __init__(self, folder: Path, trainer: Trainer) -> None:
        self.folder, self.trainer = folder, trainer

    @property
    def epochs_done(self) -> int:
        """The epochs that are saved."""
        return len((self.folder / METRICS).read_bytes().splitlines())

    @property
    def parts(self) -> Parts:
        return self.trainer.parts

    @classmethod
    def start(cls, folder: Path, config: Config, *, overwrite: bool = False) -> "Run":
        """Begin a run in a folder that is empty, or may be overwritten.

        Raises:
            ModelError: the folder is in use, or cannot be written. Nothing is touched before the data is read.
        """
        if not overwrite and folder.is_dir() and any(folder.iterdir()):
            raise ModelError(f"{folder}: expected an empty folder, found files. Add --resume, --overwrite or --output.")
        if folder.exists() and not folder.is_dir():
            raise ModelError(f"{folder}: expected a folder, found a file. Choose another --output.")
        parts = read_parts(config)
        sources = generators(config.training.seed)
        model = init_model(config, parts, sources["init"])
        state = State(make_optimizer(config, model.params), sources)
        trainer = Trainer(model, parts, state)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for part in ("best", "last"):
                _remove_model(folder / part)
            (folder / METRICS).write_text("", encoding="utf-8")
            write_yaml(folder / CONFIG, config.to_dict())
        except OSError as error:
            raise ModelError(f"{folder}: cannot write the run: {error.strerror}. Choose another --output.") from error
        return cls(folder, trainer)

    @classmethod
    def resume(cls, folder: Path, config: Config) -> "Run":
        """Continue a run after its last whole epoch, exactly as if it had never stopped.

        Raises:
            ModelError: no such run. ConfigError: the configuration is another one.
        """
        check_same_config(folder, config)
        if not (folder / "last" / MANIFEST).is_file():
            return cls.start(folder, config, overwrite=True)  # stopped before its first epoch was done
        model = load_model(folder / "last")
        state = load_state(folder / "last", model)
        trainer = Trainer(model, read_parts(config), state)
        try:
            lines = (folder / METRICS).read_bytes().splitlines(keepends=True)[: state.epoch]
            _check_metrics(folder / METRICS, lines, state.epoch)
            replace_file(folder / METRICS, b"".join(lines))
        except OSError as error:
            raise ModelError(
                f"{folder / METRICS}: cannot keep the metrics of the run: {error.strerror or error}."
            ) from error
        return cls(folder, trainer)

    def train(self) -> Iterator[Batched | EpochDone]:
        """Train, saving the best and the last model after every epoch."""
        for record in self.trainer.run():
            if isinstance(record, EpochDone):
                self._save(record)
            yield record

    def _save(self, record: EpochDone) -> None:
        with (self.folder / METRICS).open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(record.to_dict()) + "\n")
        model, state = self.trainer.model, self.trainer.state
        if record.best:
            save_model(self.folder / "best", model, state, with_state=False)
        save_model(self.folder / "last", model, state, with_state=True)


def check_same_config(folder: Path, config: Config) -> None:
    """Refuse to go on in a folder with another configuration than it was started with.

    Raises:
        ConfigError: naming the keys that differ.
    """
    saved = load_config(folder / CONFIG)
    if saved != config:
        names = ", ".join(_differing(saved.to_dict(), config.to_dict()))
        raise ConfigError(
            f"{folder}: expected the configuration that it was started with, found other values of {names}. "
            "Set them back, or choose another --output."
        )


def _check_metrics(path: Path, lines: Sequence[bytes], epochs: int) -> None:
    """Refuse to go on behind metrics that are not those of the epochs that the model has seen.

    Raises:
        ModelError: a line is missing or damaged.
    """
    for number, line in enumerate([*lines, *[b""] * (epochs - len(lines))], 1):
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


def _remove_model(folder: Path) -> None:
    """Take an earlier run's model away, and nothing that nerwin did not write."""
    for file in [*folder.glob("*arrays-*.npz"), *folder.glob(".*.part"), folder / MANIFEST]:
        file.unlink(missing_ok=True)


def _differing(one: dict[str, Any], other: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for key in one | other:
        a, b = one.get(key), other.get(key)
        if isinstance(a, dict) and isinstance(b, dict):
            yield from _differing(a, b, f"{prefix}{key}.")
        elif a != b:
            yield f"{prefix}{key}"
