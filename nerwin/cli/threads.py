"""How many threads numpy's matrix products take, which numpy asks the environment once, when it is first imported."""

import os
from collections.abc import Sequence
from pathlib import Path

from nerwin.errors import ConfigError

VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
KEY = "training.threads"
LONGEST = 9  # digits of their number


def usual_threads() -> None:
    """One thread, where the user has not set another number: results do not depend on the machine's cores, and most
    products here are too small to share."""
    for variable in VARIABLES:
        os.environ.setdefault(variable, "1")


def configured_threads(path: Path, overrides: Sequence[str]) -> None:
    """As many as the configuration says, so that it alone reproduces a run; to be called before numpy is imported.

    What is wrong with the configuration is passed over here: reading it in full says so.
    """
    from nerwin.training.yaml_files import read_yaml

    section, _, name = KEY.partition(".")
    try:
        settings = read_yaml(path).get(section)
    except ConfigError:
        return
    said = settings.get(name, 1) if isinstance(settings, dict) else 1
    for override in overrides:
        if override.startswith(f"{KEY}="):
            said = override.removeprefix(f"{KEY}=")
    if str(said).isdecimal() and len(str(said)) <= LONGEST and int(said) > 0:
        for variable in VARIABLES:
            os.environ[variable] = str(int(said))
