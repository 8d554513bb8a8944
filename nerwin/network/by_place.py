"""The forward pass of a large minibatch, each form projected once for each place in the windows that it stands in.

    z = b + Σ_c W_c e(w_c)          W = [ W₁ … W_C ], W_c (m, D) being the columns that see place c

That is one product for each place, over its distinct forms, and rows of it fetched and added up for each window.
"""

import itertools
from collections.abc import Sequence
from typing import NamedTuple

from nerwin.arrays import Floats, Ints, Parameters
from nerwin.network.dropout import Mask
from nerwin.network.lookup import windows_of
from nerwin.network.scorer import Cache, Layers, Scorer


class ByPlaceCache(NamedTuple):
    """A `Cache` without x, which is put together for the windows that are propagated back, and these are few.

    e: (u, D) the vectors of forms. places: (B, C) which of them stand in the windows.
    """

    e: Floats
    places: Ints
    layers: Layers

    def rows(self, chosen: Ints) -> Cache:
        """A whole `Cache` of some windows, with x."""
        return Cache(windows_of(self.e, self.places[chosen]), self.layers.rows(chosen))


def forward_by_place(
    scorer: Scorer, params: Parameters, e: Floats, borders: Sequence[int], places: Ints, masks: Sequence[Mask]
) -> tuple[Floats, ByPlaceCache]:
    """The scores (B, K) of windows whose places have forms of their own, and the cache; x is not dropped from.

    Args:
        e: (u, D) the vectors of the forms in the first place, then of those in the second, and so on.
        borders: (C + 1) where the forms of each place begin, and where the last ones end.
        places: (B, C) which of the forms stand there.
    """
    W, D = params["W1"], e.shape[1]
    parts = (
        (e[start:end] @ W[:, c * D : (c + 1) * D].T).take(places[:, c] - start, axis=0)
        for c, (start, end) in enumerate(itertools.pairwise(borders))
    )
    z = next(parts)  # (B, m)
    for part in parts:
        z += part
    z += params["b1"]
    s, layers = scorer.forward_from(params, z, masks)
    return s, ByPlaceCache(e, places, layers)
