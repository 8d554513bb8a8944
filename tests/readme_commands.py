"""Run every `sh` block of the README in a fresh copy of the repository, as a newcomer would type them.

python tests/readme_commands.py
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


def commands(readme: str) -> list[str]:
    """The fenced `sh` blocks of a README, in order."""
    return BLOCK.findall(readme)


def copy_of_repository(target: Path) -> None:
    """The files that git knows, without their history."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    for name in listed.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)


def main() -> int:
    blocks = commands((ROOT / "README.md").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        copy_of_repository(Path(folder))
        script = "\n".join(["set -euo pipefail", *blocks])
        done = subprocess.run(["bash", "-xc", script], cwd=folder, env={**os.environ, "COLUMNS": "100"})
    print(f"README: {len(blocks)} blocks of commands, exit code {done.returncode}")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
