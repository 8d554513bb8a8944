"""Word vectors from files: GloVe's, word2vec's and fastText's text form, and word2vec's binary form (.bin).

Only the words that are asked for are kept, and a number of the file's first, most frequent ones for text that is still
to come. Either form may be gzip. In text form a header (two integers) is recognised and its count verified; a token may
contain spaces, since the last `dim` fields are the numbers.
"""

import warnings
import zlib
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import numpy as np

from nerwin.arrays import Floats, Ints
from nerwin.errors import CorpusError, VectorsError
from nerwin.text.features import Lookup, spellings
from nerwin.text.files import open_binary, read_lines

MEASURED = 20_000  # the most frequent vectors, whose size is taken for that of all
PARSED = 1000  # rows of a text file whose numbers are read at once
MARK = 12345.5  # stands behind each of them
LONGEST_WORD = 10_000  # bytes; a longer one in a binary file means that it is none

Entry = tuple[str, Floats]
_Row = tuple[int, str, str]  # a line's number, its word, and the text of its numbers


def read_vectors(path: Path, words: Collection[str], dim: int, extra: int = 0) -> dict[str, Floats]:
    """The vectors (dim,) of the words that are asked for in any spelling, and of the first `extra` words of the file.

    Raises:
        VectorsError: with `path:line`: a row of another length, a number that is none, a file cut short, or no word
            that was asked for.
    """
    wanted = {spelling for word in words for spelling in spellings(word)}
    found: dict[str, Floats] = {}
    asked_for = False
    try:
        entries = (
            _read_binary(path, dim)
            if path.name.removesuffix(".gz").endswith(".bin")
            else _read_text(path, dim, wanted, extra)
        )
        for number, (word, vector) in enumerate(entries):
            if word not in found and (number < extra or word in wanted):
                found[word] = vector
                asked_for = asked_for or word in wanted
    except (EOFError, zlib.error) as error:
        raise VectorsError(f"{path}: the gzip data is damaged or cut short. Fetch the file again.") from error
    except (CorpusError, OSError) as error:
        raise VectorsError(str(error)) from error
    if not asked_for:
        raise VectorsError(f"{path}: expected vectors of words of the corpus, found none. Is this the right file?")
    return found


def match_vectors(words: Lookup, found: dict[str, Floats]) -> tuple[Ints, Floats]:
    """The rows (r,) of a table whose words have a vector, and these (r, dim).

    A word's vector is that of its closest spelling: as it is, in lower case, with digits as zeros.
    """
    rows, values = [], []
    for word, row in words.rows.items():
        spelling = next((one for one in spellings(word) if one in found), None)
        if spelling is not None:
            rows.append(row)
            values.append(found[spelling])
    return np.array(rows, np.int32), np.stack(values)


def rescaled(found: dict[str, Floats], size: float) -> dict[str, Floats]:
    """The vectors, multiplied so that the numbers of the first ones have a root mean square of `size`."""
    first = np.stack([vector for _, vector in zip(range(MEASURED), found.values(), strict=False)])
    present = float(np.sqrt(np.mean(first.astype(np.float64) ** 2)))
    return {word: vector * np.float32(size / present) for word, vector in found.items()} if present else found


def _read_text(path: Path, dim: int, wanted: Collection[str], extra: int) -> Iterator[Entry]:
    """The words that are asked for, and the first ones; the numbers of the others are not looked at."""
    announced, rows = None, 0
    kept: list[_Row] = []
    for number, line in enumerate(read_lines(path), 1):
        text = line.rstrip(" ")
        if number == 1:
            fields = text.split(" ")
            if len(fields) == 2 and dim != 1 and all(field.isdigit() for field in fields):
                announced = int(fields[0])
                _check_width(int(fields[1]), dim, path, number)
                continue
            _check_width(_numbers_at_the_end(fields), dim, path, number)
        if (spaces := text.count(" ")) < dim:
            _check_width(spaces, dim, path, number)
        if spaces == dim:
            word, _, numbers = text.partition(" ")
        else:  # the word holds spaces
            word, *fields = text.rsplit(" ", dim)
            numbers = " ".join(fields)
        if rows < extra or word in wanted:
            kept.append((number, word, numbers))
        rows += 1
        if len(kept) == PARSED:
            yield from _parse(kept, dim, path)
            kept.clear()
    yield from _parse(kept, dim, path)
    if announced is not None and rows != announced:
        raise VectorsError(
            f"{path}:{rows + 1}: expected {announced:,} words as the first line says, found {rows:,}. "
            "Fetch the file again."
        )


