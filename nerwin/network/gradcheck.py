"""Numeric gradients to hold the derived ones against (lecture 2.1).

∂J/∂θ ≈ (J(θ + ε) − J(θ − ε)) / 2ε     central: the error is O(ε²)
∂J/∂θ ≈ (J(θ + ε) − J(θ)) / ε          one-sided: the error is O(ε)
"""

from collections.abc import Callable

import numpy as np

from nerwin.arrays import Floats, Ints

EPSILON = 1e-5
TOLERANCE = 1e-7
ONE_SIDED_TOLERANCE = 1e-3
# J is rounded to about 1e-16 of itself, which a division by ε makes 1e-11 J an entry: where true and corrupted windows
# cancel and the gradient is 0, that noise is all there is.
FLOOR = 1e-3


def numeric_gradient(
    loss: Callable[[], float], theta: Floats, entries: Ints, epsilon: float = EPSILON, *, one_sided: bool = False
) -> Floats:
    """∂J/∂θ at some flat indices of θ (r,), restoring every value.

    Args:
        loss: computes J from the current values of θ.
        theta: a contiguous float64 array that `loss` reads.
    """
    flat = theta.reshape(-1)
    gradient = np.empty(len(entries))
    here = loss() if one_sided else 0.0
    for row, entry in enumerate(entries):
        kept = flat[entry]
        flat[entry] = kept + epsilon
        above = loss()
        flat[entry] = kept - epsilon
        below = here if one_sided else loss()
        flat[entry] = kept
        gradient[row] = (above - below) / (epsilon if one_sided else 2 * epsilon)
    return gradient


def relative_error(analytic: Floats, numeric: Floats, J: float = 1.0) -> float:
    """‖g − n‖ / (‖g‖ + ‖n‖), or / FLOOR where both nearly vanish beside J."""
    scale = float(np.linalg.norm(analytic) + np.linalg.norm(numeric))
    return float(np.linalg.norm(analytic - numeric)) / max(scale, FLOOR * max(1.0, J))
