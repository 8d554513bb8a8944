"""Letter n-grams of word forms, hashed into buckets (Bojanowski et al. 2017, section 3.2).

Every form has some, so a form never seen before still has a vector. All forms are hashed at once, their letters in one
array: the polynomial hash of n letters is that of the first n − 1 times a constant, plus the last letter.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from nerwin.arrays import Ints
from nerwin.text.vocabulary import KNOWN

NGRAM_LENGTHS = range(2, 6)  # must begin with 2, as `ngram_bags` extends hashes of single letters by one a turn
BUCKETS = 1 << 16
_BASE = np.uint32(0x01000193)  # the FNV prime
_MIX = np.uint32(0x9E3779B1)  # 2³² over the golden ratio (Knuth's multiplicative hashing)


class Bags(NamedTuple):
    """Several rows of one table for each of some forms: those of form i are rows[starts[i]:starts[i + 1]]."""

    rows: Ints
    starts: Ints

    def of(self, forms: Ints) -> "Bags":
        """The bags of some forms."""
        first, counts = self.starts[forms], self.starts[forms + 1] - self.starts[forms]
        starts = np.concatenate([[0], np.cumsum(counts)])
        within = np.arange(starts[-1]) - np.repeat(starts[:-1], counts)
        return Bags(self.rows[np.repeat(first, counts) + within], starts)

    def followed_by(self, other: "Bags") -> "Bags":
        """These bags and then the other ones."""
        return Bags(
            np.concatenate([self.rows, other.rows]),
            np.concatenate([self.starts, self.starts[-1] + other.starts[1:]]),
        )


def ngram_bags(forms: Sequence[str]) -> Bags:
    """The table rows of the n-grams of each form, in lower case and with its borders marked.

    "Lima" becomes "<lima>", with the n-grams <l, li, im, ma, a>, <li, lim, ...
    """
    marked = [f"<{form.lower()}>" for form in forms]
    letters = np.frombuffer("".join(marked).encode("utf-32-le", "surrogatepass"), "<u4")
    lengths = np.array([len(form) for form in marked], np.int64)
    ends = np.cumsum(lengths)
    owner = np.repeat(np.arange(len(marked)), lengths)
    left = ends[owner] - np.arange(len(letters))  # letters from each one to its form's end, that one included
    hashes, owners = [], []
    code = letters
    for n in NGRAM_LENGTHS:
        code = code[:-1] * _BASE + letters[n - 1 :]
        inside = left[: len(code)] >= n
        hashes.append(code[inside])
        owners.append(owner[: len(code)][inside])
    found = np.concatenate(owners)
    buckets = np.concatenate(hashes) * _MIX >> np.uint32(32 - BUCKETS.bit_length() + 1)  # the highest bits mix best
    order = np.argsort(found, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(found, minlength=len(marked)))])
    return Bags((buckets[order] + np.uint32(KNOWN)).astype(np.int32), starts)
