"""Files of word vectors: GloVe's, word2vec's and fastText's text form, and word2vec's binary form (.bin).

Either form may be gzip. In text form a header (two integers) is recognised and its count verified; a token may contain
spaces, since the last `dim` fields are the numbers, apart by spaces or tabs. Every row is checked.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from nerwin.arrays import Floats
from nerwin.counts import counted
from nerwin.errors import CorpusError, VectorsError
from nerwin.files.byte_ranges import LINE_FEED, Ranges, codes_of, parts_of
from nerwin.files.lines import whole_lines
from nerwin.files.opening import open_binary, reading, suffix_of
from nerwin.files.pieces import Piece, cut_piece, read_pieces
from nerwin.vectors.decimals import read_decimal, read_decimals

LONGEST_WORD = 10_000  # bytes; a longer word in a binary file means that it is no such file
LONGEST_COUNT = 19  # digits; what has so many or more is no count of a header
_BLANKS = " \t"
_BETWEEN = re.compile("[ \t]+")

WordRows = tuple[Sequence[str], Floats]  # some words and their vectors (r, dim)


def is_binary(path: Path) -> bool:
    """Whether a file's name says that it is word2vec's binary form."""
    return suffix_of(path) == ".bin"


def parse_vectors(path: Path, dim: int) -> Iterator[WordRows]:
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


def _read_text(path: Path, dim: int) -> Iterator[WordRows]:
    announced, rows = None, 0
    for piece in read_pieces(path):
        for block in cut_piece(piece, by_sentence=False):
            number, data = block.number, _in_utf8(block, path)
            if number == 1:
                first, _, others = data.partition(b"\n")
                announced = _header(first.decode(), dim, path)
                if announced is not None:
                    number, data = 2, others
            if data:
                words, values = _table(_trimmed(data), dim) or _row_by_row(data, number, dim, path)
                rows += len(words)
                yield words, values
    if announced is not None and rows != announced:
        raise VectorsError(
            f"{path}:{rows + 1}: expected {counted(announced, 'word')} as the first line says, found {rows:,}. "
            "Fetch the file again."
        )


def _in_utf8(block: Piece, path: Path) -> bytes:
    try:
        return whole_lines(block.data, str(path), block.number)
    except CorpusError as error:
        raise VectorsError(f"{error} Or is it word2vec's binary form? Then call it .bin.") from error


def _header(line: str, dim: int, path: Path) -> int | None:
    """How many words the first line announces, if it is a header; otherwise its own width is checked."""
    fields, where = _BETWEEN.split(line.rstrip(_BLANKS)), f"{path}:1"
    if len(fields) == 2 and dim != 1 and all(_is_count(field) for field in fields):
        _check_announced(int(fields[1]), dim, where)
        return int(fields[0])
    found = _numbers_at_the_end(fields)
    if not found:
        raise VectorsError(
            f'{where}: expected a word and {counted(dim, "number")}, or a header of two counts, found "{line[:40]}". '
            "Take it out, or name a file of word vectors."
        )
    _check_width(found, dim, where)
    return None


def _check_announced(found: int, dim: int, where: str) -> None:
    if found != dim:
        raise VectorsError(
            f"{where}: expected vectors of {counted(dim, 'number')}, found {found} announced. Set words.dim to "
            f"{found}, or name another file."
        )


def _is_count(field: str | bytes) -> bool:
    """Whether a field is a number that a header may announce; "²" is a digit to str.isdigit, but not to int."""
    return field.isascii() and field.isdigit() and len(field) < LONGEST_COUNT


def _trimmed(data: bytes) -> bytes:
    """Lines without the space that word2vec writes at their ends; the first one tells whether there is one."""
    return data.replace(b" \n", b"\n") if data[: data.find(b"\n")].endswith(b" ") else data


def _table(data: bytes, dim: int) -> WordRows | None:
    """Lines of a word and `dim` numbers with single spaces between, read all at once; None if any line differs."""
    fields, r = parts_of(data, " "), data.count(b"\n")
    if len(fields.ends) != r * (dim + 1) or (codes_of(data)[fields.ends[dim :: dim + 1]] != LINE_FEED).any():
        return None
    starts, ends = (edges.reshape(r, dim + 1) for edges in fields)
    try:
        with np.errstate(over="ignore"):  # a number too large becomes inf
            values = read_decimals(data, Ranges(starts[:, 1:].ravel(), ends[:, 1:].ravel())).astype(np.float32)
    except ValueError:
        return None
    if not np.isfinite(values).all():
        return None
    places = zip(starts[:, 0].tolist(), ends[:, 0].tolist(), strict=True)
    words = b"".join([data[start : end + 1] for start, end in places])
    if b"\t " in words:  # columns by both
        return None
    return words.decode().split(" ")[:-1], values.reshape(r, dim)


def _row_by_row(data: bytes, first: int, dim: int, path: Path) -> WordRows:
    """The same for lines with blanks in their words, or several between numbers; `first` is the first line's number."""
    lines = data.decode().split("\n")[:-1]
    rows = [_row(line, f"{path}:{number}", dim) for number, line in enumerate(lines, first)]
    return [word for word, _ in rows], np.stack([values for _, values in rows])


