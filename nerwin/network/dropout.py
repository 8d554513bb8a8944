"""Dropout (lecture 2.3; Srivastava et al. 2014): train a random sub-network each time, use the whole one at the end.

`rate` is the share that is dropped; the lecture's p, the share that is kept, is 1 − rate. Masks are inverted: what is
kept is scaled by 1/p while training, so that the whole network needs no scaling and has the same expectation.
"""

import numpy as np

from nerwin.arrays import Floats


def dropout_mask(
    rng: np.random.Generator, shape: tuple[int, ...], rate: float, dtype: type[np.floating]
) -> Floats | None:
    """A mask of zeros and 1/(1 − rate), or None where nothing is dropped."""
    if not rate:
        return None
    keep = rng.random(shape, np.float32) >= rate
    mask: Floats = keep.astype(dtype) * dtype(1 / (1 - rate))
    return mask
