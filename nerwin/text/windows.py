"""Windows as positions in one flat array (lecture 1.3: x is the concatenation of the words around a centre).

A corpus is a flat array of form ids with floor(C/2) padding ids around every sentence. A window is only the position of
its centre, so nothing is concatenated before a minibatch needs it, no window crosses a sentence, and drawing a
corrupted window is drawing another position.

    tokens   0 0 12 7 9 0 0 3 5 0 0       two sentences, C = 5
    centres      2 3 4    7 8
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from nerwin.arrays import Ints
from nerwin.text.vocabulary import PADDING


class FlatCorpus(NamedTuple):
    """tokens: (N,) form ids with padding; centres: (n,) positions of the words; lengths: (sentences,) in words."""

    tokens: Ints
    centres: Ints
    lengths: Ints

    @property
    def words(self) -> Ints:
        """(n,) the form ids of the words, without padding."""
        return self.tokens[self.centres]


def flatten(sentences: Sequence[Ints], size: int) -> FlatCorpus:
    """Lay sentences of form ids out for windows of `size` words (odd)."""
    lengths = np.array([len(ids) for ids in sentences], np.int32)
    return lay_out(np.concatenate([np.empty(0, np.int32), *sentences]), lengths, size)


def lay_out(ids: Ints, lengths: Ints, size: int) -> FlatCorpus:
    """The same, given the form ids (n,) of all sentences in one array, and the sentences' lengths (S,)."""
    half = size // 2
    # Every sentence stands `half` paddings after the one before it.
    shift = half * (1 + np.repeat(np.arange(len(lengths), dtype=np.int32), lengths))
    centres = np.arange(len(ids), dtype=np.int32) + shift
    tokens = np.full(len(ids) + half * (len(lengths) + 1), PADDING, np.int32)
    tokens[centres] = ids
    return FlatCorpus(tokens, centres, lengths)


def windows(tokens: Ints, centres: Ints, size: int) -> Ints:
    """The form ids (B, C) of the windows around `centres` (B,)."""
    offsets = np.arange(-(size // 2), size - size // 2)
    ids: Ints = tokens.take(centres[:, None] + offsets)  # (B, C)
    return ids


def sentences_around(corpus: FlatCorpus, centres: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """The sentences that the windows around `centres` (B,) stand in.

    Returns:
        The form ids (n,) of all words of these sentences, their lengths (S,), and for each window the number (B,) of
        its sentence and the number (B,) of its middle word, counted among these sentences and words.
    """
    number, ends = np.searchsorted(corpus.centres, centres), np.cumsum(corpus.lengths)
    chosen, at = np.unique(np.searchsorted(ends, number, side="right"), return_inverse=True)
    lengths = corpus.lengths[chosen]
    shift = ends[chosen] - np.cumsum(lengths)  # (S,) how many words are left out before each
    numbers = np.arange(lengths.sum()) + np.repeat(shift, lengths)
    return corpus.tokens[corpus.centres[numbers]], lengths, at, number - shift[at]


def all_sentences(corpus: FlatCorpus) -> tuple[Ints, Ints, Ints, Ints]:
    """The same for the windows around all words."""
    lengths = corpus.lengths[corpus.lengths > 0]
    return corpus.words, lengths, np.repeat(np.arange(len(lengths)), lengths), np.arange(len(corpus.centres))


def split_sentences(flat: Sequence[str], lengths: Ints) -> list[list[str]]:
    """Cut a flat list of one tag a word back into sentences."""
    ends = np.cumsum(lengths).tolist()
    return [list(flat[end - length : end]) for end, length in zip(ends, lengths.tolist(), strict=True)]
