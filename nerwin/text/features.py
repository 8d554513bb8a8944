"""What a word form looks like, as rows of lookup tables (Collobert et al. 2011, sections 3.1.1 and 6).

Each feature is a function of the form alone, so its rows are computed once for each form of a vocabulary. The word
itself is the first feature; its lookup falls back from the form as spelled to looser spellings, then to the unknown
word. All features but the letter n-grams have one value for each form. With pairs among the features a form is a word
and the next one (see `pairs`), and all features but the pair are those of the word.
"""

import re
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import repeat
from operator import itemgetter
from typing import Literal, NamedTuple

import numpy as np

from nerwin.arrays import Bools, Ints
from nerwin.cached import cached_property
from nerwin.text.ngrams import BUCKETS, Bags, ngram_bags
from nerwin.text.pairs import PAIR, bare_words
from nerwin.text.vocabulary import KNOWN, PADDING, UNKNOWN

WORDS, NGRAMS = "words", "ngrams"
STAGES = ("as spelled", "in lower case", "with digits as 0", "unknown")  # of the lookup of a word, spelling by spelling
MASKED_KEEPS = ("shape", "collapsed_shape", "suffix1", "suffix2", "suffix3")  # what an unseen form often shares


class _Kinds(dict[int, str]):
    """The kind of each character by its code, for `str.translate`; computed when first asked for."""

    def __missing__(self, code: int) -> str:
        c = chr(code)
        self[code] = "X" if c.isupper() else "x" if c.isalpha() else "0" if c.isdigit() else c
        return self[code]


_KINDS = _Kinds()
_REPEATED = re.compile(r"(.)\1+")
_DIGIT = re.compile(r"\d")


@lru_cache(maxsize=10_000)  # forms are many, shapes few
def _collapse(full: str) -> str:
    return _REPEATED.sub(r"\1", full)


class Spelled:
    """Some forms in the spellings that features are parts of; each spelling is made once, when it is needed.

    words: the words of the forms; all spellings but `pair` are made of these.
    shape: letters and digits replaced by their kind: "McDonald's-9" is "XxXxxxxx'x-0".
    collapsed_shape: the shape without repeated kinds: "XxXx'x-0".
    opened: in lower case, with a mark at the end, which shows in prefixes that are longer than the word.
    closed: in lower case, with a mark at the start, which shows in such suffixes.
    pair: the whole form in lower case.
    """

    def __init__(self, forms: Sequence[str], features: Container[str] = ()) -> None:
        self.forms, self.words = forms, bare_words(forms, features)

    @cached_property
    def pair(self) -> list[str]:
        return [form.lower() for form in self.forms]

    @cached_property
    def lower(self) -> list[str]:
        return [word.lower() for word in self.words]

    @cached_property
    def shape(self) -> list[str]:
        return [word.translate(_KINDS) for word in self.words]

    @cached_property
    def collapsed_shape(self) -> list[str]:
        return [_collapse(full) for full in self.shape]

    @cached_property
    def opened(self) -> list[str]:
        return [f"{lower}$" for lower in self.lower]

    @cached_property
    def closed(self) -> list[str]:
        return [f"^{lower}" for lower in self.lower]


class Feature(NamedTuple):
    """A feature with one value a form: a part of one of the form's spellings."""

    spelling: Literal["shape", "collapsed_shape", "opened", "closed", "pair"]
    part: slice = slice(None)

    def __call__(self, spelled: Spelled) -> Iterator[str]:
        """The value of each form, as a map, which is fast."""
        return map(itemgetter(self.part), getattr(spelled, self.spelling))


FEATURES: dict[str, Feature] = {
    "shape": Feature("shape"),
    "collapsed_shape": Feature("collapsed_shape"),
    **{f"prefix{length}": Feature("opened", slice(length)) for length in range(1, 6)},
    **{f"suffix{length}": Feature("closed", slice(-length, None)) for length in range(1, 6)},
    PAIR: Feature("pair"),
}
ALL_FEATURES = (*FEATURES, NGRAMS)  # the names that a configuration may use


def spellings(form: str) -> tuple[str, ...]:
    """The form, then ever looser spellings of it: lower case, then digits as zeros too."""
    lower = form.lower()
    return form, lower, _without_digits(lower)


def _without_digits(lower: str) -> str:
    return lower if lower.isalpha() else _DIGIT.sub("0", lower)  # most forms are letters alone


