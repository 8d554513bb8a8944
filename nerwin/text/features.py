"""What a word form looks like, as rows of lookup tables (Collobert et al. 2011, sections 3.1.1 and 6).

Each feature is a function of the form alone, so a (V, F) table of rows is computed once a vocabulary. The word itself
is the first feature; its lookup falls back from the form as spelled to looser spellings, then to the unknown word.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

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


def spellings(form: str) -> tuple[str, ...]:
    """The form, then ever looser spellings of it: lower case, then digits as zeros too."""
    lower = form.lower()
    return form, lower, re.sub(r"\d", "0", lower)


@dataclass
class Lookup:
    """One feature's inventory: the values it knows and the row of each in its table.

    Rows 0 and 1 are the padding's and the unknown value's.
    """

    name: str
    values: Sequence[str]
    rows: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.rows = {value: row for row, value in enumerate(self.values, UNKNOWN + 1)}

    def __len__(self) -> int:
        """The number of rows of its table."""
        return len(self.values) + UNKNOWN + 1

    def row(self, form: str) -> int:
        """The row of a word form."""
        if self.name != WORDS:
            return self.rows.get(FEATURES[self.name](form), UNKNOWN)
        return next((self.rows[spelling] for spelling in spellings(form) if spelling in self.rows), UNKNOWN)


def collect_lookup(name: str, forms: Iterable[str]) -> Lookup:
    """The inventory of a feature over the forms of the training part, in order of first sight."""
    return Lookup(name, list(dict.fromkeys(map(FEATURES[name], forms))))


def feature_rows(lookups: Sequence[Lookup], forms: Sequence[str]) -> Ints:
    """The table rows (len(forms), F) of every form of a vocabulary, whose first two entries are the reserved ids."""
    table = np.empty((len(forms), len(lookups)), np.int32)
    table[PADDING], table[UNKNOWN] = PADDING, UNKNOWN
    for number, form in enumerate(forms[UNKNOWN + 1 :], UNKNOWN + 1):
        table[number] = [lookup.row(form) for lookup in lookups]
    return table
