"""Models on disk: a folder with a readable `model.json` and arrays in .npz files that it names by their sha256.

    best/model.json               types, config, scores, and which files belong to it
    best/arrays-3f2a90c1d7e4.npz  parameters, constants and inventories

The arrays are written first, under a name made of their own sum. Then model.json is replaced, which switches to them in
one step: a reader sees the old model or the new one, never half of one. Nothing in the files is ever run as code. A
model is refused unless its arrays have the names and shapes that its configuration and inventories ask for, and finite
numbers.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from nerwin.arrays import Bytes
from nerwin.config.reading import load_config, make_config, missing_parts, with_places
from nerwin.config.settings import Config
from nerwin.corruption.tagging import MOST_TYPES
from nerwin.errors import ConfigError, ModelError, cure
from nerwin.files.fingerprints import Fingerprint
from nerwin.model.decision import CALIBRATION
from nerwin.model.manifest import FORMAT, best_of, damaged, read_manifest
from nerwin.model.model import Model, Standing
from nerwin.storage.archive import (
    Arrays,
    DamageError,
    check_arrays,
    check_names,
    pack,
    read_arrays,
    whole_number,
    write_together,
)
from nerwin.storage.folders import MANIFEST, check_empty, resume_command, run_config
from nerwin.text.features import ALL_FEATURES, NGRAMS, WORDS, Lookup
from nerwin.text.pairs import PAIR
from nerwin.versions import versions

FILES = ("arrays", "state_arrays")  # the keys of a manifest that name files
LATER = {"unseen", "repeats", "types", CALIBRATION}  # constants that older models do not have
_ARRAYS = rf"({'|'.join(FILES)})-[0-9a-f]+\.npz"
_OWN = re.compile(rf"{_ARRAYS}|\.({_ARRAYS}|{re.escape(MANIFEST)})\.part")

Shapes = dict[str, tuple[int, ...]]


class SavedState(NamedTuple):
    """What is saved of a training beside its model: a part of the manifest, and arrays."""

    manifest: dict[str, Any]
    arrays: Arrays


def save_model(folder: Path, model: Model, state: SavedState | None = None) -> None:
    """Write a model, and beside it, if there is one, the state of its training (`nerwin/run/checkpoint.py`).

    Raises:
        ModelError: it cannot be written.
    """
    manifest: dict[str, Any] = {
        "format": FORMAT,
        **versions(),
        "sources": {key: source._asdict() for key, source in model.sources.items()},
        "epoch": model.standing.epoch,
        "types": model.types,
        "lookups": [one.name for one in model.lookups],
        "seen_words": model.lookups[0].seen_count,
        "config": model.config.to_dict(),
        "best": {"epoch": model.standing.best_epoch, "f1": model.standing.best_f1},
    }
    files = {"arrays": pack(_model_arrays(model))}
    if state is not None:
        manifest["state"], files["state_arrays"] = state.manifest, pack(state.arrays)
    _write(folder, manifest, files)


def _model_arrays(model: Model) -> Arrays:
    return {
        **{f"params/{name}": value for name, value in model.params.items()},
        **{f"constants/{name}": value for name, value in model.constants.items()},
        **{f"lookups/{one.name}": _encode(one.values) for one in model.lookups},
    }


def _encode(values: Sequence[str]) -> Bytes:
    """Strings without line ends, as UTF-8 bytes."""
    return np.frombuffer("\n".join(values).encode("utf-8"), np.uint8)


def _decode(array: Bytes) -> list[str]:
    text = array.tobytes().decode("utf-8")
    return text.split("\n") if text else []


def _write(folder: Path, manifest: dict[str, Any], files: dict[str, bytes]) -> None:
    try:
        remove_leftovers(folder, write_together(folder, MANIFEST, manifest, files))
    except OSError as error:
        raise ModelError(
            f"{folder}: cannot save the model: {error.strerror or error}. {cure(error)}, or choose another folder."
        ) from error


def remove_leftovers(folder: Path, manifest: dict[str, Any]) -> None:
    """Remove nerwin's own files that a folder's manifest does not name, such as those that a killed save left."""
    entries = (manifest.get(key) for key in FILES)
    kept = [entry.get("file") for entry in entries if isinstance(entry, dict)]
    for leftover in _own_files(folder):
        if leftover.name not in kept:
            leftover.unlink()


def remove_model(folder: Path) -> None:
    """Remove a model, its manifest first: a kill then leaves no model rather than a damaged one. Other files stay."""
    for file in [folder / MANIFEST, *_own_files(folder)]:
        file.unlink(missing_ok=True)
    with suppress(OSError):  # it is not there, or not empty
        folder.rmdir()


def check_new_model(folder: Path, remedy: str) -> None:
    """Refuse a folder for a new model unless it is empty but for what a killed save left there.

    Raises:
        ModelError: it holds other files, or is a file itself.
    """
    check_empty(folder, remedy, spared=_own_files(folder))  # a whole model has its manifest besides


def _own_files(folder: Path) -> list[Path]:
    """The files in a model folder that, by their names, are arrays, or half-written arrays or manifests."""
    return [file for file in folder.glob("*") if _OWN.fullmatch(file.name)]


def load_model(folder: Path, *, decided: bool = True) -> Model:
    """Read a model folder.

    Args:
        decided: whether the model must have a decision rule; it gets one at the end of its first epoch.

    Raises:
        ModelError: missing or damaged files, another format version, or no decision rule though it must have one.
    """
    manifest = read_manifest(folder)
    try:
        model = _read_model(folder, manifest)
    except FileNotFoundError as error:
        if read_manifest(folder) != manifest:  # a training has just put a newer model there
            return load_model(folder, decided=decided)
        raise damaged(folder, error) from error
    except (OSError, KeyError, TypeError, ValueError, ConfigError) as error:
        raise damaged(folder, error) from error
    if decided and not set(model.rule.shapes()) - LATER <= set(model.constants):
        raise ModelError(
            f"{folder}: expected a model that can tag, found one whose first epoch is not done. "
            f"Train on: {resume_command(folder.parent)}"
        )
    return model


def _read_model(folder: Path, manifest: dict[str, Any]) -> Model:
    """The model that a manifest describes.

    Raises:
        OSError, KeyError, TypeError, ValueError, ConfigError: its files are not there, or not what they should be.
    """
    config = _found_again(make_config(manifest["config"], base=folder, where=MANIFEST), folder)
    types = _read_types(manifest["types"], config)
    parts = _by_kind(read_arrays(folder, manifest["arrays"]))
    seen = whole_number(manifest, "seen_words") if manifest["format"] > 4 else None  # older models do not say
    lookups = _read_lookups(manifest["lookups"], config, parts["lookups"], seen)
    best_f1, best_epoch = best_of(manifest)
    standing = Standing(whole_number(manifest, "epoch"), best_epoch, best_f1)
    model = Model(config, types, lookups, parts["params"], parts["constants"], _sources(manifest), standing)
    check_arrays(model.params, _parameter_shapes(model))
    optional = model.rule.shapes() | {"calibration": (2,)}  # of older models, whose calibration was another curve
    check_arrays(model.constants, _preprocess_shapes(model) | optional, optional=optional)
    return model


def _by_kind(arrays: Arrays) -> dict[str, Arrays]:
    """The arrays of a model (see `_model_arrays`) by the first part of their names, under the rest of these."""
    kinds: dict[str, Arrays] = {"params": {}, "constants": {}, "lookups": {}}
    for key, value in arrays.items():
        kind, _, name = key.partition("/")
        if kind not in kinds:
            raise DamageError(f"expected arrays in {', '.join(kinds)}, found {key[:40]!r}")
        kinds[kind][name] = value
    return kinds


def _found_again(config: Config, folder: Path) -> Config:
    """A model's configuration. Where files that it names are gone, their places are those that the configuration of its
    run has, which somebody can mend, as a training does that goes on."""
    if (missing := missing_parts(config)) and (own := run_config(folder)):
        with suppress(ConfigError):  # no use for tagging, which needs none of these files
            return with_places(config, load_config(own), missing)
    return config


def _parameter_shapes(model: Model) -> Shapes:
    """The shapes that the parameters have by the configuration, the types and the inventories."""
    sized = zip(model.lookups, model.widths, strict=True)
    shapes: Shapes = {one.name: (len(one), width) for one, width in sized}
    shapes |= {name: value.shape for name, value in model.corruption.own_parameters(np.float32).items()}
    n = model.inputs
    for k, m in enumerate(model.hidden, 1):
        shapes |= {f"W{k}": (m, n), f"b{k}": (m,)}
        n = m
    return shapes | {"U": (n, len(model.corruption.names))}


def _preprocess_shapes(model: Model) -> Shapes:
    """The shapes of the constants of preprocessing."""
    method, n = model.config.preprocess.method, model.inputs
    return {} if method == "none" else {"mean": (n,), "transform": (n, n) if method == "whiten" else (n,)}


def _read_types(types: Any, config: Config) -> list[str]:
    if not (
        isinstance(types, list) and all(isinstance(one, str) for one in types) and 0 < len(types) == len(set(types))
    ):
        raise DamageError(f"types: expected different names, at least one, found {str(types)[:40]!r}")
    if len(types) > MOST_TYPES and config.objective.corruption != "window":
        raise DamageError(f"types: expected at most {MOST_TYPES} of a tagger, found {len(types)}")
    "".join(types).encode("utf-8")  # half a character cannot be printed
    return types


def _read_lookups(names: Any, config: Config, values: Arrays, seen: int | None) -> list[Lookup]:
    """The inventories, which have to be in the order that a configuration gives them.

    Args:
        seen: how many of the words training has read; None for older models, which do not say.
    """
    expected = [WORDS, *(name for name in ALL_FEATURES if name in config.features)]
    if names == (of_words := [name for name in expected if name != PAIR]):
        expected = of_words  # a model of a corpus of whole words has no pairs, whatever its configuration
    if names != expected:
        raise DamageError(f"lookups: expected {', '.join(expected)}, found {str(names)[:40]}")
    check_names(values, expected)
    lookups = []
    for name in expected:
        if values[name].dtype != np.uint8 or values[name].ndim != 1:
            raise DamageError(
                f"lookups/{name}: expected a row of uint8, found {values[name].dtype} {values[name].shape}"
            )
        lookup = Lookup(name, _decode(values[name]), seen if name == WORDS else None)
        if len(lookup.rows) < len(lookup.values) or (name == NGRAMS and lookup.values):
            raise DamageError(f"lookups/{name}: expected different values, found one twice")
        if lookup.seen_count > len(lookup.values):
            raise DamageError(f"seen_words: expected at most {len(lookup.values)}, found {lookup.seen_count}")
        lookups.append(lookup)
    return lookups


def read_sources(folder: Path) -> dict[str, Fingerprint]:
    """The files that a saved model was trained on; older models do not say.

    Raises:
        ModelError: it is missing or damaged.
    """
    manifest = read_manifest(folder)
    try:
        return _sources(manifest)
    except (TypeError, ValueError) as error:
        raise damaged(folder, error) from error


def _sources(manifest: dict[str, Any]) -> dict[str, Fingerprint]:
    sources = {key: Fingerprint(**source) for key, source in dict(manifest.get("sources", {})).items()}
    for key, source in sources.items():
        if not isinstance(source.sha256, str) or not isinstance(source.bytes, int):
            raise DamageError(f"sources: expected the sum and the size of {key[:40]!r}, found others")
    return sources
