"""What a model folder holds, in figures: who made it, from what and how well; that all its sums are right is checked on
the way."""

from pathlib import Path
from typing import Any

from nerwin.config.reading import non_default, value_of
from nerwin.config.settings import config_keys
from nerwin.model.files import load_model
from nerwin.model.manifest import best_of, read_manifest
from nerwin.model.model import Model
from nerwin.run.checkpoint import load_state
from nerwin.run.metrics import epochs_recorded
from nerwin.storage.folders import CONFIG, LAST, MANIFEST, PAUSED, model_folder
from nerwin.versions import versions


def describe(path: Path | None) -> dict[str, Any]:
    """A model, fit for JSON; of a run folder its best one, and how far the run went.

    Raises:
        ModelError: no such model, or damage in any of its files.
    """
    folder = model_folder(path)
    manifest, model = read_manifest(folder), load_model(folder)
    if "state" in manifest:
        load_state(folder, model)
    f1, best_epoch = best_of(manifest)
    config = model.config.to_dict()
    run = folder.parent if (folder.parent / CONFIG).is_file() and folder != path else None
    return {
        "model": str(folder),
        "format": manifest["format"],
        **{key: manifest.get(key) for key in versions()},
        "written": (folder / MANIFEST).stat().st_mtime,
        "types": model.types,
        "scores": len(model.corruption.names),
        "epoch": manifest["epoch"],
        "best": {"epoch": best_epoch, "f1": None if model.config.training.refit else f1},
        "parameters": sum(value.size for value in model.params.values()),
        "rows": {one.name: len(one) for one in model.lookups},
        "bytes": sum(file.stat().st_size for file in folder.iterdir() if file.is_file()),
        "sources": _sources(model),
        "config": config,
        "changed": non_default(config),
        "run": run and _progress(run),
        "sums": "all right",  # or else an error has been raised
    }


def _sources(model: Model) -> dict[str, Any]:
    """The files that it was trained on; the paths are those of the configuration, where they may stand no more."""
    config = model.config.to_dict()
    known = {key for key, _ in config_keys()}
    return {
        key: {"path": value_of(config, key) if key in known else None, **source._asdict()}
        for key, source in model.sources.items()
    }


def _progress(run: Path) -> dict[str, Any]:
    """How far a run went, by its metrics and the state of its last model, whose sums are checked too."""
    stop = None
    if (run / LAST / MANIFEST).is_file():
        stop = load_state(run / LAST, load_model(run / LAST, decided=False)).stop
    saved = any((run / part / MANIFEST).is_file() for part in (LAST, PAUSED))
    return {
        "folder": str(run), "epochs": epochs_recorded(run), "finished": stop is not None, "stop": stop, "state": saved
    }  # fmt: skip
