"""The windows of stretches of running text (lecture 1.3), and back.

Neighbouring windows share all but one of their words, so each place is looked up once: the windows of a stretch are
views of its vectors, which lie end to end, each view one word further on.
"""

import numpy as np

from nerwin.arrays import Bools, Floats


def windows_of_stretches(vectors: Floats, chosen: Bools, window: int) -> Floats:
    """The windows x (B, C·d) around the chosen (G, S) centres of stretches with vectors (G, T, d), T = S + C − 1."""
    G, T, d = vectors.shape
    views = np.lib.stride_tricks.sliding_window_view(vectors.reshape(G, T * d), window * d, axis=1)
    return views[:, ::d][chosen]


def backprop_stretches(dx: Floats, chosen: Bools, window: int) -> Floats:
    """∂J/∂vectors (G·T, d), given ∂J/∂x (B, C·d): the sum over the windows that see a place."""
    (G, S), d = chosen.shape, dx.shape[1] // window
    T = S + window - 1
    stretch, place = np.nonzero(chosen)
    first = stretch * T + place
    dE = np.zeros((G * T, d), dx.dtype)
    for offset in range(window):
        # no place is seen twice at the same offset, so this += loses nothing
        dE[first + offset] += dx[:, offset * d : (offset + 1) * d]
    return dE
