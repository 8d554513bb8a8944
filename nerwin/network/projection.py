"""Scoring many windows with a trained network: a form is projected once for each place in a window, not in each window.

    z = W x + b = b + Σ_c W_c e(w_c)          W = [ W₁ … W_C ], W_c (m, D) being the columns that see place c

A text has far fewer forms than windows (Zipf), so what is left for a window is to fetch C rows and to add them. Where
the sentence is one more place, its rows add up to the sentence's, of which the window's own word is taken.
"""

from dataclasses import dataclass

import numpy as np

from nerwin.arrays import Floats, Ints, Parameters
from nerwin.network.scorer import Scorer
from nerwin.network.surroundings import Surroundings

TILE = 256  # windows at a time, so that their z stays in the processor's cache


@dataclass(frozen=True)
class FixedScorer:
    """A scorer whose parameters no longer change, with nothing to do before W or after U.

    size: C, the words in a window. slots: C, or C + 1 with one for the sentence.
    """

    scorer: Scorer
    params: Parameters
    size: int
    slots: int

    def project(self, e: Floats, out: Floats | None = None) -> Floats:
        """What each form adds to z in each place: (u·slots, m), row f·slots + c for form f in place c.

        Args:
            e: (u, D) the vectors of the forms.
            out: where to write it.
        """
        W, (u, D), C = self.params["W1"], e.shape, self.slots
        P = np.empty((u * C, len(W)), W.dtype) if out is None else out
        side_by_side = W.reshape(len(W), C, D).transpose(2, 1, 0).reshape(D, -1)  # (D, C·m)
        np.matmul(e, side_by_side, out=P.reshape(u, -1))
        return P

    def score(self, P: Floats, forms: Ints, around: Surroundings | None = None) -> Floats:
        """The scores (B, K) of windows.

        Args:
            P: what `project` gave for some forms.
            forms: (B, C) which of them stands in each place.
            around: which of them stand around, where there is a place for these.
        """
        rows = forms * self.slots + np.arange(self.size)
        scores = np.empty((len(rows), self.params["U"].shape[1]), P.dtype)
        z, part = np.empty((2, TILE, P.shape[1]), P.dtype)
        if around is not None:
            far = around.words * self.slots + self.size
            sums, sentences, scale = self._sums(P, far, around), around.sentences, around.scale(P.dtype)
        for start in range(0, len(rows), TILE):
            tile = rows[start : start + TILE]
            n = len(tile)
            z[:n] = self.params["b1"]
            for c in range(self.size):
                np.take(P, tile[:, c], axis=0, out=part[:n], mode="clip")  # the other modes copy `out` first
                z[:n] += part[:n]
            if around is not None:
                here = slice(start, start + n)
                z[:n] += (sums[sentences[here]] - P[far[around.centres[here]]]) * scale[here]
            scores[start : start + n] = self.scorer.judge(self.params, z[:n])
        return scores

    def _sums(self, P: Floats, rows: Ints, around: Surroundings) -> Floats:
        """The sums (S, m) over the words of each sentence, of which some are fetched at a time."""
        sums = np.zeros((len(around.lengths), P.shape[1]), P.dtype)
        sentences = np.repeat(np.arange(len(around.lengths)), around.lengths)
        for start in range(0, len(rows), TILE):
            here, first = np.unique(sentences[start : start + TILE], return_index=True)
            sums[here] += np.add.reduceat(P[rows[start : start + TILE]], first, axis=0)
        return sums
