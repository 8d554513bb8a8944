"""The sentence that a window stands in, as one more place of the window: what its other words add up to.

    y_t = ω Σ_{j≠t} e(w_j) / √(L − 1)        for word t of a sentence of L words; 0 where it stands alone

Far words tell what the sentence is about, whatever their order. The root keeps the sum as long as one word's vector is,
the weight ω says how much it is to count.
"""

from typing import NamedTuple

import numpy as np

from nerwin.arrays import Floats, Ints
from nerwin.network.lookup import sum_rows


class Surroundings(NamedTuple):
    """The sentences that some windows stand in.

    words: (n,) the forms of all words, sentence after sentence. lengths: (S,) of the sentences, at least 1.
    centres: (B,) which of the words each window has in its middle. weight: ω.
    """

    words: Ints
    lengths: Ints
    centres: Ints
    weight: float

    @property
    def sentences(self) -> Ints:
        """(B,) the sentence of each window."""
        numbers: Ints = np.repeat(np.arange(len(self.lengths)), self.lengths)[self.centres]
        return numbers

    def scale(self, dtype: np.dtype) -> Floats:
        """(B, 1) what the sum over the other words is multiplied by."""
        others = np.maximum(self.lengths - 1, 1)[self.sentences]
        factor: Floats = (self.weight * others**-0.5).astype(dtype)
        return factor[:, None]


def sentence_sums(e: Floats, lengths: Ints) -> Floats:
    """(S, D) the sums over the words (n, D) of each sentence."""
    sums: Floats = np.add.reduceat(e, np.cumsum(lengths) - lengths, axis=0)
    return sums


def add_up(e: Floats, around: Surroundings) -> Floats:
    """y (B, D), given the vectors (n, D) of the words."""
    sums = sentence_sums(e, around.lengths)
    y: Floats = (sums[around.sentences] - e[around.centres]) * around.scale(e.dtype)
    return y


def backprop_add_up(dy: Floats, around: Surroundings) -> Floats:
    """∂J/∂e (n, D) for each word, given ∂J/∂y (B, D): all words of a sentence hear of it but the window's own."""
    share = dy * around.scale(dy.dtype)
    de = np.zeros((len(around.words), dy.shape[1]), dy.dtype)
    by_sentence, own = sum_rows(around.sentences, share), sum_rows(around.centres, share)
    sums = np.zeros((len(around.lengths), dy.shape[1]), dy.dtype)
    sums[by_sentence.ids] = by_sentence.values
    de += np.repeat(sums, around.lengths, axis=0)
    de[own.ids] -= own.values
    return de
