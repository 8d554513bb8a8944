"""Files that a reader sees as they were or as they will be, never in between."""

import os
from pathlib import Path


def replace_file(path: Path, content: bytes) -> None:
    """Write a file beside its place, then move it there, so that it is never seen half written.

    Raises:
        OSError: it cannot be written; nothing is left of it.
    """
    beside = path.with_name(f".{path.name}.part")
    try:
        with beside.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(beside, path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
