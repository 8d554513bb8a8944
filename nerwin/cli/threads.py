"""How many threads numpy's matrix products take: numpy reads it from the environment, once, when it is imported."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nerwin.errors import ConfigError
from nerwin.files.opening import is_pipe

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

    Raises:
        ConfigError: it is a pipe, of which nothing would be left to read in full.
    """
    if is_pipe(path):
        raise ConfigError(f"{path}: expected a file, which is read more than once, found a pipe. Save it as one first.")
    from nerwin.config.yaml_files import parse_yaml, read_yaml

    section, _, name = KEY.partition(".")
    try:
        said = _of_section(read_yaml(path).get(section), name)
        for override in overrides:
            key, _, text = override.partition("=")
            if key == section:  # several keys of it, as in training={threads: 2}
                said = _of_section(parse_yaml(text, override), name, said)
            elif key == KEY:
                said = parse_yaml(text, override)
    except ConfigError:
        return
    if str(said).isdecimal() and len(str(said)) <= LONGEST and int(said) > 0:
        for variable in VARIABLES:
            os.environ[variable] = str(int(said))


def _of_section(section: Any, name: str, default: Any = 1) -> Any:
    """A value of a section, or the default where it has none; 1 where there is no section."""
    return section.get(name, default) if isinstance(section, dict) else 1
