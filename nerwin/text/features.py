"""What a word form looks like, as rows of lookup tables (Collobert et al. 2011, sections 3.1.1 and 6).

Each feature is a function of the form alone, so the rows are computed once a vocabulary. The word itself is the first
feature; its lookup falls back from the form as spelled to looser spellings, then to the unknown word. All features but
the letter n-grams have one value a form.
"""

import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

import numpy as np

from nerwin.arrays import Ints
from nerwin.text.vocabulary import PADDING, UNKNOWN

WORDS = "words"


def shape(form: str) -> str:
    """The form with letters and digits replaced by their kind: "McDonald's-9" is "XxXxxxxx'x-0"."""
    return "".join("X" if c.isupper() else "x" if c.isalpha() else "0" if c.isdigit() else c for c in form)


def collapsed_shape(form: str) -> str:
    """The shape with repeated kinds once: "McDonald's-9" is "XxXx'x-0"."""
    return re.sub(r"(.)\1+", r"\1", shape(form))


def prefix(length: int) -> Callable[[str], str]:
    """The first letters in lower case; the whole form where it is shorter, told apart by its end mark."""
    return lambda form: f"{form.lower()}$"[:length]


def suffix(length: int) -> Callable[[str], str]:
    """The last letters in lower case; the whole form where it is shorter, told apart by its start mark."""
    return lambda form: f"^{form.lower()}"[-length:]


FEATURES: dict[str, Callable[[str], str]] = {
    "shape": shape,
    "collapsed_shape": collapsed_shape,
    **{f"prefix{length}": prefix(length) for length in range(1, 6)},
    **{f"suffix{length}": suffix(length) for length in range(1, 6)},
}


STAGES = ("as spelled", "in lower case", "with digits as 0", "unknown")  # of the lookup of a word, spelling by spelling


def spellings(form: str) -> tuple[str, ...]:
    """The form, then ever looser spellings of it: lower case, then digits as zeros too."""
    lower = form.lower()
    return form, lower, re.sub(r"\d", "0", lower)


NGRAMS = "ngrams"
NGRAM_LENGTHS = range(2, 6)
BUCKETS = 1 << 16
ALL_FEATURES = (*FEATURES, NGRAMS)  # the names that a configuration may use


def ngram_buckets(form: str) -> list[int]:
    """The buckets of a form's letter n-grams, its borders marked, hashed as in fastText (Bojanowski et al. 2017).

    Every form has some, so a form never seen before still has a vector.
    """
    marked = f"<{form.lower()}>"
    grams = (marked[i : i + n] for n in NGRAM_LENGTHS for i in range(len(marked) - n + 1))
    return [UNKNOWN + 1 + zlib.crc32(gram.encode()) % BUCKETS for gram in grams]


@dataclass
class Lookup:
    """One feature's inventory: the values it knows and the row of each in its table.

    Rows 0 and 1 are the padding's and the unknown value's. The n-grams' inventory is their buckets.
    """

    name: str
    values: Sequence[str]
    rows: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.rows = {value: row for row, value in enumerate(self.values, UNKNOWN + 1)}

    def __len__(self) -> int:
        """The number of rows of its table."""
        return UNKNOWN + 1 + (BUCKETS if self.name == NGRAMS else len(self.values))

    def row(self, form: str) -> int:
        """The row of a word form, of a feature with one value a form."""
        if self.name != WORDS:
            return self.rows.get(FEATURES[self.name](form), UNKNOWN)
        return next((self.rows[spelling] for spelling in spellings(form) if spelling in self.rows), UNKNOWN)

    def stage(self, form: str) -> int:
        """Which spelling of a word form has its row: an index of STAGES, whose last one means none."""
        return next((stage for stage, spelling in enumerate(spellings(form)) if spelling in self.rows), len(STAGES) - 1)


def collect_lookup(name: str, forms: Iterable[str]) -> Lookup:
    """The inventory of a feature over the forms of the training part, in order of first sight.

    A value of one form only would be learned by heart, as the word itself is; it counts as unknown.
    """
    if name == NGRAMS:
        return Lookup(name, [])
    counts = Counter(map(FEATURES[name], forms))
    return Lookup(name, [value for value, count in counts.items() if count > 1])


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


@dataclass
class FormTable:
    """The table rows of every form of a vocabulary.

    rows: (V, F) of the features with one value a form. bags: those of the n-grams, if they are a feature.
    """

    lookups: Sequence[Lookup]
    rows: Ints
    bags: Bags | None

    def __len__(self) -> int:
        return len(self.rows)

    def rows_of(self, lookup: Lookup, form: int) -> list[int]:
        """The rows of one form in one table."""
        if lookup.name == NGRAMS and self.bags is not None:
            return [int(row) for row in self.bags.of(np.array([form])).rows]
        return [int(self.rows[form, self.lookups.index(lookup)])]

    def extended(self, forms: Sequence[str]) -> "FormTable":
        """The table with further forms behind its last one."""
        single = [one for one in self.lookups if one.name != NGRAMS]
        fresh = np.array([[one.row(form) for one in single] for form in forms], np.int32).reshape(-1, len(single))
        bags = self.bags
        if bags is not None:
            buckets = [ngram_buckets(form) for form in forms]
            ends = bags.starts[-1] + np.cumsum([len(row) for row in buckets], dtype=np.int64)
            flat = np.fromiter(chain.from_iterable(buckets), np.int32)
            bags = Bags(np.concatenate([bags.rows, flat]), np.concatenate([bags.starts, ends]))
        return FormTable(self.lookups, np.concatenate([self.rows, fresh]), bags)

    def with_unknown_twins(self) -> "FormTable":
        """A table in which form V + i is form i with its word unknown and all else as it is."""
        twins = self.rows.copy()
        twins[:, 0] = UNKNOWN
        bags = self.bags and Bags(
            np.concatenate([self.bags.rows] * 2),
            np.concatenate([self.bags.starts, self.bags.starts[-1] + self.bags.starts[1:]]),
        )
        return FormTable(self.lookups, np.concatenate([self.rows, twins]), bags)


def form_table(lookups: Sequence[Lookup], forms: Sequence[str]) -> FormTable:
    """The rows of a vocabulary's forms, whose first two entries are the reserved ids.

    The words' lookup is the first, the n-grams' the last.
    """
    reserved = np.array([[PADDING], [UNKNOWN]], np.int32)
    width = sum(one.name != NGRAMS for one in lookups)
    has_bags = width < len(lookups)
    bags = Bags(np.array([PADDING, UNKNOWN], np.int32), np.arange(3, dtype=np.int64)) if has_bags else None
    return FormTable(lookups, reserved.repeat(width, axis=1), bags).extended(forms[UNKNOWN + 1 :])
