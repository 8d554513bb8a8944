"""Word vectors as files that other tools read: word2vec's text and binary form (Mikolov et al. 2013).

Both begin with the line `words numbers`. Text has a word and its numbers on a line; binary has a word, a space, its
numbers as little-endian float32, and a line end.
"""

import gzip
import os
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from nerwin.arrays import Floats
from nerwin.errors import VectorsError, cure
from nerwin.storage.replace import replacing

TEXT = (".txt", ".vec", ".txt.gz", ".vec.gz")
BINARY = (".bin",)
ROWS = 1000  # words that are spelled out at a time


def check_name(path: Path) -> None:
    """Refuse a file name that does not say in which form to write.

    Raises:
        VectorsError: the ending is none of the known ones.
    """
    if not path.name.lower().endswith(TEXT + BINARY):
        raise VectorsError(
            f"{path}: expected a name that ends in {', '.join(TEXT)} (text) or {', '.join(BINARY)} (binary), found "
            f'"{path.name}". Choose another --output.'
        )


def write_vectors(path: Path, words: Sequence[str], vectors: Floats) -> None:
    """Write the vectors (V, d) of V words in the form that the file's name asks for; it appears whole or not at all.

    Raises:
        VectorsError: an unknown ending, or the file cannot be written.
    """
    check_name(path)
    try:
        with replacing(Path(os.path.realpath(path))) as stream:  # of a link, where it leads
            _fill(stream, path.name.lower(), words, vectors)
    except OSError as error:
        raise VectorsError(
            f"{path}: cannot write the vectors: {error.strerror or error}. {cure(error)} and add --resume, or "
            "choose another --output and begin again."
        ) from error


def _fill(stream: BinaryIO, name: str, words: Sequence[str], vectors: Floats) -> None:
    header = f"{len(words)} {vectors.shape[1]}\n".encode()
    blocks = _binary(words, vectors) if name.endswith(BINARY) else _text(words, vectors)
    if name.endswith(".gz"):
        # Without a name or time of its own, equal vectors make an equal file.
        with gzip.GzipFile("", "wb", 6, stream, mtime=0) as packed:
            packed.writelines(chain([header], blocks))
    else:
        stream.writelines(chain([header], blocks))


def _text(words: Sequence[str], vectors: Floats) -> Iterator[bytes]:
    form = "%s" + " %.6g" * vectors.shape[1] + "\n"
    for start in range(0, len(words), ROWS):
        rows = zip(words[start : start + ROWS], vectors[start : start + ROWS].tolist(), strict=True)
        yield "".join([form % (word, *row) for word, row in rows]).encode("utf-8")


def _binary(words: Sequence[str], vectors: Floats) -> Iterator[bytes]:
    for start in range(0, len(words), ROWS):
        rows = zip(words[start : start + ROWS], vectors[start : start + ROWS].astype("<f4"), strict=True)
        yield b"".join([word.encode("utf-8") + b" " + row.tobytes() + b"\n" for word, row in rows])
