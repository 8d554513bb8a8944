"""Word forms as integers.

A vocabulary interns every form exactly as spelled, so that all that is a function of the form (its word-vector row, its
case shape, its suffixes) can be computed once a form and looked up by id (Collobert et al. 2011, section 3.1.1).
"""

from collections.abc import Sequence

import numpy as np

from nerwin.arrays import Ints

PADDING = 0  # fills a window beyond the ends of its sentence
UNKNOWN = 1  # stands for what was not seen in training


class Vocabulary:
    """Forms numbered in order of first sight, after the two reserved ids. It grows as it reads."""

    def __init__(self) -> None:
        self.forms: list[str] = ["<padding>", "<unknown>"]
        self._ids: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self.forms)

    def keep(self, count: int) -> None:
        """Forget all forms but the first ones; the reserved ones always stay."""
        count = max(count, UNKNOWN + 1)
        for form in self.forms[count:]:
            del self._ids[form]
        del self.forms[count:]

    def ids(self, words: Sequence[str]) -> Ints:
        """The ids (T,) of some words; forms not seen before are added."""
        ids = self._ids
        try:
            return np.array([ids[word] for word in words], np.int32)
        except KeyError:
            for word in dict.fromkeys(words):
                if word not in ids:
                    ids[word] = len(self.forms)
                    self.forms.append(word)
            return self.ids(words)
