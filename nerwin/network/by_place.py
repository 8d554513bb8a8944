"""The forward pass of a large minibatch: each form is projected once for each place in the window where it occurs.

    z = b + Σ_c W_c e(w_c)          W = [ W₁ … W_C ], W_c (m, D) being the columns that see place c

So there is one matrix product for each place, over the distinct forms there; a window then fetches one row of each
product and adds them up.
"""

import itertools
from collections.abc import Sequence
from typing import NamedTuple

from nerwin.arrays import Floats, Ints, Parameters
from nerwin.network.dropout import Masks
from nerwin.network.lookup import windows_of
from nerwin.network.scorer import Cache, Layers, Scorer


class ByPlaceCache(NamedTuple):
    """A `Cache` without x: only the few windows that are propagated back get one, in `rows`.

    e: (u, D) the vectors of the forms. places: (B, C) which of them stands where.
    """

    e: Floats
    places: Ints
    layers: Layers

    def rows(self, chosen: Ints) -> Cache:
        """A whole `Cache` of some windows, with x."""
        return Cache(windows_of(self.e, self.places[chosen]), self.layers.rows(chosen))


def forward_by_place(
    scorer: Scorer, params: Parameters, e: Floats, borders: Sequence[int], places: Ints, masks: Masks
) -> tuple[Floats, ByPlaceCache]:
    """The scores (B, K) of windows, and the cache for the backward pass. There must be no dropout on x.

    Args:
        e: (u, D) the vectors of the distinct forms in the first place, then of those in the second, and so on.
        borders: (C + 1) where the forms of each place begin in `e`, and where the last ones end.
        places: (B, C) the row of `e` that stands in each place of each window.
        masks: as for `Scorer.forward`; the first one, of x, is not used.
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
