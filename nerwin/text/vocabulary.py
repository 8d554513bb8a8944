"""Word forms as integers.

A vocabulary interns every form exactly as spelled, so that all that is a function of the form (its word-vector row, its
case shape, its suffixes) can be computed once a form and looked up by id (Collobert et al. 2011, section 3.1.1).
"""

from collections.abc import Iterable

import numpy as np

from nerwin.arrays import Ints

PADDING = 0  # fills a window beyond the ends of its sentence
UNKNOWN = 1  # stands for what was not seen in training


class Vocabulary:
    """Forms numbered in order of first sight, after the two reserved ids. It grows as it reads.

    counts[id] is how often `ids` has seen the form.
    """

    def __init__(self) -> None:
        self.forms: list[str] = ["<padding>", "<unknown>"]
        self.counts: list[int] = [0, 0]
        self._ids: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self.forms)

    def ids(self, words: Iterable[str]) -> Ints:
        """The ids (T,) of the words of a sentence; forms not seen before are added."""
        return np.fromiter((self._intern(word) for word in words), np.int32)

    def _intern(self, word: str) -> int:
        number = self._ids.get(word)
        if number is None:
            number = self._ids[word] = len(self.forms)
            self.forms.append(word)
            self.counts.append(0)
        self.counts[number] += 1
        return number
