"""Scoring many windows with a trained network: a form is projected once for each place in a window, not in each window.

    z = W x + b = b + Σ_c W_c e(w_c)          W = [ W₁ … W_C ], W_c (m, D) being the columns that see place c

A text has far fewer forms than windows (Zipf), so what is left for a window is to fetch C rows and to add them.
"""

from dataclasses import dataclass

import numpy as np

from nerwin.arrays import Floats, Ints, Parameters
from nerwin.network.scorer import Scorer

TILE = 256  # windows at a time, so that their z stays in the processor's cache


@dataclass(frozen=True)
class FixedScorer:
    """A scorer whose parameters no longer change, with nothing to do before W or after U.

    size: C, the words in a window.
    """

    scorer: Scorer
    params: Parameters
    size: int

    def project(self, e: Floats, out: Floats | None = None) -> Floats:
        """What each form adds to z in each place: (u·C, m), row f·C + c for form f in place c.

        Args:
            e: (u, D) the vectors of the forms.
            out: where to write it.
        """
        W, (u, D), C = self.params["W1"], e.shape, self.size
        P = np.empty((u * C, len(W)), W.dtype) if out is None else out
        side_by_side = W.reshape(len(W), C, D).transpose(2, 1, 0).reshape(D, -1)  # (D, C·m)
        np.matmul(e, side_by_side, out=P.reshape(u, -1))
        return P

    def score(self, P: Floats, places: Ints) -> Floats:
        """The scores (B, K) of windows.

        Args:
            P: what `project` gave for some forms.
            places: (B, C) which of them stands in each place.
        """
        rows = places * self.size + np.arange(self.size)
        scores = np.empty((len(rows), self.params["U"].shape[1]), P.dtype)
        z, part = np.empty((2, TILE, P.shape[1]), P.dtype)
        for start in range(0, len(rows), TILE):
            tile = rows[start : start + TILE]
            n = len(tile)
            z[:n] = self.params["b1"]
            for c in range(self.size):
                np.take(P, tile[:, c], axis=0, out=part[:n], mode="clip")  # the other modes copy `out` first
                z[:n] += part[:n]
            scores[start : start + n] = self.scorer.judge(self.params, z[:n])
        return scores
