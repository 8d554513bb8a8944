"""Scoring many windows: a form is projected once for each place in a window, not in each window.

    z = W x + b = b + Σ_c W_c e(w_c)          W = [ W₁ … W_C ], W_c (m, D) being the columns that see place c

A text has far fewer forms than windows (Zipf), so all that is left to do for a window is to fetch C rows and add them.
In training every step moves W, but a large minibatch repeats enough forms to gain, too: see `placed.WindowsByPlace`.
"""

from dataclasses import dataclass

import numpy as np

from nerwin.arrays import Floats, Ints, Parameters
from nerwin.cached import cached_property
from nerwin.network.scorer import Scorer
from nerwin.network.surroundings import Surroundings

TILE = 1 << 16  # numbers of z that are computed at a time, so that they stay in the processor's cache
SUMMED = 256  # words that are summed at a time: the matrix of sentences by words grows with their square


@dataclass(frozen=True)
class FixedScorer:
    """A scorer whose parameters no longer change, with preprocessing and dropout folded into them.

    size: C, the words in a window. slots: C, or C + 1 where the sentence is one more place.
    """

    scorer: Scorer
    params: Parameters
    size: int
    slots: int

    @cached_property
    def _side_by_side(self) -> Floats:
        """W (D, C·m), place by place."""
        W, C = self.params["W1"], self.slots
        return W.reshape(len(W), C, -1).transpose(2, 1, 0).reshape(-1, C * len(W))

    def project(self, e: Floats, out: Floats | None = None) -> Floats:
        """What each form adds to z in each place: (u·slots, m), row f·slots + c for form f in place c; b is in place 0.

        Args:
            e: (u, D) the vectors of the forms.
            out: where to write it.
        """
        u, m = len(e), len(self.params["W1"])
        P = np.empty((u * self.slots, m), e.dtype) if out is None else out
        forms = np.matmul(e, self._side_by_side, out=P.reshape(u, -1))
        forms[:, :m] += self.params["b1"]
        return P

    def score(self, P: Floats, forms: Ints, around: Surroundings | None = None) -> Floats:
        """The scores (B, K) of windows.

        Args:
            P: what `project` gave for some forms.
            forms: (B, C) which of them stands in each place.
            around: the sentences around the windows, their words numbered as in `forms`, if the sentence is one more
                place. The projections of their words are summed, less that of the window's own word.
        """
        rows = np.multiply(forms.T, self.slots, order="C") + np.arange(self.size)[:, None]  # (C, B)
        scores = np.empty((len(forms), self.params["U"].shape[1]), P.dtype)
        at_once = max(TILE // P.shape[1], 1)  # windows
        # Written to again for each tile: z, what one place adds to it, and what the rest of the sentence adds.
        tile, part, far = np.empty((3, min(at_once, len(forms)), P.shape[1]), P.dtype)
        if around is not None:
            words = around.words * self.slots + self.size
            sums, scale = _sums(P, words, around.lengths), around.scale(P.dtype)
        for start in range(0, len(forms), at_once):
            here = slice(start, start + at_once)
            first, *others = rows[:, here]
            z = _fetch(P, first, tile)
            for place in others:
                z += _fetch(P, place, part)
            if around is not None:
                sentence = _fetch(sums, around.sentences[here], far)
                sentence -= _fetch(P, words[around.centres[here]], part)
                sentence *= scale[here]
                z += sentence
            scores[here], _ = self.scorer.forward_from(self.params, z)
        return scores


def _fetch(P: Floats, rows: Ints, out: Floats) -> Floats:
    """Some rows, written into the first ones of `out`."""
    return P.take(rows, axis=0, out=out[: len(rows)], mode="clip")  # the other modes copy `out` first


def _sums(P: Floats, rows: Ints, lengths: Ints) -> Floats:
    """(S, m) the sum of each sentence's rows of P, given the rows (n,) of all words."""
    part = np.empty((SUMMED, P.shape[1]), P.dtype)
    sums = np.zeros((len(lengths), P.shape[1]), P.dtype)
    sentences = np.repeat(np.arange(len(lengths)), lengths)  # (n,)
    for start in range(0, len(rows), SUMMED):
        fetched = _fetch(P, rows[start : start + SUMMED], part)
        here = sentences[start : start + SUMMED]
        first, end = here[0], here[-1] + 1
        belongs = (np.arange(first, end)[:, None] == here).astype(P.dtype)  # (sentences, words) of this tile
        sums[first:end] += belongs @ fetched  # one product takes a third of the time of `add.reduceat`
    return sums
