"""A pretraining on disk: its state beside the vectors that it will write, from the first step until they stand there.

    wiki.txt                              the vectors, at the end
    wiki.txt.pretrain/state.json          settings, place in the text, and which arrays belong to it
    wiki.txt.pretrain/arrays-3f2a90c1d7e4.npz

The arrays are written first, under a name made of their sum; replacing state.json then switches to them in one step.
"""

import dataclasses
import hashlib
import time
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from nerwin.arrays import Floats
from nerwin.errors import ConfigError, ModelError, VectorsError, cure
from nerwin.pretraining.settings import OPTIONS, PretrainSettings, option
from nerwin.pretraining.text import Text
from nerwin.pretraining.trainer import (
    PretrainBatched,
    PretrainEpochDone,
    Pretraining,
    PretrainState,
    PretrainTally,
    init_state,
)
from nerwin.pretraining.word2vec import check_name, write_vectors
from nerwin.storage.archive import (
    DamageError,
    check_arrays,
    check_names,
    pack,
    read_arrays,
    read_json,
    reason_of,
    restore_generator,
    whole_number,
    write_together,
)
from nerwin.storage.lock import Lock, check_free
from nerwin.text.features import WORDS
from nerwin.text.vocabulary import KNOWN

FORMAT = 1
STATE = "state.json"
SAVE_SECONDS = 120.0


def state_folder(output: Path) -> Path:
    """Where the state of a pretraining stands while it runs."""
    return output.with_name(f"{output.name}.pretrain")


def check_output(output: Path, *, resume: bool, overwrite: bool) -> None:
    """Refuse, before anything is read, an output that cannot be written or should not be.

    Raises:
        ConfigError: both `resume` and `overwrite`. VectorsError: the name, or what stands there. ModelError: nothing to
            resume, or another process is at work on it.
    """
    if resume and overwrite:
        raise ConfigError(
            "--resume continues a run and --overwrite replaces it: expected one of them, found both. Drop one."
        )
    check_name(output)
    check_free(state_folder(output))
    if output.is_dir():
        raise VectorsError(f"{output}: expected a file, found a folder. Choose another --output.")
    if not output.parent.exists():
        raise VectorsError(
            f"{output}: expected a file in an existing folder, found no {output.parent}. Make it first, or choose "
            "another --output."
        )
    stopped = (state_folder(output) / STATE).is_file()
    if resume and not stopped:
        raise ModelError(f"{state_folder(output)}: expected a stopped pretraining, found none. Leave out --resume.")
    if resume or overwrite:
        return
    if stopped:
        raise VectorsError(f"{output}: expected no pretraining, found one that stopped. Add --resume or --overwrite.")
    if output.exists():
        raise VectorsError(f"{output}: expected no file, found one. Add --overwrite, or choose another --output.")


class PretrainRun:
    """A pretraining that saves itself."""

    def __init__(self, output: Path, pretraining: Pretraining) -> None:
        self.output, self.pretraining = output, pretraining
        self._lock = Lock(state_folder(output))

    @classmethod
    def start(cls, output: Path, text: Text, settings: PretrainSettings) -> "PretrainRun":
        """Begin anew; the first `save` replaces what an earlier run has left."""
        return cls(output, Pretraining(text, settings))

    @classmethod
    def resume(cls, output: Path, text: Text, settings: PretrainSettings) -> "PretrainRun":
        """Go on where a run stopped, exactly as if it had not.

        Raises:
            ConfigError: other settings or another text. ModelError: a damaged or missing state.
        """
        folder = state_folder(output)
        manifest = _read_manifest(folder)
        _check_same(folder, manifest, text, settings)
        return cls(output, Pretraining(text, settings, _restore(folder, manifest, settings, len(text.words))))

    def train(self) -> Generator[PretrainBatched | PretrainEpochDone, None, None]:
        """Train, saving the state after every epoch and every other minute; then write the vectors."""
        with self._lock:
            self.save()
            saved = time.monotonic()
            for record in self.pretraining.run():
                if isinstance(record, PretrainEpochDone) or time.monotonic() - saved > SAVE_SECONDS:
                    self.save()
                    saved = time.monotonic()
                yield record
            self._finish()
        with suppress(OSError):  # something else stands there
            self._lock.folder.rmdir()

    def _finish(self) -> None:
        self._lock.check()
        vectors: Floats = self.pretraining.state.params[WORDS][KNOWN:]
        write_vectors(self.output, self.pretraining.text.words[KNOWN:], vectors)
        for file in _own_files(state_folder(self.output)):
            file.unlink(missing_ok=True)

    def save(self) -> None:
        """Write the state; between two records of `train` it is whole.

        Raises:
            ModelError: it cannot be written, or its folder was taken away. TrainingDiverged: it is not worth it.
        """
        self.pretraining.check_finite()
        self._lock.check()
        state, folder = self.pretraining.state, state_folder(self.output)
        manifest = {
            "format": FORMAT,
            "settings": dataclasses.asdict(self.pretraining.settings),
            "text": fingerprint(self.pretraining.text),
            "epoch": state.epoch,
            "batch": state.batch,
            "tally": dataclasses.asdict(state.tally),
            "draws": state.draws.bit_generator.state,
            "steps": state.network.steps,
        }
        _write(folder, manifest, _arrays(state))


