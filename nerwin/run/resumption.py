"""Whether a run can be gone on with, and from where. Nothing is touched here.

What stands in its folder beside the configuration decides; the first line that fits:

    last/ or paused/           saved: it goes on from the one that is further, if all that is saved fits together
    nothing                    begun, or not yet: the configuration may be somebody's, by hand
    files of no run            foreign: they are left alone
    metrics of several epochs  torn: its state was taken away, and is asked for
    anything else of a run     begun: it was stopped or killed before an epoch was saved, and is begun anew
"""

from collections.abc import Collection
from pathlib import Path

from nerwin.config.reading import differing, load_config, moved_places, places_of_both, value_of, with_places
from nerwin.config.settings import Config
from nerwin.config.yaml_files import replace_values
from nerwin.errors import ConfigError, ModelError
from nerwin.model.files import load_model
from nerwin.parts.reading import read_parts
from nerwin.parts.same_data import check_same_data
from nerwin.run.checkpoint import epochs_begun, load_state
from nerwin.run.metrics import epochs_recorded
from nerwin.storage.folders import BEST, CONFIG, LAST, MANIFEST, PAUSED, check_empty, holds_run
from nerwin.training.trainer import Trainer
from nerwin.vectors.cache import vectors_source


def where_saved(folder: Path) -> Path | None:
    """The folder in which a run is saved furthest, last/ or paused/; None if it is to be begun anew.

    Raises:
        ModelError: it is torn or foreign.
    """
    if saved := [folder / part for part in (LAST, PAUSED) if (folder / part / MANIFEST).is_file()]:
        # paused/ goes on from last/. It is behind only if a kill came between saving an epoch and removing paused/.
        return max(saved, key=epochs_begun)
    if not holds_run(folder):
        check_empty(folder, "Choose another --output.", spared=[folder / CONFIG])
    # A kill between the first two saves leaves best/, and the metrics of one epoch, which is trained again.
    if epochs_recorded(folder) > 1:
        raise ModelError(
            f"{folder / LAST}: expected the state of the run, found none. "
            "Bring it back, or begin again with --overwrite."
        )
    return None


def restored(folder: Path, saved: Path, config: Config) -> Trainer:
    """A run's training, as it was when it was saved.

    Raises:
        ModelError: what is saved is damaged or not whole, or another version's. ConfigError: the configuration or the
            data have changed. VectorsError: vectors that have moved cannot be read.
    """
    model = load_model(saved, decided=False)
    _check_unedited(folder / CONFIG, config, model.config)
    if model.standing.best_epoch and not (folder / BEST / MANIFEST).is_file():
        raise ModelError(
            f"{folder / BEST}: expected the best model so far, found none. "
            "Bring it back, or begin again with --overwrite."
        )
    vectors, moved_vectors = config.words.vectors, {}
    if vectors and vectors != model.config.words.vectors:  # else they are in the model, and not needed any more
        moved_vectors = {"words.vectors": vectors_source(vectors)}
    model.config = config  # files may stand elsewhere now
    state = load_state(saved, model)
    parts = read_parts(config)
    check_same_data(folder, config, model.sources, parts.sources | moved_vectors)
    if (tables := model.tables[1:]) != list(parts.features):
        raise ModelError(
            f"{folder}: expected lookup tables for {', '.join(parts.features)}, found {', '.join(tables)}: another "
            "version began this run. Go on with that one, or begin again with --overwrite."
        )
    return Trainer(model, parts, state)


def check_resumable(folder: Path, config: Config, remedy: str | None = None) -> None:
    """Refuse to resume a run or a comparison with another configuration than it was started with; files that are no
    longer where they were may stand elsewhere, and are to be compared.

    Raises:
        ConfigError: naming the keys that differ.
    """
    before = load_config(folder / CONFIG)
    _check_equal(folder, before, config, remedy or _new_run(folder), spared=moved_places(before, config))


def keep_places(folder: Path, config: Config) -> None:
    """Write down where the files of a run or a comparison stand now, unless that is written there already.

    Raises:
        ConfigError: its configuration cannot be read. OSError: it cannot be written.
    """
    before = load_config(folder / CONFIG)
    now = with_places(before, config, moved_places(before, config))
    if changed := differing(before, now):
        replace_values(folder / CONFIG, {key: value_of(now.to_dict(), key) for key in changed})


def check_same_config(folder: Path, config: Config) -> None:
    """Refuse to go on in a folder with another configuration than it was started with.

    Raises:
        ConfigError: naming the keys that differ.
    """
    _check_equal(folder, load_config(folder / CONFIG), config, "choose another --output")


def _check_unedited(path: Path, config: Config, before: Config) -> None:
    """Refuse a run whose configuration differs from that in its model; the test part makes no difference to training.

    Raises:
        ConfigError: naming the keys that differ.
    """
    spared = {*places_of_both(before, config), "corpus.test"}
    _check_equal(path, before, config, _new_run(path.parent), spared)


def _new_run(folder: Path) -> str:
    """How other values are tried: a run cannot take them, nor become longer than it was planned."""
    return f"begin a new run: --config {folder / CONFIG}, another --output, and no --resume"


def _check_equal(where: Path, before: Config, now: Config, remedy: str, spared: Collection[str] = ()) -> None:
    if others := [key for key in differing(before, now) if key not in spared]:
        raise ConfigError(
            f"{where}: expected the configuration that it was started with, found other values of "
            f"{', '.join(others)}. Set them back, or {remedy}."
        )
