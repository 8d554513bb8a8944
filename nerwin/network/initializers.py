"""Where the weights start (lecture 2.6): different enough to break symmetry, scaled to keep a signal's variance.

Every initialiser fills a weight matrix (n_out, n_in); biases always start at zero.
"""

from collections.abc import Callable

import numpy as np

from nerwin.arrays import Floats, Random

Initializer = Callable[[Random, int, int], Floats]


def _uniform(rng: Random, bound: float, n_out: int, n_in: int) -> Floats:
    return rng.uniform(-bound, bound, (n_out, n_in))


INITIALIZERS: dict[str, Initializer] = {
    # Here to show that it does not work: all detectors compute the same and receive the same gradient, for ever. With
    # the `window` corruption the gradient is even 0: a pair's two windows have equal a, so their shares of ∂J/∂U
    # cancel, and nothing passes back through U = 0.
    "zero": lambda rng, n_out, n_in: np.zeros((n_out, n_in)),
    "small": lambda rng, n_out, n_in: _uniform(rng, 0.01, n_out, n_in),
    "large": lambda rng, n_out, n_in: _uniform(rng, 1.0, n_out, n_in),
    # Glorot & Bengio 2010, eq. 16, whose variance is eq. 12's: Var W = 2 / (n_in + n_out)
    "xavier": lambda rng, n_out, n_in: _uniform(rng, (6 / (n_in + n_out)) ** 0.5, n_out, n_in),
    # He et al. 2015, eq. 10: Var W = 2 / n_in, twice what a linear layer needs, since ReLU halves the mean square
    "he": lambda rng, n_out, n_in: _uniform(rng, (6 / n_in) ** 0.5, n_out, n_in),
}


def init_table(rng: Random, size: int, width: int) -> Floats:
    """A lookup table (size, width) whose rows have an expected squared length of 1, whatever the width."""
    bound = (3 / width) ** 0.5
    return rng.uniform(-bound, bound, (size, width))
