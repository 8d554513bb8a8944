"""The state of a training on disk, in the folder of its model.

    last/model.json                     beside what it says of the model: the generators, and how far the epoch is
    last/state_arrays-9c41d07be2f5.npz  the state of the optimizer

One manifest names the files of both, so model and state change in one step (see `nerwin/model/files.py`).
"""

import dataclasses
import math
from pathlib import Path
from typing import Any

from nerwin.errors import ModelError
from nerwin.model.files import SavedState, save_model
from nerwin.model.manifest import damaged, read_manifest
from nerwin.model.model import Model
from nerwin.storage.archive import DamageError, check_names, read_arrays, restore_generator, whole_number
from nerwin.training.descent import learning_rate, make_optimizer
from nerwin.training.state import BATCH_PURPOSES, State, Tally, generators


def save_training(folder: Path, model: Model, state: State) -> None:
    """Write a model and beside it the state of its training, which `load_state` goes on from.

    Raises:
        ModelError: they cannot be written.
    """
    manifest = {
        "stop": state.stop,
        "tally": state.tally and _written(state.tally),
        "steps": state.optimizer.steps,
        "generators": {name: one.bit_generator.state for name, one in state.generators.items()},
    }
    save_model(folder, model, SavedState(manifest, state.optimizer.arrays()))


def load_state(folder: Path, model: Model) -> State:
    """Read the training state that stands beside a model.

    Raises:
        ModelError: as for `load_model`, or a folder that was saved without a state.
    """
    manifest = read_manifest(folder)
    if "state" not in manifest:
        raise ModelError(f"{folder}: expected the state of a training, found a model only. Continue from last/.")
    try:
        slots = read_arrays(folder, manifest["state_arrays"])
        saved = manifest["state"]
        optimizer = make_optimizer(model)
        optimizer.steps = whole_number(saved, "steps")
        check_names(slots, optimizer.arrays())
        optimizer.restore(slots)
        tally = _tally(saved.get("tally"), learning_rate(model.config))
        state = State(optimizer, generators(0), tally, stop=saved["stop"])
        if state.stop is not None and not isinstance(state.stop, str):
            raise DamageError(f"stop: expected a reason, found {str(state.stop)[:40]}")
        for name, generator in state.generators.items():
            restore_generator(generator, saved["generators"][name])
    except FileNotFoundError as error:
        if read_manifest(folder) != manifest:
            return load_state(folder, model)
        raise damaged(folder, error) from error
    except (OSError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise damaged(folder, error) from error
    return state


def _written(tally: Tally) -> dict[str, Any]:
    """What is written of an unfinished epoch; its generators' states are called "sources" there."""
    written = dataclasses.asdict(tally)
    return {"sources": written.pop("rng_states"), **written}


def _tally(saved: dict[str, Any] | None, first_rate: float) -> Tally | None:
    """What was saved of an unfinished epoch; older runs have none, or none with a rate.

    Raises:
        KeyError, TypeError, ValueError: it is not what `save_training` writes.
    """
    if not saved:
        return None
    rngs = generators(0)
    for name in BATCH_PURPOSES:  # so that a damaged state shows here, and not only when it is used
        restore_generator(rngs[name], saved["sources"][name])
    tally = Tally(
        rng_states={name: saved["sources"][name] for name in BATCH_PURPOSES},
        rate=float(saved.get("rate", first_rate)),
        batches=whole_number(saved, "batches"),
        pairs=whole_number(saved, "pairs"),
        active=whole_number(saved, "active"),
        hinge=float(saved["hinge"]),
        seconds=float(saved["seconds"]),
    )
    if not all(map(math.isfinite, (tally.rate, tally.hinge, tally.seconds))):
        raise DamageError("tally: expected finite numbers, found others")
    return tally


def epochs_begun(folder: Path) -> float:
    """How far the training of a saved model has come: the number of whole epochs, plus a half if another has begun.

    Raises:
        ModelError: a missing or damaged manifest.
    """
    manifest = read_manifest(folder)
    try:
        return whole_number(manifest, "epoch") + bool(manifest["state"].get("tally")) / 2
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise damaged(folder, error) from error
