"""`center`: a window of untagged text against the same window with another word at its centre (Collobert & Weston 2008;
Collobert et al. 2011, section 4).

    x = [ L[w₋ₕ] ; … ; L[w₀] ; … ; L[wₕ] ]     z = W x + b     s = Uᵀ(z∘z)
    J = 1/B Σ_i 1/n_i Σ_j max(0, Δ + s_ij − s_i)

s_ij scores window i with its centre replaced by the j-th of N words drawn for the whole minibatch; n_i counts the j
inside the margin, so that a window pulls equally hard whether many replacements violate it or few. A replacement leaves
the context's part k of z as it is: with W₀ the columns of W that see the centre, and p_j = W₀ L[w_j], z_ij = k_i + p_j:

    s_ij = Uᵀ(k_i∘k_i) + 2 (U∘k_i)ᵀ p_j + Uᵀ(p_j∘p_j)

All B·N corrupted scores are one matrix product. This is what the square buys over other f.
"""

from typing import NamedTuple

import numpy as np

from nerwin.arrays import Bools, Floats, Gradients, Ints, Parameters, Random
from nerwin.network.initializers import INITIALIZERS
from nerwin.text.vocabulary import KNOWN


class Noise:
    """What replacements are drawn from: words in proportion to count^power (Mikolov et al. 2013, section 2.2: ¾).

    Padding and the unknown word are never drawn.
    """

    def __init__(self, counts: Ints, power: float) -> None:
        weights = counts.astype(np.float64) ** power
        weights[:KNOWN] = 0
        self.cumulative = np.cumsum(weights / weights.sum())  # (V,)

    def draw(self, rng: Random, n: int) -> Ints:
        """n word ids, with repetition."""
        # Rounding may leave the last sum below 1, and a draw above it.
        drawn = np.searchsorted(self.cumulative, rng.random(n), side="right")
        return np.minimum(drawn, len(self.cumulative) - 1)


class CenterLoss(NamedTuple):
    """The loss of a minibatch and its gradients.

    value: J. pairs: how many windows were held against a replacement, and `active`, how many are inside the margin.
    grads: of "W1", "b1" and "U". dx: ∂J/∂x (B, C·d) of the true windows. de: ∂J/∂e (N, d) of the replacements' vectors.
    """

    value: float
    pairs: int
    active: int
    grads: Gradients
    dx: Floats
    de: Floats


class _Parts(NamedTuple):
    """z (B, m) of the true windows, its part k (B, m) without the centre, and the replacements' part p (N, m)."""

    z: Floats
    k: Floats
    p: Floats


def init_center(rng: Random, inputs: int, hidden: int, dtype: type[np.floating] = np.float32) -> Parameters:
    """A scorer of windows of `inputs` numbers: W1 (m, C·d), b1 (m,), U (m,).

    Squares have one sign, so U starts with both: half of the detectors speak for a window, half against it.
    """
    W = INITIALIZERS["xavier"](rng, hidden, inputs).astype(dtype)
    U = np.where(np.arange(hidden) % 2 == 0, 0.5, -0.5).astype(dtype)
    return {"W1": W, "b1": np.zeros(hidden, dtype), "U": U}


def center_loss(params: Parameters, x: Floats, e: Floats, same: Bools, margin: float) -> CenterLoss:
    """Hold every window of a minibatch against every replacement of its centre.

    Args:
        params: "W1" (m, C·d), "b1" (m,) and "U" (m,).
        x: (B, C·d) the true windows, C odd.
        e: (N, d) the vectors of the words that replace a centre.
        same: (B, N) where a replacement is the centre itself: such a pair does not count.
        margin: Δ.
    """
    parts = _project(params, x, e)
    violation = _violations(parts, params["U"], margin)  # (B, N)
    np.putmask(violation, same, 0)
    # ∂J/∂s_ij = 1/(B n_i) inside the margin, 0 outside and at equality; n_i is constant between the kinks of J
    A = (violation > 0).astype(x.dtype)  # (B, N)
    inside = A.sum(axis=1)  # (B,) n_i
    A /= (np.maximum(inside, 1) * len(x))[:, None]
    grads, dx, de = _gradients(params, x, e, parts, A)
    pairs = same.size - int(np.count_nonzero(same))
    return CenterLoss(float(np.vdot(A, violation)), pairs, int(inside.sum()), grads, dx, de)


def _centre(inputs: int, dim: int) -> slice:
    """The columns of W, and of x, that are the centre's."""
    return slice((inputs - dim) // 2, (inputs + dim) // 2)


def _project(params: Parameters, x: Floats, e: Floats) -> _Parts:
    W, c = params["W1"], _centre(x.shape[1], e.shape[1])
    z = x @ W.T + params["b1"]  # (B, m)
    return _Parts(z, z - x[:, c] @ W[:, c].T, e @ W[:, c].T)


def _violations(parts: _Parts, U: Floats, margin: float) -> Floats:
    """Δ + s_ij − s_i (B, N), with s_ij − s_i = Uᵀ(k∘k − z∘z) + 2 (U∘k)ᵀp + Uᵀ(p∘p)."""
    z, k, p = parts
    violation: Floats = (2 * k) @ (p * U).T  # (B, N)
    violation += (p * p) @ U  # (N,)
    violation += ((k * k - z * z) @ U + margin)[:, None]
    return violation


def _gradients(params: Parameters, x: Floats, e: Floats, parts: _Parts, A: Floats) -> tuple[Gradients, Floats, Floats]:
    """∂J/∂W1, b1 and U, ∂J/∂x and ∂J/∂e, given ∂J/∂s_ij = A (B, N)."""
    (z, k, p), W, U = parts, params["W1"], params["U"]
    c = _centre(x.shape[1], e.shape[1])
    pull = A.sum(axis=1)[:, None]  # (B, 1) −∂J/∂s_i: the margin moves both scores alike
    push = A.sum(axis=0)[:, None]  # (N, 1)
    Ap = A @ p  # (B, m)
    # ∂s_ij/∂k_i = ∂s_ij/∂p_j = 2 U∘(k_i + p_j), summed over the other index
    dk = 2 * U * (pull * k + Ap)  # (B, m)
    dp = 2 * U * (A.T @ k + push * p)  # (N, m)
    # the true centre has −∂s_i/∂z_i alone, the context both
    true = -2 * U * pull * z  # (B, m)
    dz = dk + true  # (B, m)
    dW = dz.T @ x  # (m, C·d)
    dW[:, c] += dp.T @ e - dk.T @ x[:, c]
    dx = dz @ W  # (B, C·d)
    dx[:, c] -= dk @ W[:, c]
    # Σ_ij A_ij ((k_i + p_j)∘(k_i + p_j) − z_i∘z_i)
    dU = (pull * (k * k - z * z) + 2 * k * Ap).sum(axis=0) + (push * p * p).sum(axis=0)  # (m,)
    return {"W1": dW, "b1": dz.sum(axis=0), "U": dU}, dx, dp @ W[:, c]
