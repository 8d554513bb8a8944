"""Arrays kept in 8 bits a number: block-wise dynamic quantisation (Dettmers et al. 2022, sections 2.1 and 2.2).

A block is a row of a matrix, or a whole vector, so each row of a lookup table is encoded by itself. Its numbers are
divided by the largest absolute value among them, and each is replaced by the index of the nearest of 256 levels. The
levels span seven powers of ten, each with twice as many linear steps as the next smaller one.
"""

from typing import Any

import numpy as np

from nerwin.arrays import Bytes, Floats


def dynamic_levels(*, signed: bool) -> Floats:
    """The 256 levels in ascending order, from about −1 (signed) or from 0, to 1.

    As 8-bit codes: after the sign, leading zeros count the powers of ten, and the bits after them divide [0.1, 1] into
    equal steps.
    """
    positive = []
    for exponent in range(7):
        steps = 2 ** (exponent if signed else exponent + 1)
        edges = np.linspace(0.1, 1, steps + 1)
        positive.append(10.0 ** (exponent - 6) * (edges[:-1] + edges[1:]) / 2)
    half = np.concatenate(positive)
    levels = np.concatenate([-half[::-1], [0], half, [1]] if signed else [[0], half, [1]])
    return levels.astype(np.float32)


SIGNED = dynamic_levels(signed=True)
UNSIGNED = dynamic_levels(signed=False)


class Quantised:
    """An array of θ's shape, zero at first, that is read and written through 8-bit codes.

    codes: uint8, of θ's shape. scales: (..., 1) the largest absolute value of each block.
    """

    def __init__(self, theta: Floats, levels: Floats) -> None:
        self.levels = levels
        self.borders = (levels[:-1] + levels[1:]) / 2
        self.dtype = theta.dtype
        self.codes: Bytes = np.full(theta.shape, int(np.searchsorted(levels, 0)), np.uint8)
        self.scales = np.zeros((*theta.shape[:-1], 1), np.float32)

    def __getitem__(self, at: Any) -> Floats:
        """Decode the whole array (...) or some rows (their ids)."""
        values: Floats = self.levels[self.codes[at]] * self.scales[at]
        return values.astype(self.dtype, copy=False)

    def __setitem__(self, at: Any, values: Floats) -> None:
        """Encode the whole array (...) or some rows (their ids)."""
        scale = np.abs(values).max(axis=-1, keepdims=True).astype(np.float32)
        unit = values / np.where(scale > 0, scale, 1)
        self.codes[at] = np.searchsorted(self.borders, unit).astype(np.uint8)
        self.scales[at] = scale
