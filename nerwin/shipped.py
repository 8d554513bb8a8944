"""Where the shipped configurations and corpus are: inside the wheel, or beside the package in a checkout."""

from pathlib import Path

PACKAGE = Path(__file__).parent
QUICKSTART = "configs/quickstart.yaml"


def shipped(name: str) -> Path:
    """The path of a shipped file such as "configs/quickstart.yaml"."""
    inside = PACKAGE / "shipped" / name
    return inside if inside.exists() else PACKAGE.parent / name


def left_over(train: Path | None, dev: Path | None, test: Path | None) -> list[str]:
    """Notes on parts that are still the shipped corpus's though train is another one."""
    ours = shipped("data").resolve()
    if train is None or train.parent == ours:
        return []
    parts = {"dev": dev, "test": test}
    return [
        f"corpus.{name} is still {path}, of the shipped corpus: set it to your own part, or to null"
        for name, path in parts.items()
        if path is not None and path.parent == ours
    ]
