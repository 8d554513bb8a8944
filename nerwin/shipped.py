"""Where the shipped configurations and corpus are: inside the wheel, or beside the package in a checkout."""

from pathlib import Path

from nerwin.errors import ConfigError

PACKAGE = Path(__file__).parent
QUICKSTART = "configs/quickstart.yaml"


def shipped(name: str) -> Path:
    """The path of a shipped file such as "configs/quickstart.yaml", which is to be read.

    Raises:
        ConfigError: Python has imported nerwin from an archive, into which no path leads.
    """
    if not PACKAGE.is_dir():
        raise ConfigError(f"{name}: expected nerwin in a folder, found it in the archive {PACKAGE.parent}. Unpack it.")
    return place_of(name)


def place_of(name: str) -> Path:
    """Where a shipped file or folder is, which need not be read."""
    inside = PACKAGE / "shipped" / name
    return inside if inside.exists() else PACKAGE.parent / name
