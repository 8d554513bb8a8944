"""One score taken apart: how much of s each input and each detector accounts for (lecture 1.3, parts 3 and 4).

Everything is measured against an empty input, x = 0. With one hidden layer, a detector's share is U_i times the change
of a_i. Within a detector, and through further layers, the change of f is split in proportion to the terms of z (the
rescale rule of DeepLIFT, Shrikumar et al. 2017). The shares then add up exactly:

    s(x) = s(0) + Σ_j share_j
"""

from typing import NamedTuple

import numpy as np

from nerwin.arrays import Floats, Parameters
from nerwin.network.activations import ACTIVATIONS
from nerwin.network.scorer import Scorer


class Shares(NamedTuple):
    """How the scores of one window are shared out.

    base: (K,) s(0). inputs: (n, K). detectors: (m, K), those of the first hidden layer. The inputs' shares add up to
    s − base, and so do the detectors'.
    """

    base: Floats
    inputs: Floats
    detectors: Floats


def score_shares(scorer: Scorer, params: Parameters, x: Floats) -> Shares:
    """Share out the scores of one window x (n,), in float64."""
    params = {name: value.astype(np.float64) for name, value in params.items()}
    both = np.stack([x, np.zeros_like(x)]).astype(np.float64)  # (2, n): the window, and the empty one
    s, cache = scorer.forward(params, both)
    f, df, _ = ACTIVATIONS[scorer.activation]
    inputs = [cache.x, *cache.layers.thinned]
    worth = params["U"]  # (m, K): ∆s for a unit of ∆a
    for k in range(scorer.depth, 0, -1):
        z = inputs[k - 1] @ params[f"W{k}"].T + params[f"b{k}"]  # (2, m)
        change = z[0] - z[1]
        slope = df(f(z[1]))
        moved = np.abs(change) > 1e-9  # elsewhere the chord has no slope, and f's own takes its place
        slope[moved] = (f(z[0]) - f(z[1]))[moved] / change[moved]
        worth = slope[:, None] * worth  # ∆s for a unit of ∆z
        detectors = change[:, None] * worth  # (m, K); the last pass through the loop leaves those of the first layer
        worth = params[f"W{k}"].T @ worth  # ∆s for a unit of the layer's input
    return Shares(s[1], both[0][:, None] * worth, detectors)
