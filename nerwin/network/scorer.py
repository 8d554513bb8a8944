"""The scorer: z = W x + b, a = f(z), s = Uᵀ a, of any depth, forward (lecture 1.1 to 1.3) and backward (1.6).

Parameters by name, for depth H: "W1" (m₁, n), "b1" (m₁), ..., "WH", "bH", and "U" (m_H, K).

Hidden layers are numbered from 1, and z, a and δ have the number of their layer. The lecture counts x as layer 1, so
a⁽ᵏ⁾ and δ⁽ᵏ⁾ here are its a⁽ᵏ⁺¹⁾ and δ⁽ᵏ⁺¹⁾. Weights have the lecture's numbers: W1 is W⁽¹⁾, U is W⁽ᴴ⁺¹⁾.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from nerwin.arrays import Floats, Gradients, Ints, Parameters, Random
from nerwin.network.activations import ACTIVATIONS
from nerwin.network.dropout import Mask, Masks
from nerwin.network.initializers import INITIALIZERS
from nerwin.network.placed import Windows


class Layers(NamedTuple):
    """What the backward pass needs of the hidden layers.

    outputs: a⁽¹⁾, ..., a⁽ᴴ⁾ (B, m) before dropout, of which f′ is a function.
    thinned: the same after dropout, the inputs of the layers above.
    masks:   the dropout masks of x and of each a.
    """

    outputs: list[Floats]
    thinned: list[Floats]
    masks: Masks

    def rows(self, chosen: Ints) -> "Layers":
        """The same for some windows (b,) of the minibatch only."""
        outputs, thinned = [a.take(chosen, axis=0) for a in self.outputs], []
        for a, whole, rows in zip(self.thinned, self.outputs, outputs, strict=True):
            # Where nothing is dropped both are one array.
            thinned.append(rows if a is whole else a.take(chosen, axis=0))
        masks = [mask.take(chosen, axis=0) if isinstance(mask, np.ndarray) else mask for mask in self.masks]
        return Layers(outputs, thinned, masks)


class Cache(NamedTuple):
    """What the backward pass needs of the forward pass: x (B, n) after dropout, and the layers."""

    x: Windows
    layers: Layers

    def rows(self, chosen: Ints) -> "Cache":
        """The same for some windows (b,) of the minibatch only."""
        return Cache(self.x.take(chosen, axis=0), self.layers.rows(chosen))


@dataclass(frozen=True)
class Scorer:
    """A scorer of `depth` hidden layers with one activation; its parameters are an argument."""

    depth: int
    activation: str

    def forward(self, params: Parameters, x: Windows, masks: Masks | None = None) -> tuple[Floats, Cache]:
        """Score windows.

        Args:
            x: (B, n) windows, as an array or not yet written out.
            masks: what x and each a is multiplied by (see `Mask`): arrays of their shapes, or numbers; None: nothing.

        Returns: s (B, K), and the cache for `backward`.
        """
        masks = masks or [None] * (self.depth + 1)
        x = x if masks[0] is None else np.multiply(x, masks[0])  # which writes x out, if it is not yet
        z = x @ params["W1"].T
        z += params["b1"]
        s, layers = self.forward_from(params, z, masks)
        return s, Cache(x, layers)

    def forward_from(self, params: Parameters, z: Floats, masks: Masks | None = None) -> tuple[Floats, Layers]:
        """The rest of the forward pass, given z⁽¹⁾ (B, m₁), which is overwritten. The mask of x is not used.

        Returns: s (B, K), and the hidden layers.
        """
        masks = masks or [None] * (self.depth + 1)
        f = ACTIVATIONS[self.activation].f
        outputs: list[Floats] = []
        thinned: list[Floats] = []
        for k in range(1, self.depth + 1):
            if k > 1:
                z = thinned[-1] @ params[f"W{k}"].T  # (B, m)
                z += params[f"b{k}"]
            outputs.append(f(z, z))
            thinned.append(_drop(outputs[-1], masks[k]))
        return thinned[-1] @ params["U"], Layers(outputs, thinned, masks)  # (B, K)

    def backward(
        self, params: Parameters, cache: Cache, ds: Floats, out: Parameters | None = None
    ) -> tuple[Gradients, Floats]:
        """Backpropagate ∂J/∂s (B, K); δ is computed once for each layer and handed down (lecture 1.6).

        Args:
            out: arrays to write gradients to, by the names of the parameters; where there is none, one is made.

        Returns: the gradients of all parameters, and ∂J/∂x (B, n).
        """
        out = out or {}
        df = ACTIVATIONS[self.activation].df
        x, (outputs, thinned, masks) = cache
        inputs = [x, *thinned]
        # s = Uᵀ a  ⇒  ∂J/∂U = a dsᵀ, ∂J/∂a = U ds
        grads: Gradients = {"U": np.matmul(thinned[-1].T, ds, out=out.get("U"))}  # (m, K)
        da = _drop(ds @ params["U"].T, masks[-1])  # (B, m)
        for k in range(self.depth, 0, -1):
            # δ⁽ᵏ⁾ = f′(z⁽ᵏ⁾) ∘ ∂J/∂a⁽ᵏ⁾
            delta = df(outputs[k - 1]) * da  # (B, m)
            # ∇W⁽ᵏ⁾ = δ⁽ᵏ⁾ a⁽ᵏ⁻¹⁾ᵀ and ∇b⁽ᵏ⁾ = δ⁽ᵏ⁾, summed over the minibatch
            grads[f"W{k}"] = np.matmul(delta.T, inputs[k - 1], out=out.get(f"W{k}"))  # (m, n)
            grads[f"b{k}"] = delta.sum(axis=0, out=out.get(f"b{k}"))  # (m,)
            # ∂J/∂a⁽ᵏ⁻¹⁾ = W⁽ᵏ⁾ᵀ δ⁽ᵏ⁾
            da = _drop(delta @ params[f"W{k}"], masks[k - 1])  # (B, n)
        return grads, da


def _drop(a: Floats, mask: Mask) -> Floats:
    return a if mask is None else a * mask


def init_scorer(rng: Random, n: int, hidden: Sequence[int], K: int, init: str, dtype: type[np.floating]) -> Parameters:
    """Fresh parameters of a scorer with `n` inputs, the given hidden widths and K scores."""
    draw = INITIALIZERS[init]
    params: Parameters = {}
    for k, m in enumerate(hidden, 1):
        params[f"W{k}"] = draw(rng, m, n).astype(dtype)
        params[f"b{k}"] = np.zeros(m, dtype)
        n = m
    params["U"] = draw(rng, K, n).T.astype(dtype, order="C")
    return params
