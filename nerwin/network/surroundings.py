"""The sentence that a window stands in, as one more place of the window: its other words as a bag, added up.

    y_t = ω Σ_{j≠t} e(w_j) / √max(k, k²/MANY)     for word t of a sentence with k other words; 0 where it stands alone

What a sentence is about shows in all its words, whatever their order; those in the window count here too. The weight ω
says how much the sum counts. Were words independent of each other, their sum would grow like √k, so dividing by √k
keeps it about as long as one word's vector. But they are not, and in the end it grows like k. So beyond MANY words it
is divided by k/√MANY, which makes it a multiple of the mean; a text without sentence ends is then read like one with
them.
"""

from typing import NamedTuple

import numpy as np

from nerwin.arrays import Floats, Ints
from nerwin.network.lookup import sum_rows

MANY = 60  # other words, more than most sentences have


class Surroundings(NamedTuple):
    """The sentences that some windows stand in.

    words: (n,) the forms of all words, sentence after sentence. lengths: (S,) of the sentences, at least 1.
    sentences: (B,) the number of the sentence that each window stands in. centres: (B,) the index of its middle word
    among `words`. weight: ω.
    """

    words: Ints
    lengths: Ints
    sentences: Ints
    centres: Ints
    weight: float

    def of(self, windows: Ints) -> "Surroundings":
        """The surroundings of some windows (b,), without the sentences in which none of them stands."""
        kept, sentences = np.unique(self.sentences[windows], return_inverse=True)
        lengths, ends = self.lengths[kept], np.cumsum(self.lengths)[kept]
        shift = ends - np.cumsum(lengths)  # (sentences,) how many words are left out before each
        words = np.arange(lengths.sum()) + np.repeat(shift, lengths)
        return Surroundings(
            self.words[words], lengths, sentences, self.centres[windows] - shift[sentences], self.weight
        )

    def scale(self, dtype: np.dtype) -> Floats:
        """(B, 1) what the sum over the other words is multiplied by: ω / √max(k, k²/MANY)."""
        k = np.maximum(self.lengths - 1, 1)[self.sentences]  # for a word that stands alone 1: the sum is 0 in any case
        factor: Floats = (self.weight * np.maximum(k, k * (k / MANY)) ** -0.5).astype(dtype)
        return factor[:, None]


def add_up(e: Floats, around: Surroundings) -> Floats:
    """y (B, D), given the vectors (n, D) of the words."""
    sums = np.add.reduceat(e, np.cumsum(around.lengths) - around.lengths, axis=0)  # (S, D)
    return (sums[around.sentences] - e[around.centres]) * around.scale(e.dtype)


def backprop_add_up(dy: Floats, around: Surroundings) -> Floats:
    """∂J/∂e (n, D) for each word, given ∂J/∂y (B, D): a window's part goes to all words of its sentence but its own."""
    share = dy * around.scale(dy.dtype)
    sums = sum_rows(around.sentences, share).dense((len(around.lengths), dy.shape[1]))  # (S, D)
    own = sum_rows(around.centres, share)
    de: Floats = np.repeat(sums, around.lengths, axis=0)
    de[own.ids] -= own.values
    return de
