"""Learning from dev too, once it has done its work.

Dev chooses thresholds, and perhaps the epoch, so the model that is used in the end has never learned from it. A second
training of the same configuration, on train and dev together, keeps the thresholds of the first one's model, and lasts
as many epochs as that model was trained for.
"""

from nerwin.arrays import Floats
from nerwin.config.reading import differing_setup
from nerwin.errors import ConfigError
from nerwin.model.files import load_model
from nerwin.model.model import Model
from nerwin.parts.same_data import check_same_data
from nerwin.storage.folders import model_folder


def kept_rule(fresh: Model) -> dict[str, Floats]:
    """The constants of the decision rule of `training.refit`, for a fresh model that is to be trained.

    Raises:
        ModelError: no such model.
        ConfigError: it is an average, or has another configuration, other data or types, or another number of epochs
            than the training to come.
    """
    config, run = fresh.config, fresh.config.training.refit
    assert run is not None
    folder = model_folder(run)
    model = load_model(folder)
    if not model.standing.epoch:
        raise ConfigError(
            f"training.refit: expected a run, found the average of several in {folder}. Name each of its runs in a "
            "training of its own, and average these."
        )
    if others := differing_setup(model.config, config):
        raise ConfigError(
            f"training.refit: expected a run of the same configuration, found other values of {', '.join(others)} in "
            f"{folder}. Set them alike, or train that run anew."
        )
    check_same_data(folder, config, model.sources, fresh.sources, "Restore the file, or train that run anew.")
    if model.types != fresh.types:
        raise ConfigError(
            f"training.refit: expected the types {', '.join(fresh.types)}, found {', '.join(model.types)} in {folder}. "
            "Train that run anew."
        )
    if model.standing.epoch != config.training.epochs:
        raise ConfigError(
            f"training.epochs: expected {model.standing.epoch}, the epoch in which {folder} got its thresholds, found "
            f"{config.training.epochs}. Set it to {model.standing.epoch}."
        )
    return model.rule.fitted()
