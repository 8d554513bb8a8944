"""The command inside the test's own process: what it prints, its exit code, and what it is often given."""

import json
import shutil
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from nerwin.cli import app

# 0 done; 1 a check failed or training diverged; 2 bad usage, config or data; 130 interrupted
DONE, FAILED, BAD, INTERRUPTED = 0, 1, 2, 130

TRAIN = "train --config village.yaml --output out"
LINES = "Mira Tolvan left Quellmark .\nrain\n"  # what is tagged
NEWEST = f"model: {Path('runs', 'village-1', 'best')}\n"  # where no model is named


def nerwin(*words: object, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], input=stdin)


def one_json_object(result: Result) -> dict[str, Any]:
    """What stdout holds, which must be a single line with a single JSON object."""
    assert result.exit_code in (DONE, FAILED), result.stderr
    assert result.stdout.count("\n") == 1
    value = json.loads(result.stdout)
    assert isinstance(value, dict)
    return value


def copied(template: Path, folder: Path) -> Path:
    """A copy of a folder with runs, as if they had been trained in it: the paths that they keep are absolute."""
    shutil.copytree(template, folder)
    for path in [*folder.rglob("config.yaml"), *folder.rglob("model.json")]:
        path.write_text(path.read_text().replace(str(template), str(folder)))
    return folder
