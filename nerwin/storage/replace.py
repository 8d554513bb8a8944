"""Files that a reader sees as they were or as they will be, never in between."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A stream to a file beside `path`, which replaces it once it is whole; after an error nothing is left.

    What is private stays so, from the first byte on.

    Raises:
        OSError: it cannot be written.
    """
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.unlink(missing_ok=True)  # what a kill has left, or a link, which may lead anywhere
        with beside.open("xb") as stream:
            if path.exists():
                shutil.copymode(path, beside)
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def replace_file(path: Path, content: bytes) -> None:
    """Write a file that is there as a whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    with replacing(path) as stream:
        stream.write(content)
