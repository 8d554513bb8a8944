"""What a benchmark needs and a machine may lack: without it the benchmark is skipped, with the reason."""

import importlib
from pathlib import Path
from typing import Any


class Skipped(Exception):  # noqa: N818 - nothing went wrong
    """What is missing, and how to get it."""


def library(name: str) -> Any:
    """An installed library, or a skip that names it."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise Skipped(f"{name.partition('.')[0]} is not installed (pip install -e '.[bench]')") from error


def existing(path: Path) -> Path:
    """A file or folder, or a skip that names it."""
    if not path.exists():
        raise Skipped(f"{path} is not there")
    return path
