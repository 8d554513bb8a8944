"""Where the shipped configurations and corpus are: inside the wheel, or beside the package in a checkout."""

from pathlib import Path

PACKAGE = Path(__file__).parent
QUICKSTART = "configs/quickstart.yaml"


def shipped(name: str) -> Path:
    """The path of a shipped file such as "configs/quickstart.yaml"."""
    inside = PACKAGE / "shipped" / name
    return inside if inside.exists() else PACKAGE.parent / name
