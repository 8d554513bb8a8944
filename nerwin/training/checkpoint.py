"""Models on disk: a folder with a readable `model.json` and arrays in .npz files that it names by their sha256.

    best/model.json               types, config, scores, and which files belong to it
    best/arrays-3f2a90c1d7e4.npz  parameters, constants and inventories

The arrays are written first, under a name made of their own sum; replacing model.json then switches to them in one
step, so a reader sees the old model or the new one, never half of one. Nothing is ever unpickled.
"""

import dataclasses
import hashlib
import io
import json
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from nerwin import __version__
from nerwin.arrays import Floats
from nerwin.errors import ConfigError, ModelError
from nerwin.text.features import Lookup
from nerwin.training.config import make_config
from nerwin.training.model import Model
from nerwin.training.replace import replace_file
from nerwin.training.trainer import State, Tally, generators, make_optimizer

FORMAT = 2  # 1 hashed n-grams otherwise
MANIFEST = "model.json"

Arrays = dict[str, Any]


def save_model(folder: Path, model: Model, state: State, *, with_state: bool) -> None:
    """Write a model, with what is needed to continue its training where `with_state`."""
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "nerwin": __version__,
        "epoch": state.epoch,
        "types": model.types,
        "lookups": [one.name for one in model.lookups],
        "config": model.config.to_dict(),
        "best": {"epoch": state.best_epoch, "f1": state.best_f1},
    }
    files = {"arrays": _pack(_model_arrays(model))}
    if with_state:
        manifest["state"] = {
            "stop": state.stop,
            "tally": None if state.tally is None else dataclasses.asdict(state.tally),
            "steps": state.optimizer.steps,
            "generators": {name: one.bit_generator.state for name, one in state.generators.items()},
        }
        files["state_arrays"] = _pack(state.optimizer.arrays())
    _write(folder, manifest, files)


def _model_arrays(model: Model) -> Arrays:
    return {
        **{f"params/{name}": value for name, value in model.params.items()},
        **{f"constants/{name}": value for name, value in model.constants.items()},
        **{f"lookups/{one.name}": _encode(one.values) for one in model.lookups},
    }


def _encode(values: Any) -> Any:
    """A list of strings without line ends as UTF-8 bytes."""
    return np.frombuffer("\n".join(values).encode("utf-8"), np.uint8)


def _decode(array: Any) -> list[str]:
    text = array.tobytes().decode("utf-8")
    return text.split("\n") if text else []


def _pack(arrays: Arrays) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def _write(folder: Path, manifest: dict[str, Any], files: dict[str, bytes]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for key, content in files.items():
            digest = hashlib.sha256(content).hexdigest()
            manifest[key] = {"file": f"{key}-{digest[:12]}.npz", "sha256": digest}
            replace_file(folder / manifest[key]["file"], content)
        replace_file(folder / MANIFEST, (json.dumps(manifest, indent=1, ensure_ascii=False) + "\n").encode("utf-8"))
        kept = {MANIFEST, *(manifest[key]["file"] for key in files)}
        for leftover in [*folder.glob("*arrays-*.npz"), *folder.glob(".*.part")]:
            if leftover.name not in kept:
                leftover.unlink()
    except OSError as error:
        raise ModelError(
            f"{folder}: cannot save the model: {error.strerror or error}. Free space or set --output."
        ) from error


def remove_model(folder: Path) -> None:
    """Take a model away, what says which files are its own first, and nothing that nerwin did not write."""
    for file in [folder / MANIFEST, *folder.glob("*arrays-*.npz"), *folder.glob(".*.part")]:
        file.unlink(missing_ok=True)
    with suppress(OSError):  # it is not there, or not empty
        folder.rmdir()


def epochs_begun(folder: Path) -> float:
    """How far the training of a saved model has come: whole epochs, and a half for one that is not.

    Raises:
        ModelError: a missing or damaged manifest.
    """
    manifest = _read_manifest(folder)
    try:
        return float(manifest["epoch"]) + bool(manifest["state"].get("tally")) / 2
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _damaged(folder, str(error)) from error


def load_model(folder: Path) -> Model:
    """Read a model folder.

    Raises:
        ModelError: missing or damaged files, or another format version.
    """
    manifest = _read_manifest(folder)
    arrays = _read_arrays(folder, manifest, "arrays")
    try:
        config = make_config(manifest["config"], base=folder, where=str(folder / MANIFEST))
        model = Model(config, list(manifest["types"]), [], {})
        for key, value in arrays.items():
            kind, _, name = key.partition("/")
            {"params": model.params, "constants": model.constants}.get(kind, {})[name] = value
        model.lookups = [Lookup(name, _decode(arrays[f"lookups/{name}"])) for name in manifest["lookups"]]
    except (KeyError, TypeError, ValueError, UnicodeDecodeError, ConfigError) as error:
        raise _damaged(folder, str(error)) from error
    return model


def load_state(folder: Path, model: Model) -> State:
    """Read the training state that stands beside a model.

    Raises:
        ModelError: as for `load_model`, or a folder that was saved without a state.
    """
    manifest = _read_manifest(folder)
    if "state" not in manifest:
        raise ModelError(f"{folder}: expected the state of a training, found a model only. Continue from last/.")
    slots = _read_arrays(folder, manifest, "state_arrays")
    try:
        saved = manifest["state"]
        optimizer = make_optimizer(model.config, model.params)
        optimizer.steps = saved["steps"]
        optimizer.restore(slots)
        tally = Tally(**saved["tally"]) if saved.get("tally") else None  # runs of old have none
        state = State(optimizer, generators(0), manifest["epoch"], tally, stop=saved["stop"])
        state.best_f1, state.best_epoch = manifest["best"]["f1"], manifest["best"]["epoch"]
        for name, generator in state.generators.items():
            generator.bit_generator.state = saved["generators"][name]
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(folder, str(error)) from error
    return state


def _read_manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(f"{path}: cannot read the model: {error.strerror}. Train one with `nerwin train`.") from error
    except (ValueError, RecursionError) as error:
        raise _damaged(folder, "model.json is not JSON") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        found = manifest.get("format") if isinstance(manifest, dict) else None
        raise ModelError(
            f"{path}: expected model format {FORMAT}, found {found}. Load it with the version of nerwin that wrote it."
        )
    return manifest


def _read_arrays(folder: Path, manifest: dict[str, Any], key: str) -> dict[str, Floats]:
    try:
        entry = manifest[key]
        content = (folder / Path(entry["file"]).name).read_bytes()
        if hashlib.sha256(content).hexdigest() != entry["sha256"]:
            raise _damaged(folder, f"the sha256 of {entry['file']} is another one")
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except OSError as error:
        raise _damaged(folder, f"{error.filename or key}: {error.strerror or error}") from error
    except (KeyError, TypeError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise _damaged(folder, str(error)) from error


def _damaged(folder: Path, reason: str) -> ModelError:
    return ModelError(f"{folder}: the model is damaged: {reason}. Fetch or train it again.")
