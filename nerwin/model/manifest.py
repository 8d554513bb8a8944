"""The model.json of a model folder, read and checked without the arrays that it names."""

from pathlib import Path
from typing import Any

from nerwin.errors import ModelError
from nerwin.storage.archive import DamageError, read_json, reason_of, whole_number
from nerwin.storage.folders import MANIFEST

# What older formats lack: 1 hashed n-grams in another way (and is not read); 2 may have no offsets of types; 3 knows
# nothing of training.keep, and 4 nothing of unseen words.
FORMAT = 5
READ = (2, 3, 4, FORMAT)


def read_manifest(folder: Path) -> dict[str, Any]:
    """The model.json of a model folder, of the format that is read here.

    Raises:
        ModelError: it cannot be read, or is of another format.
    """
    path = folder / MANIFEST
    try:
        manifest = read_json(path)
    except OSError as error:
        raise ModelError(f"{path}: cannot read the model: {error.strerror}. Train one with `nerwin train`.") from error
    except ValueError as error:
        raise damaged(folder, error) from error
    found = manifest.get("format") if isinstance(manifest, dict) else None
    if isinstance(manifest, dict) and found in READ:
        return manifest
    remedy = "Fetch or train it again."
    if found == 1:
        remedy = 'Its letter n-grams were hashed otherwise: train it again, with what "config" in that file says.'
    elif isinstance(found, int) and found > FORMAT:
        remedy = "Load it with the version of nerwin that wrote it, or a later one."
    expected = " or ".join(map(str, READ))
    raise ModelError(f"{path}: expected model format {expected}, found {str(found)[:40]}. {remedy}")


def best_of(manifest: dict[str, Any]) -> tuple[float, int]:
    """The dev F1 and the number of the epoch whose model is the best so far.

    Raises:
        KeyError, TypeError, DamageError: they are missing or not numbers.
    """
    best = manifest["best"]
    if isinstance(best["f1"], bool) or not -1 <= best["f1"] <= 1:  # -1 where there is none yet
        raise DamageError(f"best: expected an F1, found {str(best['f1'])[:40]!r}")
    return best["f1"], whole_number(best, "epoch")


def damaged(folder: Path, error: Exception) -> ModelError:
    """The error for a model folder whose reading failed with another error."""
    return ModelError(f"{folder}: the model is damaged: {reason_of(error)} Fetch or train it again.")