def _parse(rows: Sequence[_Row], dim: int, path: Path) -> Iterator[Entry]:
    """The vectors of some rows, read at once: that takes half the time of row after row.

    A mark behind each row shows that its numbers are as many as they should be; if they are not, each row is looked at.
    """
    text = f" {MARK} ".join([*(numbers for _, _, numbers in rows), ""])
    values = _numbers_of(text)
    fits = values.size == len(rows) * (dim + 1) and "  " not in text
    table = values.reshape(len(rows), dim + 1) if fits else np.zeros((len(rows), dim + 1), np.float32)
    if rows and not ((table[:, dim] == MARK).all() and np.isfinite(table).all()):
        table = np.stack([_numbers(numbers.split(" "), path, number) for number, _, numbers in rows])
    yield from zip((word for _, word, _ in rows), table[:, :dim], strict=True)


def _numbers_of(text: str) -> Floats:
    """All numbers of a text, or some where it holds other things too."""
    with warnings.catch_warnings(), np.errstate(over="ignore"):
        warnings.simplefilter("ignore", DeprecationWarning)  # what numpy before 2.3 does where later ones raise
        try:
            return np.fromstring(text, np.float32, sep=" ")
        except ValueError:
            return np.empty(0, np.float32)


def _check_width(found: int, dim: int, path: Path, line: int) -> None:
    if found != dim:
        raise VectorsError(
            f"{path}:{line}: expected a word and {dim} numbers, found {found} numbers. "
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


def _numbers(fields: list[str], path: Path, line: int) -> Floats:
    try:
        with np.errstate(over="ignore"):  # a number too large becomes inf, and is refused below
            values = np.array(fields, np.float32)
    except ValueError as error:
        raise VectorsError(
            f"{path}:{line}: expected numbers, found {str(error).split(': ')[-1]}. Mend the line."
        ) from None
    return _finite(values, f"{path}:{line}")


def _finite(values: Floats, where: str) -> Floats:
    if not np.isfinite(values).all():
        raise VectorsError(f"{where}: expected finite numbers, found one that is not. Mend the vector.")
    return values


def _read_binary(path: Path, dim: int) -> Iterator[Entry]:
    """word2vec's binary form: "count dim\\n", then for each word its bytes, a space, and `dim` little-endian floats."""
    with open_binary(path) as stream:
        header = stream.readline(100).split()
        if len(header) != 2 or not all(field.isdigit() for field in header):
            raise VectorsError(f"{path}:1: expected the number of words and of numbers, found neither. Is it word2vec?")
        count = int(header[0])
        _check_width(int(header[1]), dim, path, 1)
        for number in range(1, count + 1):
            where = f"{path}: word {number}"
            word = b""
            while (byte := stream.read(1)) not in (b" ", b"") and len(word) < LONGEST_WORD:
                word += byte.lstrip(b"\n")
            raw = stream.read(4 * dim)
            if len(raw) < 4 * dim or byte != b" ":
                raise VectorsError(f"{where}: expected {count:,} words, found the end. Fetch the file again.")
            try:
                yield word.decode("utf-8"), _finite(np.frombuffer(raw, "<f4").astype(np.float32), where)
            except UnicodeDecodeError as error:
                raise VectorsError(f"{where}: expected UTF-8, found other bytes. Convert the file.") from error
        if stream.read(2).lstrip(b"\n"):
            raise VectorsError(
                f"{path}: word {count + 1}: expected {count:,} words as the first line says, found more. "
                "Fetch the file again."
            )