@dataclass
class Lookup:
    """One feature's inventory: the values it knows and the row of each in its table.

    Rows 0 and 1 are the padding's and the unknown value's. The n-grams' inventory is their buckets.

    seen: how many of the values training has read. These come first; words after them are there only because they have
    a vector. None: all.
    """

    name: str
    values: Sequence[str]
    seen: int | None = None
    rows: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.rows = {value: row for row, value in enumerate(self.values, KNOWN)}

    @property
    def seen_count(self) -> int:
        """The number of values that training has read."""
        return len(self.values) if self.seen is None else self.seen

    def __len__(self) -> int:
        """The number of rows of its table."""
        return KNOWN + (BUCKETS if self.name == NGRAMS else len(self.values))

    def row(self, form: str) -> int:
        """The row of a word form; not for n-grams."""
        return self.rows_of(Spelled([form]))[0]

    def rows_of(self, spelled: Spelled) -> list[int]:
        """The row of each form; not for n-grams."""
        row = self.rows.get
        if self.name != WORDS:
            return list(map(row, FEATURES[self.name](spelled), repeat(UNKNOWN)))
        # In the order of `spellings`. `or` will do, since no value has row 0.
        return [
            row(word) or row(lower) or (UNKNOWN if lower.isalpha() else row(_without_digits(lower), UNKNOWN))
            for word, lower in zip(spelled.words, spelled.lower, strict=True)
        ]

    def stage(self, form: str) -> int:
        """Which spelling of a word form is in the inventory, as an index of STAGES; the last one means none."""
        return next((stage for stage, spelling in enumerate(spellings(form)) if spelling in self.rows), len(STAGES) - 1)


def collect_lookup(name: str, spelled: Spelled) -> Lookup:
    """The inventory of a feature over the forms of the training part, in order of first sight.

    A value that only one form has is left out, and so unknown: it would say no more than the word itself.
    """
    if name == NGRAMS:
        return Lookup(name, [])
    counts = Counter(FEATURES[name](spelled))
    return Lookup(name, [value for value, count in counts.items() if count > 1])


@dataclass
class FormTable:
    """The table rows of every form of a vocabulary.

    rows: (V, F) those of the features with one value a form. bags: those of the n-grams, if they are a feature.
    first: (V,) the first form with the same word, if forms are pairs.
    """

    lookups: Sequence[Lookup]
    rows: Ints
    bags: Bags | None
    first: Ints | None = None

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def unseen(self) -> Bools:
        """(V,) whether the word has no row, or one that training has not read."""
        row = self.rows[:, 0]
        found: Bools = (row == UNKNOWN) | (row >= KNOWN + self.lookups[0].seen_count)
        return found

    def word_numbers(self, forms: Ints) -> Ints:
        """A number for the word of each form (in any shape): equal words have equal numbers."""
        return forms if self.first is None else self.first[forms]

    def rows_of(self, lookup: Lookup, form: int) -> list[int]:
        """The rows of one form in one table."""
        if lookup.name == NGRAMS and self.bags is not None:
            return [int(row) for row in self.bags.of(np.array([form])).rows]
        return [int(self.rows[form, self.lookups.index(lookup)])]

    def with_twins(self) -> "FormTable":
        """A table of 3V forms: each form i has two twins.

        Form V + i has an unknown word, and all else as form i. Form 2V + i has only the features in MASKED_KEEPS, and
        all others unknown.
        """
        unknown, masked = self.rows.copy(), self.rows.copy()
        unknown[:, 0] = UNKNOWN
        single = (one.name for one in self.lookups if one.name != NGRAMS)
        masked[:, [column for column, name in enumerate(single) if name not in MASKED_KEEPS]] = UNKNOWN
        bags = self.bags and self.bags.followed_by(self.bags).followed_by(_unknown_bags(len(self)))
        first = None if self.first is None else np.tile(self.first, 3)
        return FormTable(self.lookups, np.concatenate([self.rows, unknown, masked]), bags, first)


def _unknown_bags(count: int) -> Bags:
    """Bags that hold the unknown n-gram alone."""
    return Bags(np.full(count, UNKNOWN, np.int32), np.arange(count + 1))


def form_table(lookups: Sequence[Lookup], forms: Sequence[str]) -> FormTable:
    """The rows of a vocabulary's forms, whose first two entries are the reserved ids.

    The words' lookup is the first, the n-grams' the last.
    """
    names = [one.name for one in lookups]
    spelled = Spelled(forms[KNOWN:], names)
    rows = [[PADDING, UNKNOWN, *one.rows_of(spelled)] for one in lookups if one.name != NGRAMS]
    bags = first = None
    if NGRAMS in names:
        reserved = Bags(np.array([PADDING, UNKNOWN], np.int32), np.arange(KNOWN + 1, dtype=np.int64))
        bags = reserved.followed_by(ngram_bags(spelled.words))
    if PAIR in names:
        firsts: dict[str, int] = {}
        same = (firsts.setdefault(word, form) for form, word in enumerate(spelled.words, KNOWN))
        first = np.array([PADDING, UNKNOWN, *same], np.int32)
    by_form = np.array(rows, np.int32).T.copy()  # a form's rows are fetched together, so they stand side by side
    return FormTable(lookups, by_form, bags, first)