def fingerprint(text: Text) -> str:
    """Equal for equal texts: their words, and which stands where."""
    digest = hashlib.sha256("\n".join(text.words).encode("utf-8"))
    digest.update(np.ascontiguousarray(text.tokens).data)
    return digest.hexdigest()


def _arrays(state: PretrainState) -> dict[str, Any]:
    return {
        **{f"params/{name}": value for name, value in state.params.items()},
        **{f"table/{name}": value for name, value in state.table.arrays().items()},
        **{f"network/{name}": value for name, value in state.network.arrays().items()},
    }


def _own_files(folder: Path) -> list[Path]:
    """What nerwin has written there, the state first."""
    return [folder / STATE, *folder.glob("arrays-*.npz"), *folder.glob(".*.part")]


def _write(folder: Path, manifest: dict[str, Any], arrays: dict[str, Any]) -> None:
    try:
        written = write_together(folder, STATE, manifest, {"arrays": pack(arrays)})
        for leftover in _own_files(folder):
            if leftover.name not in (STATE, written["arrays"]["file"]):
                leftover.unlink()
    except OSError as error:
        raise ModelError(
            f"{folder}: cannot save the state: {error.strerror or error}. {cure(error)}, or choose another --output."
        ) from error


def _read_manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = read_json(folder / STATE)
    except (OSError, ValueError) as error:
        raise _damaged(folder, error) from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        found = manifest.get("format") if isinstance(manifest, dict) else None
        raise ModelError(f"{folder}: expected state format {FORMAT}, found {found}. Begin again with --overwrite.")
    return manifest


def _check_same(folder: Path, manifest: dict[str, Any], text: Text, settings: PretrainSettings) -> None:
    saved, now = manifest.get("settings"), dataclasses.asdict(settings)
    if not isinstance(saved, dict):
        raise _damaged(folder, DamageError("expected settings, found none"))
    other = [name for name in now if saved.get(name) != now[name]]
    if not all(name in OPTIONS for name in other):
        raise ConfigError(
            f"{folder}: expected a run of this version of nerwin, found another's. Begin again with --overwrite."
        )
    if other:
        began = " ".join(f"{option(name)} {saved.get(name)}" for name in other)
        raise ConfigError(f"{folder}: expected {began}, as the run began, found other values. Set them back.")
    if manifest.get("text") != fingerprint(text):
        raise ConfigError(
            f"{folder}: expected the text that the run began with, found another. Name the same files in their order, "
            "read in the same way, or pipe the same text."
        )


def _restore(folder: Path, manifest: dict[str, Any], settings: PretrainSettings, words: int) -> PretrainState:
    try:
        arrays = read_arrays(folder, manifest["arrays"])
        state = init_state(settings, words)
        saved = {name: arrays.pop(f"params/{name}") for name in state.params}
        check_arrays(saved, {name: value.shape for name, value in state.params.items()})
        for name, value in state.params.items():
            if saved[name].dtype != value.dtype:
                raise DamageError(f"{name}: expected {value.dtype}, found {saved[name].dtype}")
            value[...] = saved[name]
        for part, optimizer in (("table/", state.table), ("network/", state.network)):
            optimizer.restore({name: arrays.pop(f"{part}{name}") for name in optimizer.arrays()})
            optimizer.steps = whole_number(manifest, "steps")
        check_names(arrays, ())  # what is left is nobody's
        state.epoch, state.batch = whole_number(manifest, "epoch"), whole_number(manifest, "batch")
        state.tally = PretrainTally(**manifest["tally"])
        if not all(sum_ >= 0 for sum_ in dataclasses.astuple(state.tally)):
            raise DamageError("tally: expected sums, found something else")
        restore_generator(state.draws, manifest["draws"])
    except (OSError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise _damaged(folder, error) from error
    return state


def _damaged(folder: Path, error: Exception) -> ModelError:
    return ModelError(f"{folder}: the saved state is damaged: {reason_of(error)} Begin again with --overwrite.")
