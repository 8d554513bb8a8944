"""A training in its run folder (`nerwin/storage/folders.py`): how it begins, what it saves, how it goes on.

All is checked and read before anything is touched. What is written or removed then comes in such an order that a kill
at any moment leaves a run that can be gone on with, or begun anew.
"""

import json
import os
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from nerwin.config.settings import Config
from nerwin.config.yaml_files import write_yaml
from nerwin.counts import counted
from nerwin.errors import ModelError, cure
from nerwin.model.files import remove_leftovers, remove_model, save_model
from nerwin.model.manifest import read_manifest
from nerwin.parts.parts import Parts
from nerwin.parts.reading import read_parts
from nerwin.run.checkpoint import save_training
from nerwin.run.metrics import epochs_recorded, whole_metrics
from nerwin.run.resumption import check_resumable, check_same_config, keep_places, restored, where_saved
from nerwin.storage.folders import (
    BEST,
    CONFIG,
    LAST,
    METRICS,
    PAGE,
    PAUSED,
    check_begun,
    check_empty,
    check_is_run,
    check_no_links,
    check_replaceable,
    half_written,
    holds_run,
    model_folder,
)
from nerwin.storage.lock import Lock, check_free
from nerwin.storage.replace import replace_file
from nerwin.training.state import Batched, EpochDone
from nerwin.training.trainer import Trainer


