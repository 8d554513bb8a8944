"""The non-linearities f of a = f(z) and their derivatives (lecture 2.4).

Every derivative is written in terms of the output a, which the forward pass has already computed. At a kink the
derivative is the smaller of its two neighbours: the lecture's for ReLU and leaky ReLU at 0, but 0 for hard tanh at ±1,
where the lecture has 0 beyond them only.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from nerwin.arrays import Floats

LEAK = 0.01  # the lecture's k


class Activation(NamedTuple):
    """f(z), its derivative as a function of a = f(z), and where numeric gradients fail.

    f:      f(z, out) writes a to `out`, which may be z itself; without it, to a new array.
    kinks:  the values of z where f has no derivative, or f′ has none; numeric gradients are wrong near them.
    """

    f: Callable[..., Floats]
    df: Callable[[Floats], Floats]
    kinks: tuple[float, ...] = ()


def _sigmoid(z: Floats, out: Floats | None = None) -> Floats:
    # σ(z) = (1 + tanh(z/2)) / 2 cannot overflow, unlike 1 / (1 + exp(-z)).
    a: Floats = np.multiply(0.5, 1.0 + np.tanh(0.5 * z), out=out)
    return a


def _hard_tanh(z: Floats, out: Floats | None = None) -> Floats:
    a: Floats = np.clip(z, -1.0, 1.0, out=out)
    return a


def _softsign(z: Floats, out: Floats | None = None) -> Floats:
    a: Floats = np.divide(z, 1.0 + np.abs(z), out=out)
    return a


def _relu(z: Floats, out: Floats | None = None) -> Floats:
    zeros = np.zeros(z.shape[-1:], z.dtype)  # a row of them: numpy compares arrays five times as fast as with a number
    a: Floats = np.maximum(z, zeros, out=out)
    return a


def _leaky_relu(z: Floats, out: Floats | None = None) -> Floats:
    a: Floats = np.maximum(z, LEAK * z, out=out)
    return a


ACTIVATIONS: dict[str, Activation] = {
    "sigmoid": Activation(_sigmoid, lambda a: a * (1.0 - a)),
    "tanh": Activation(np.tanh, lambda a: 1.0 - a * a),
    "hard_tanh": Activation(_hard_tanh, lambda a: (np.abs(a) < 1).astype(a.dtype), kinks=(-1.0, 1.0)),
    # 1/(1+|z|)² = (1-|a|)²
    "softsign": Activation(_softsign, lambda a: (1.0 - np.abs(a)) ** 2, kinks=(0.0,)),
    "relu": Activation(_relu, lambda a: (a > 0).astype(a.dtype), kinks=(0.0,)),
    "leaky_relu": Activation(_leaky_relu, lambda a: LEAK + (1 - LEAK) * (a > 0).astype(a.dtype), kinks=(0.0,)),
}
