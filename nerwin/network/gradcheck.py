"""Numeric gradients to hold the derived ones against (lecture 2.1).

∂J/∂θ ≈ (J(θ + ε) − J(θ − ε)) / 2ε          central: the error is O(ε²)
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from nerwin.arrays import Floats, Ints

EPSILON = 1e-5
TOLERANCE = 1e-7


class Check(NamedTuple):
    """The comparison of one parameter tensor: how many of its entries were perturbed, and how far apart they were."""

    name: str
    shape: tuple[int, ...]
    entries: int
    analytic: float  # norm of the derived gradient over these entries
    numeric: float  # norm of the numeric one
    error: float

    @property
    def passed(self) -> bool:
        return self.error < TOLERANCE


def numeric_gradient(loss: Callable[[], float], theta: Floats, entries: Ints, epsilon: float = EPSILON) -> Floats:
    """∂J/∂θ at some flat indices of θ (r,) by central differences, restoring every value.

    Args:
        loss: computes J from the current values of θ.
        theta: a contiguous float64 array that `loss` reads.
    """
    flat = theta.reshape(-1)
    gradient = np.empty(len(entries))
    for row, entry in enumerate(entries):
        kept = flat[entry]
        flat[entry] = kept + epsilon
        above = loss()
        flat[entry] = kept - epsilon
        below = loss()
        flat[entry] = kept
        gradient[row] = (above - below) / (2 * epsilon)
    return gradient


def relative_error(analytic: Floats, numeric: Floats) -> float:
    """‖g − n‖ / (‖g‖ + ‖n‖), and 0 where both vanish."""
    scale = float(np.linalg.norm(analytic) + np.linalg.norm(numeric))
    return float(np.linalg.norm(analytic - numeric)) / scale if scale else 0.0