class Run:
    """A training in its folder: started anew or continued.

    saved: how far the run is saved, in words for a message.
    """

    def __init__(self, folder: Path, trainer: Trainer) -> None:
        self.folder, self.trainer = folder, trainer
        self.saved = self._progress()
        self._lock = Lock(folder)

    def _progress(self) -> str:
        """How far the training is, in words."""
        epoch, tally = self.trainer.model.standing.epoch, self.trainer.state.tally
        if tally is None:
            return f"after epoch {epoch}"
        return f"in epoch {epoch + 1}, at {tally.pairs / self.trainer.pairs:.0%}"

    @property
    def parts(self) -> Parts:
        return self.trainer.parts

    @classmethod
    def start(cls, folder: Path, config: Config, *, overwrite: bool = False) -> "Run":
        """Begin a run in a folder that is empty, or whose run may be overwritten.

        Raises:
            ModelError: the folder is in use, holds something else, or cannot be written. Nothing is touched before the
                data is read.
        """
        check_free(folder)
        with _writing(folder):
            check_is_run(folder)
            check_no_links(folder)
            if overwrite:
                check_replaceable(folder)
            else:
                check_empty(folder, _remedy(folder))
        return cls._begin(folder, config, overwrite=overwrite)

    @classmethod
    def _begin(cls, folder: Path, config: Config, *, overwrite: bool, configured: bool = False) -> "Run":
        """Begin a run in a folder that is empty, or holds one that is to be replaced.

        Args:
            configured: whether the configuration stands there; somebody may have written it, with comments.
        """
        if config.training.refit and folder.resolve() in model_folder(config.training.refit).resolve().parents:
            raise ModelError(f"{folder}: expected another folder than that of training.refit. Choose another --output.")
        trainer = Trainer.start(config, read_parts(config))
        with Lock(folder), _writing(folder):
            if not overwrite:
                check_empty(folder, _remedy(folder))  # once more: reading the data takes its time
            _clear(folder)
            if configured:
                keep_places(folder, config)
            else:
                write_yaml(folder / CONFIG, config.to_dict())
            replace_file(folder / METRICS, b"")
        return cls(folder, trainer)

    @classmethod
    def resume(cls, folder: Path, config: Config) -> "Run":
        """Continue a run where it was saved last, exactly as if it had never stopped.

        Its files may stand elsewhere by now; the configuration in the folder then learns where.

        Raises:
            ModelError: there is no such run, or files of something else. ConfigError: the configuration or the data
                have changed.
        """
        check_free(folder)
        check_begun(folder)
        check_no_links(folder)
        check_resumable(folder, config)
        saved = where_saved(folder)
        if saved is None:
            return cls._begin(folder, config, overwrite=True, configured=True)
        trainer = restored(folder, saved, config)
        metrics = whole_metrics(folder, trainer.model.standing.epoch)
        with Lock(folder), _writing(folder):
            for leftover in half_written(folder):
                leftover.unlink()
            for part in (BEST, LAST):
                with suppress(ModelError):  # there is none yet, or it says itself what is wrong when it is used
                    remove_leftovers(folder / part, read_manifest(folder / part))
            if saved.name != PAUSED:  # it was behind, or half taken away
                remove_model(folder / PAUSED)
            replace_file(folder / METRICS, metrics)
            keep_places(folder, config)
        return cls(folder, trainer)

    def train(self) -> Generator[Batched | EpochDone, None, None]:
        """Train, saving the best and the last model after every epoch, and within a long epoch what is done of it.

        Raises:
            ModelError: another process trains here, or has done so since the run was begun; or the run cannot be
                written, or its folder is gone.
            ConfigError: another process has begun another run here.
            TrainingDiverged: the loss or a parameter is no longer finite.
        """
        saved = time.monotonic()
        with self._lock:
            self._check_as_begun()
            for record in self.trainer.run():
                if isinstance(record, EpochDone):
                    self._save(record)
                    saved = time.monotonic()
                elif time.monotonic() - saved > 60 * self.trainer.config.training.checkpoint_minutes:
                    self.pause()
                    saved = time.monotonic()
                yield record

    def _check_as_begun(self) -> None:
        """Refuse to train where another process has trained while nobody held the folder."""
        check_same_config(self.folder, self.trainer.config)
        recorded, done = epochs_recorded(self.folder), self.trainer.model.standing.epoch
        if recorded != done:
            raise ModelError(
                f"{self.folder}: expected a run of {counted(done, 'epoch')}, as it was begun or continued here, found "
                f"one of {recorded}: another process has begun or trained it. Add --resume, or choose another --output."
            )

    def pause(self) -> None:
        """Save what is done of the epoch. To be called between two records of `train`, when no step is half done.

        Raises:
            ModelError: it cannot be written. TrainingDiverged: a parameter is no longer finite.
        """
        if self.trainer.state.tally is not None:
            self.trainer.check_finite()
            self._lock.check()
            save_training(self.folder / PAUSED, self.trainer.model, self.trainer.state)
            self.saved = self._progress()

    def _save(self, record: EpochDone) -> None:
        model, state = self.trainer.model, self.trainer.state
        self._lock.check()
        with _writing(self.folder), (self.folder / METRICS).open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(record.to_dict()) + "\n")
            stream.flush()
            os.fsync(stream.fileno())  # before a model that knows of it
        if model.standing.best_epoch == model.standing.epoch:
            save_model(self.folder / BEST, model)
        save_training(self.folder / LAST, model, state)
        self.saved = self._progress()
        remove_model(self.folder / PAUSED)


def _remedy(folder: Path) -> str:
    """What to do about files in a folder."""
    return "Add --resume, --overwrite or --output." if holds_run(folder) else "Choose another --output."


def _clear(folder: Path) -> None:
    """Take away what an earlier run has left, all but its configuration.

    Its metrics go before a new configuration comes, beside which they could not be resumed after a kill. Their file
    itself stays, empty, since it tells that this is the folder of a run.
    """
    for part in (BEST, LAST, PAUSED):
        remove_model(folder / part)
    with suppress(FileNotFoundError):
        os.truncate(folder / METRICS, 0)
    for leftover in [folder / PAGE, *half_written(folder)]:
        leftover.unlink(missing_ok=True)


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Turn OSErrors of a run's own files into a ModelError that names the folder."""
    try:
        yield
    except OSError as error:
        raise ModelError(
            f"{folder}: cannot write the run: {error.strerror or error}. {cure(error)}, or choose another --output."
        ) from error