def _row(line: str, where: str, dim: int) -> tuple[str, Floats]:
    """The word and the numbers of a row, which are its last fields."""
    line = line.rstrip(_BLANKS)
    cuts = list(_BETWEEN.finditer(line))[-dim:]
    _check_width(len(cuts), dim, where)
    start = cuts[0].start()
    return line[:start], _numbers(_BETWEEN.split(line[cuts[0].end() :]), where)


def _check_width(found: int, dim: int, where: str) -> None:
    if found != dim:
        raise VectorsError(
            f"{where}: expected a word and {counted(dim, 'number')}, found {counted(found, 'number')}. "
            "Set words.dim to the length of the file's vectors, or mend the line."
        )


def _numbers_at_the_end(fields: list[str]) -> int:
    """How many fields after the first are numbers, from the last backwards: a token may contain spaces."""
    count = 0
    for field in reversed(fields[1:]):
        try:
            read_decimal(field)
        except ValueError:
            break
        count += 1
    return count


def _numbers(fields: list[str], where: str) -> Floats:
    try:
        with np.errstate(over="ignore"):  # a number too large becomes inf, and is refused below
            values = np.array([read_decimal(field) for field in fields], np.float32)
    except ValueError as error:
        raise VectorsError(
            f"{where}: expected numbers, found {str(error).split(': ')[-1][:80]}. Mend the line."
        ) from None
    return _finite(values, where)


def _finite(values: Floats, where: str) -> Floats:
    if not np.isfinite(values).all():
        raise VectorsError(f"{where}: expected finite numbers, found one that is not. Mend the vector.")
    return values


def _read_binary(path: Path, dim: int) -> Iterator[WordRows]:
    """word2vec's binary form: "count dim\\n", then for each word its bytes, a space, and `dim` little-endian floats."""
    with open_binary(path) as stream:
        first = stream.readline(100)
        header = first.split()
        if len(header) != 2 or not all(_is_count(field) for field in header):
            raise VectorsError(
                f"{path}:1: expected a header of two counts, as word2vec's binary form has it, found "
                f'"{first.rstrip().decode(errors="replace")[:40]}". Call it .txt if it is text, or fetch it again.'
            )
        count = int(header[0])
        _check_announced(int(header[1]), dim, f"{path}:1")
        for number in range(1, count + 1):
            where = f"{path}: word {number}"
            word = b""
            while (byte := stream.read(1)) not in (b" ", b"") and len(word) < LONGEST_WORD:
                word += byte.lstrip(b"\n")
            if byte not in (b" ", b""):
                raise VectorsError(
                    f"{where}: expected a word of at most {LONGEST_WORD:,} bytes, found a longer one. Call the file "
                    ".txt if it is text, or fetch it again."
                )
            raw = stream.read(4 * dim)
            if len(raw) < 4 * dim:
                raise VectorsError(f"{where}: expected {counted(count, 'word')}, found the end. Fetch the file again.")
            try:
                yield [word.decode("utf-8")], _finite(np.frombuffer(raw, "<f4").astype(np.float32), where)[None]
            except UnicodeDecodeError as error:
                raise VectorsError(f"{where}: expected UTF-8, found other bytes. Convert the file.") from error
        if stream.read(2).lstrip(b"\n"):
            raise VectorsError(
                f"{path}: word {count + 1}: expected {counted(count, 'word')} as the first line says, found more. "
                "Fetch the file again."
            )
