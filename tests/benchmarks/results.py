"""Results on file: a JSON line each, written as it is made, so that a run that is cut off is not lost."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def new_file(benchmark: str) -> Path:
    """A name for the results of a run that begins now."""
    return Path("runs") / time.strftime(f"{benchmark}-%Y%m%d-%H%M%S.jsonl")


def append(path: Path, record: Mapping[str, Any]) -> None:
    """Add a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(record) + "\n")
