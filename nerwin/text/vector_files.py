"""Files of word vectors: GloVe's, word2vec's and fastText's text form, and word2vec's binary form (.bin).

Either form may be gzip. In text form a header (two integers) is recognised and its count verified; a token may contain
spaces, since the last `dim` fields are the numbers. Every row is checked.
"""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from nerwin.arrays import Floats
from nerwin.errors import CorpusError, VectorsError
from nerwin.text.files import open_binary, reading
from nerwin.text.pieces import read_pieces

PARSED = 1000  # rows of a text file whose numbers are read at once
MARK = 12345.5  # stands behind each of them
LONGEST_WORD = 10_000  # bytes; a longer one in a binary file means that it is none
LONGEST_COUNT = 19  # digits

Rows = tuple[Sequence[str], Floats]  # some words and their vectors (r, dim)


def is_binary(path: Path) -> bool:
    """Whether a file's name says that it is word2vec's binary form."""
    return path.name.removesuffix(".gz").endswith(".bin")


def parse_vectors(path: Path, dim: int) -> Iterator[Rows]:
    """All rows of a file, some at a time.

    Raises:
        VectorsError: with `path:line`: a row of another length, a number that is none, a file cut short.
    """
    with reading_vectors(path):
        yield from _read_binary(path, dim) if is_binary(path) else _read_text(path, dim)


@contextmanager
def reading_vectors(path: Path) -> Iterator[None]:
    """Turn what can go wrong with a file into an error that names it.

    Raises:
        VectorsError: the file cannot be read, or is a damaged gzip.
    """
    try:
        with reading(str(path)):
            yield
    except CorpusError as error:
        raise VectorsError(str(error)) from error


def _read_text(path: Path, dim: int) -> Iterator[Rows]:
    announced, rows = None, 0
    for piece in read_pieces(path, by_sentence=False):
        number, lines = piece.number, [line.rstrip(" ") for line in piece.lines(str(path))]
        if number == 1 and lines:
            announced = _header(lines[0], dim, path)
            if announced is not None:
                number, lines = 2, lines[1:]
        for start in range(0, len(lines), PARSED):
            yield _parse(lines[start : start + PARSED], number + start, dim, path)
        rows += len(lines)
    if announced is not None and rows != announced:
        raise VectorsError(
            f"{path}:{rows + 1}: expected {announced:,} words as the first line says, found {rows:,}. "
            "Fetch the file again."
        )


def _header(line: str, dim: int, path: Path) -> int | None:
    """How many words the first line announces, if it is a header; otherwise its own width is checked."""
    fields = line.split(" ")
    if len(fields) == 2 and dim != 1 and all(_is_count(field) for field in fields):
        _check_width(int(fields[1]), dim, f"{path}:1")
        return int(fields[0])
    _check_width(_numbers_at_the_end(fields), dim, f"{path}:1")
    return None


def _is_count(field: str | bytes) -> bool:
    """Whether a field is a number that a header may announce; "²" is a digit to str.isdigit, but not to int."""
    return field.isascii() and field.isdigit() and len(field) < LONGEST_COUNT


def _parse(lines: Sequence[str], first: int, dim: int, path: Path) -> Rows:
    """Some rows, their numbers read at once: that takes half the time of row after row.

    If they are not as many as they should be, each row is looked at: a word holds spaces, or something is wrong.

    Args:
        first: the number of the first line.
    """
    parts = [line.partition(" ") for line in lines]
    table = _table([numbers for _, _, numbers in parts], dim)
    if table is not None:
        return [word for word, _, _ in parts], table
    rows = [_row(line, f"{path}:{number}", dim) for number, line in enumerate(lines, first)]
    return [word for word, _ in rows], np.stack([values for _, values in rows])


def _table(rows: Sequence[str], dim: int) -> Floats | None:
    """The numbers (r, dim) of some rows; None where a row has more or fewer, or something else.

    A mark behind each row shows that its numbers are as many as they should be.
    """
    text = f" {MARK} ".join([*rows, ""])
    with warnings.catch_warnings(), np.errstate(over="ignore"):
        warnings.simplefilter("ignore", DeprecationWarning)  # what numpy before 2.3 does where later ones raise
        try:
            values = np.fromstring(text, np.float32, sep=" ")
        except ValueError:
            return None
    if values.size != len(rows) * (dim + 1):
        return None
    table = values.reshape(len(rows), dim + 1)
    return table[:, :dim] if (table[:, dim] == MARK).all() and np.isfinite(table).all() else None


def _row(line: str, where: str, dim: int) -> tuple[str, Floats]:
    """The word and the numbers of a row, which are its last fields."""
    word, *fields = line.rsplit(" ", dim)
    _check_width(len(fields), dim, where)
    return word, _numbers(fields, where)


def _check_width(found: int, dim: int, where: str) -> None:
    if found != dim:
        raise VectorsError(
            f"{where}: expected a word and {dim} numbers, found {found} numbers. "
            "Set words.dim to the length of the file's vectors, or mend the line."
        )


def _numbers_at_the_end(fields: list[str]) -> int:
    """How many fields after the first are numbers, from the last backwards: a token may contain spaces."""
    count = 0
    for field in reversed(fields[1:]):
        try:
            float(field)
        except ValueError:
            break
        count += 1
    return count


def _numbers(fields: list[str], where: str) -> Floats:
    try:
        with np.errstate(over="ignore"):  # a number too large becomes inf, and is refused below
            values = np.array(fields, np.float32)
    except ValueError as error:
        raise VectorsError(
            f"{where}: expected numbers, found {str(error).split(': ')[-1][:80]}. Mend the line."
        ) from None
    return _finite(values, where)


def _finite(values: Floats, where: str) -> Floats:
    if not np.isfinite(values).all():
        raise VectorsError(f"{where}: expected finite numbers, found one that is not. Mend the vector.")
    return values


def _read_binary(path: Path, dim: int) -> Iterator[Rows]:
    """word2vec's binary form: "count dim\\n", then for each word its bytes, a space, and `dim` little-endian floats."""
    with open_binary(path) as stream:
        header = stream.readline(100).split()
        if len(header) != 2 or not all(_is_count(field) for field in header):
            raise VectorsError(f"{path}:1: expected the number of words and of numbers, found neither. Is it word2vec?")
        count = int(header[0])
        _check_width(int(header[1]), dim, f"{path}:1")
        for number in range(1, count + 1):
            where = f"{path}: word {number}"
            word = b""
            while (byte := stream.read(1)) not in (b" ", b"") and len(word) < LONGEST_WORD:
                word += byte.lstrip(b"\n")
            raw = stream.read(4 * dim)
            if len(raw) < 4 * dim or byte != b" ":
                raise VectorsError(f"{where}: expected {count:,} words, found the end. Fetch the file again.")
            try:
                yield [word.decode("utf-8")], _finite(np.frombuffer(raw, "<f4").astype(np.float32), where)[None]
            except UnicodeDecodeError as error:
                raise VectorsError(f"{where}: expected UTF-8, found other bytes. Convert the file.") from error
        if stream.read(2).lstrip(b"\n"):
            raise VectorsError(
                f"{path}: word {count + 1}: expected {count:,} words as the first line says, found more. "
                "Fetch the file again."
            )
