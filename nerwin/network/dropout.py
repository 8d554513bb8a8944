"""Dropout (lecture 2.3; Srivastava et al. 2014): train a random sub-network each time, use the whole one at the end.

`rate` is the share that is dropped; the lecture's p, the share that is kept, is 1 − rate. The whole network sums over
more inputs than a thinned one, so one of the two is scaled to the other's expectation:

    inverted  what is kept is divided by p while training; the whole network is used as it is
    test      what is kept stays as it is while training; the whole network's activations are multiplied by p, which is
              the same as to multiply the weights that they meet, as the lecture does
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from nerwin.arrays import Floats, Random

Mask = Floats | float | None  # what an activation is multiplied by; None is 1
Masks = Sequence[Mask]  # of x and of each hidden layer's a


def dropout_mask(rng: Random, shape: tuple[int, ...], rate: float, dtype: type[np.floating], *, inverted: bool) -> Mask:
    """A mask for training: zeros, and 1/p (inverted) or 1 where an input is kept; None where nothing is dropped.

    Args:
        rate: is rounded to a multiple of 1/65536 below 1.
    """
    if not rate:
        return None
    size = math.prod(shape)
    drawn = rng.integers(0, 2**64, size // 4 + 1, np.uint64).view(np.uint16)[:size]  # 16 bits are enough for a rate
    dropped = min(round(rate * 2**16), 2**16 - 1)  # of 65536
    mask: Floats = (drawn >= dropped).reshape(shape).astype(dtype)
    if inverted:
        mask *= 2**16 / (2**16 - dropped)
    return mask


def whole_network(rate: float, *, inverted: bool) -> Mask:
    """What takes a mask's place when the whole network is used."""
    return None if inverted or not rate else 1 - rate


class Dropout(NamedTuple):
    """The dropout of a scorer.

    widths, rates: of x and of each hidden layer's a. inverted: which of the two ways to scale is taken.
    """

    widths: Sequence[int]
    rates: Sequence[float]
    inverted: bool

    def masks(self, rng: Random, B: int, dtype: type[np.floating]) -> list[Mask]:
        """Masks (B, width) to train on a minibatch with."""
        return [
            dropout_mask(rng, (B, width), rate, dtype, inverted=self.inverted)
            for width, rate in zip(self.widths, self.rates, strict=True)
        ]

    def whole_network(self) -> list[Mask]:
        """What takes the masks' places when the whole network is used."""
        return [whole_network(rate, inverted=self.inverted) for rate in self.rates]
