"""Word vectors to start from: those of a file that a corpus needs, and which row of the lookup table each belongs to.

A file is loaded as a whole, from the disk cache if it was read before. Of its words those are kept that are asked for,
and some of the first, which are the most frequent ones, for text that is still to come.
"""

import itertools
from collections.abc import Collection
from pathlib import Path

import numpy as np

from nerwin.arrays import Floats, Ints
from nerwin.errors import VectorsError
from nerwin.text.features import Lookup, spellings
from nerwin.vectors.cache import load_vectors

LARGEST = 1e9  # the largest number of a vector: products and sums of such numbers stay far below float32's limit
MEASURED = 20_000  # vectors, the first of the file and so the most frequent, whose size stands for that of all


def read_vectors(path: Path, words: Collection[str], dim: int, extra: int = 0) -> dict[str, Floats]:
    """The vectors (dim,) of the words that are asked for in any spelling, and of the first `extra` words of the file.

    Raises:
        VectorsError: with `path:line`: a row of another length, a number that is none, a file cut short, no word that
            was asked for, or a number too large to compute with.
    """
    wanted = {spelling for word in words for spelling in spellings(word)}
    vectors = load_vectors(path, dim)
    rows = vectors.rows()
    asked_for = sorted(rows[word] for word in wanted if word in rows)
    if not asked_for:
        raise VectorsError(f"{path}: expected vectors of words of the corpus, found none. Is this the right file?")
    first = (row for row in range(min(extra, len(vectors.words))) if rows[vectors.words[row]] == row)
    chosen = list(dict.fromkeys([*first, *asked_for]))
    matrix = np.array(vectors.matrix[chosen])
    if (largest := float(np.abs(matrix).max(initial=0.0))) > LARGEST:
        raise VectorsError(f"{path}: expected numbers of at most {LARGEST:g}, found {largest:g}. Scale the vectors.")
    return dict(zip((vectors.words[row] for row in chosen), matrix, strict=True))


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
    first = np.stack(list(itertools.islice(found.values(), MEASURED)))
    present = float(np.sqrt(np.mean(first.astype(np.float64) ** 2)))
    return {word: vector * np.float32(size / present) for word, vector in found.items()} if present else found
