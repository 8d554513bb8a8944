"""The files that a model was made of: the sum and the size of each, by which it is recognised wherever it is."""

import hashlib
from pathlib import Path
from typing import NamedTuple

from nerwin.files.opening import reading

CHANGED = "expected a file that stays as it is, found that it changed while it was read. Start again once it is whole."


class Fingerprint(NamedTuple):
    """A file's content, as it is on disk: sha256 and size."""

    sha256: str
    bytes: int


def fingerprint_of(path: Path) -> Fingerprint:
    """The sum and the size of a file.

    Raises:
        CorpusError: it cannot be read.
    """
    with reading(str(path)), path.open("rb") as stream:
        return Fingerprint(hashlib.file_digest(stream, "sha256").hexdigest(), stream.tell())
