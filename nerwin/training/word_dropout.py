"""Word dropout: while training, some words are read as unknown (Kiperwasser & Goldberg 2016), some by their look alone.

So the vector of the unknown word, which stands for all that a text has and training has not, is trained too; and the
network learns what to make of a name that it cannot know by heart.
"""

import numpy as np

from nerwin.arrays import Floats, Ints, Random
from nerwin.config.settings import WordsConfig
from nerwin.text.features import FormTable
from nerwin.text.vocabulary import PADDING


class WordDropout:
    """Replaces forms at random by their twins (`FormTable.with_twins`).

    shares: (V,) the share of its places in which each form is read as unknown. For a word seen n times it is r/(r + n)
    (words.rare_unknown), plus words.any_unknown; for a word that does not occur in the training part, 0.
    """

    def __init__(self, settings: WordsConfig, table: FormTable, occurring: Ints) -> None:
        """Count the words.

        Args:
            table: the forms, without twins.
            occurring: (n,) the forms of the training part's words.
        """
        self._settings = settings
        word = table.word_numbers(np.arange(len(table)))
        counts = np.bincount(word[occurring], minlength=len(table))[word]
        shares = settings.rare_unknown / (settings.rare_unknown + np.maximum(counts, 1)) + settings.any_unknown
        shares[counts == 0] = 0
        self.shares: Floats = shares.astype(np.float32)

    def __call__(self, ids: Ints, rng: Random) -> Ints:
        """Forms in any shape, some of them replaced by the twin whose word is unknown, or by the one that keeps its
        look alone."""
        words, V = self._settings, len(self.shares)
        read_as = ids
        if words.rare_unknown or words.any_unknown:
            read_as = ids + V * (rng.random(ids.shape, np.float32) < self.shares[ids])
        if words.masked:
            masked = (rng.random(ids.shape, np.float32) < words.masked) & (ids != PADDING)
            read_as = np.where(masked, ids + 2 * V, read_as)
        return read_as
