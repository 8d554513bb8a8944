"""Word forms as integers.

A vocabulary interns every form exactly as spelled. So everything that is a function of the form (its word-vector row,
its shape, its suffixes) can be computed once for each form, and looked up by id (Collobert et al. 2011, section 3.1.1).
"""

from collections.abc import Sequence

import numpy as np

from nerwin.arrays import Ints

PADDING = 0  # fills a window beyond the ends of its sentence
UNKNOWN = 1  # stands for what was not seen in training
KNOWN = 2  # the id of the first form, after the two reserved ids; in a lookup table, the first row of a value


class _Numbers(dict[str, int]):
    """The ids of forms; one that is not there gets the next."""

    def __init__(self, forms: list[str]) -> None:
        self._forms = forms

    def __missing__(self, form: str) -> int:
        self[form] = number = len(self._forms)
        self._forms.append(form)
        return number


class Vocabulary:
    """Forms numbered in order of first sight, after the two reserved ids. It grows as it reads."""

    def __init__(self) -> None:
        self.forms: list[str] = ["<padding>", "<unknown>"]
        self._numbers = _Numbers(self.forms)

    def __len__(self) -> int:
        return len(self.forms)

    def ids(self, words: Sequence[str]) -> Ints:
        """The ids (T,) of some words; forms not seen before are added."""
        return np.fromiter(map(self._numbers.__getitem__, words), np.int32, len(words))
