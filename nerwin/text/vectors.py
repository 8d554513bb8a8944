"""Word vectors from a file in GloVe's or word2vec's text form: a word and its numbers on a line.

Only the rows of words that are asked for are kept. A word2vec header (two integers) is recognised; a token may contain
spaces, since the last `dim` fields are the numbers.
"""

from pathlib import Path

import numpy as np

from nerwin.arrays import Floats, Ints
from nerwin.errors import CorpusError, VectorsError
from nerwin.text.features import Lookup, spellings
from nerwin.text.files import read_lines


def read_vectors(path: Path, words: Lookup, dim: int) -> tuple[Ints, Floats]:
    """The vectors of the known words: their rows in the table (r,), and their values (r, dim).

    A word's vector is that of its closest spelling in the file: as it is, in lower case, with digits as zeros.

    Raises:
        VectorsError: with `path:line`: a row of another length, a number that is none, or no known word at all.
    """
    wanted = {spelling: spelling for word in words.values for spelling in spellings(word)}
    found: dict[str, Floats] = {}
    try:
        for number, line in enumerate(read_lines(path), 1):
            fields = line.rstrip(" ").split(" ")
            if number == 1 and len(fields) == 2 and dim != 1 and all(field.isdigit() for field in fields):
                _check_width(int(fields[1]), dim, path, number)
                continue
            if number == 1:
                _check_width(_numbers_at_the_end(fields), dim, path, number)
            word = " ".join(fields[:-dim])
            if len(fields) <= dim:
                raise VectorsError(
                    f"{path}:{number}: expected a word and {dim} numbers, found {len(fields) - 1} numbers. "
                    "Set words.dim to the length of the file's vectors, or mend the line."
                )
            if word in wanted and word not in found:
                found[word] = _numbers(fields[-dim:], path, number)
    except CorpusError as error:
        raise VectorsError(str(error)) from error
    if not found:
        raise VectorsError(f"{path}: expected vectors of words of the corpus, found none. Is this the right file?")
    rows, values = [], []
    for word, row in words.rows.items():
        spelling = next((one for one in spellings(word) if one in found), None)
        if spelling is not None:
            rows.append(row)
            values.append(found[spelling])
    return np.array(rows, np.int32), np.stack(values)


def _check_width(found: int, dim: int, path: Path, number: int) -> None:
    if found != dim:
        raise VectorsError(
            f"{path}:{number}: expected a word and {dim} numbers, found {found} numbers. "
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
    if not np.isfinite(values).all():
        raise VectorsError(f"{path}:{line}: expected finite numbers, found one that is not. Mend the line.")
    return values
