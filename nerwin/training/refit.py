"""Learning from dev too, once it has done its work.

Dev chooses the epoch and the thresholds, and then the model that goes out has never learned from it. A second training,
of the same configuration on train and dev together, keeps the thresholds of the first one, and its last epoch.
"""

from collections.abc import Mapping
from pathlib import Path

from nerwin.arrays import Floats
from nerwin.config.settings import Config, differing, named_files
from nerwin.errors import ConfigError
from nerwin.model.files import load_model
from nerwin.model.model import CALIBRATION
from nerwin.storage.folders import model_folder
from nerwin.text.sources import Source
from nerwin.training.unchanged import check_same_data


def kept_rule(config: Config, run: Path, sources: Mapping[str, Source]) -> dict[str, Floats]:
    """The constants by which a run's best model decides, for a training of the same configuration.

    Args:
        config: of that training; files may stand elsewhere, and how long and from which seed it trains is its own.
        sources: the files of its parts.

    Raises:
        ModelError: no such model. ConfigError: it is of another configuration, or of other data.
    """
    folder = model_folder(run)
    model = load_model(folder)
    own = {key for key in differing(model.config, config) if not key.startswith("training.")}
    if others := sorted(own - named_files(config).keys()):
        raise ConfigError(
            f"training.refit: expected a run of the same configuration, found other values of {', '.join(others)} in "
            f"{folder}. Set them alike, or train that run anew."
        )
    check_same_data(folder, config, model.sources, sources, "Restore the file, or train that run anew.")
    return {name: model.constants[name] for name in (*model.corruption.constant_shapes(), CALIBRATION)}
