"""The sentence that a window stands in, as one more place of the window: what its other words add up to.

    y_t = ω Σ_{j≠t} e(w_j) / √max(n, n²/MANY)     for word t of a sentence with n other words; 0 where it stands alone

What a sentence is about shows in all its words, whatever their order; those in the window count here too. The root
keeps the sum about as long as one word's vector is, the weight ω says how much it is to count. Words are not drawn
independently of each other, though: their sum grows like n in the end, so beyond MANY it is their mean that counts, and
a text without ends of sentences is read like one with them.
"""

from typing import NamedTuple

import numpy as np

from nerwin.arrays import Floats, Ints
from nerwin.network.lookup import sum_rows

MANY = 60  # other words, more than most sentences have


class Surroundings(NamedTuple):
    """The sentences that some windows stand in.

    words: (n,) the forms of all words, sentence after sentence. lengths: (S,) of the sentences, at least 1.
    sentences: (B,) which of them each window stands in. centres: (B,) which of the words is in its middle.
    weight: ω.
    """

    words: Ints
    lengths: Ints
    sentences: Ints
    centres: Ints
    weight: float

    def of(self, windows: Ints) -> "Surroundings":
        """Those of some of the windows, with their sentences alone."""
        kept, sentences = np.unique(self.sentences[windows], return_inverse=True)
        lengths, ends = self.lengths[kept], np.cumsum(self.lengths)[kept]
        shift = ends - np.cumsum(lengths)  # of the words, by what is left out before them
        words = np.arange(lengths.sum()) + np.repeat(shift, lengths)
        return Surroundings(
            self.words[words], lengths, sentences, self.centres[windows] - shift[sentences], self.weight
        )

    def scale(self, dtype: np.dtype) -> Floats:
        """(B, 1) what the sum over the other words is multiplied by."""
        others = np.maximum(self.lengths - 1, 1)[self.sentences]
        factor: Floats = (self.weight * np.maximum(others, others * (others / MANY)) ** -0.5).astype(dtype)
        return factor[:, None]


def add_up(e: Floats, around: Surroundings) -> Floats:
    """y (B, D), given the vectors (n, D) of the words."""
    sums = np.add.reduceat(e, np.cumsum(around.lengths) - around.lengths, axis=0)  # (S, D)
    y: Floats = (sums[around.sentences] - e[around.centres]) * around.scale(e.dtype)
    return y


def backprop_add_up(dy: Floats, around: Surroundings) -> Floats:
    """∂J/∂e (n, D) for each word, given ∂J/∂y (B, D): all words of a sentence hear of it but the window's own."""
    share = dy * around.scale(dy.dtype)
    by_sentence, own = sum_rows(around.sentences, share), sum_rows(around.centres, share)
    sums = np.zeros((len(around.lengths), dy.shape[1]), dy.dtype)
    sums[by_sentence.ids] = by_sentence.values
    de: Floats = np.repeat(sums, around.lengths, axis=0)
    de[own.ids] -= own.values
    return de
