"""A disk cache of word vectors: a file is parsed once, and memory-mapped from then on.

The cache is `nerwin/vectors-1` in $XDG_CACHE_HOME, or in ~/.cache; it can be removed at any time. A file's content is
kept under its sha256, as a folder of two files, words and numbers. The sha256 itself is kept under the file's path,
size, times and inode: while these stay the same, the file is not hashed again. If the cache cannot be written, files
are read into memory each time.
"""

import hashlib
import os
import re
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nerwin.arrays import Floats
from nerwin.errors import VectorsError
from nerwin.files.fingerprints import Fingerprint, fingerprint_of
from nerwin.vectors.files import is_binary, parse_vectors, reading_vectors

WORDS_FILE, NUMBERS_FILE = "words.txt", "numbers.f32"


class Vectors(NamedTuple):
    """The words of a file, in its order, and their vectors (n, dim)."""

    words: list[str]
    matrix: Floats

    def rows(self) -> dict[str, int]:
        """The row of each word; if it is there twice, the first."""
        return dict(zip(reversed(self.words), range(len(self.words) - 1, -1, -1), strict=True))


def load_vectors(path: Path, dim: int) -> Vectors:
    """All vectors of a file.

    Raises:
        VectorsError: with `path:line`: a row of another length, a number that is none, a file cut short.
    """
    _check_is_file(path)
    with suppress(OSError):  # the cache's own; those of the file are VectorsErrors
        stamp = _stamp(path)
        entry = _folder() / f"{_digest(path)}-{'binary' if is_binary(path) else 'text'}"
        if found := _open(entry, dim) or _store(path, dim, entry, stamp):
            return found
    parts = list(parse_vectors(path, dim))
    matrix = np.concatenate([np.empty((0, dim), np.float32), *(rows for _, rows in parts)])
    return Vectors([word for words, _ in parts for word in words], matrix)


def vectors_source(path: Path) -> Fingerprint:
    """The sum and the size of a file, hashed anew only where the cache does not know it.

    Raises:
        VectorsError: it cannot be read.
    """
    _check_is_file(path)
    with suppress(OSError):  # the cache's own
        return Fingerprint(_digest(path), path.stat().st_size)
    with reading_vectors(path):
        return fingerprint_of(path)


def _check_is_file(path: Path) -> None:
    """Refuse folders, and pipes, which may have no end and cannot be read twice."""
    with reading_vectors(path):
        if path.exists() and not path.is_file():
            raise VectorsError(f"{path}: expected a file, found a folder or a pipe. Write the vectors to a file first.")


def _folder() -> Path:
    """Where the cache is.

    Raises:
        OSError: nobody says where.
    """
    try:
        cache = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    except RuntimeError as error:  # a user without a home, as in some containers
        raise OSError(str(error)) from error
    return Path(cache) / "nerwin" / "vectors-1"


def _digest(path: Path) -> str:
    """The sha256 of a file, found again by what is known of it without reading."""
    stamp = _stamp(path)
    seen = _folder() / "seen" / hashlib.sha256(os.fsencode(stamp)).hexdigest()
    if seen.is_file() and re.fullmatch("[0-9a-f]{64}", digest := seen.read_text("latin-1")):
        return digest
    with reading_vectors(path):
        digest = fingerprint_of(path).sha256
    if _stamp(path) == stamp:
        seen.parent.mkdir(parents=True, exist_ok=True)
        seen.write_text(digest, "latin-1")
    return digest


def _stamp(path: Path) -> str:
    """What is known of a file without reading it; it changes if the file is replaced or written to.

    A program that writes may set the time of the content's last change back (mtime), but not that of the last change of
    anything about the file (ctime).
    """
    with reading_vectors(path):
        stat = path.stat()
    return f"{path.resolve()}\n{stat.st_size}\n{stat.st_mtime_ns}\n{stat.st_ctime_ns}\n{stat.st_ino}"


def _open(entry: Path, dim: int) -> Vectors | None:
    """An entry of the cache; None if it is missing or damaged, or does not have `dim` numbers a word."""
    try:
        words = (entry / WORDS_FILE).read_bytes().decode("utf-8", "surrogatepass").split("\n")[:-1]
        size = (entry / NUMBERS_FILE).stat().st_size
        if not words or size != len(words) * dim * 4:
            return None
        return Vectors(words, np.memmap(entry / NUMBERS_FILE, "<f4", "r", shape=(len(words), dim)))
    except (OSError, UnicodeDecodeError):
        return None


def _store(path: Path, dim: int, entry: Path, stamp: str) -> Vectors | None:
    """Parse a file into an entry, which appears as a whole or not at all.

    Returns: its vectors, or None if the file has changed since it had that stamp.
    """
    with tempfile.TemporaryDirectory(dir=entry.parent, prefix="new-", ignore_cleanup_errors=True) as folder:
        fresh = Path(folder, "entry")
        fresh.mkdir()
        with (fresh / WORDS_FILE).open("wb") as words, (fresh / NUMBERS_FILE).open("wb") as numbers:
            for some, rows in parse_vectors(path, dim):
                words.write("".join(f"{word}\n" for word in some).encode("utf-8", "surrogatepass"))
                numbers.write(rows.astype("<f4").tobytes())
        if _stamp(path) != stamp:
            return None
        if not _open(entry, dim):  # else another process was faster
            shutil.rmtree(entry, ignore_errors=True)  # of another width, or damaged
            fresh.rename(entry)
    return _open(entry, dim)
