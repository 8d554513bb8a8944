"""A training has to go on with the data that it began with; the files are compared by their sha256."""

from collections.abc import Mapping
from pathlib import Path

from nerwin.config.reading import value_of
from nerwin.config.settings import Config
from nerwin.errors import ConfigError
from nerwin.files.fingerprints import Fingerprint


def check_same_data(
    folder: Path,
    config: Config,
    before: Mapping[str, Fingerprint],
    now: Mapping[str, Fingerprint],
    remedy: str = "Restore the file, or begin anew with another --output.",
) -> None:
    """Refuse to go on with other data than a run was started with; older runs do not say what that was.

    Raises:
        ConfigError: naming the file.
    """
    for key, found in now.items():
        expected = before.get(key, found)
        if found != expected:
            raise ConfigError(
                f"{value_of(config.to_dict(), key)}: expected the data that {folder} was started with (sha256 "
                f"{expected.sha256[:12]}), found other data ({found.sha256[:12]}). {remedy}"
            )
