"""The gradients one parameter at a time (lecture 1.5): to be read beside the lecture, and to check the fast ones.

One window at a time, plain Python numbers, loops over every neuron i, every input j, every path. The lecture counts the
input as layer 1: a⁽¹⁾ = x, z⁽²⁾ = W⁽¹⁾ a⁽¹⁾ + b⁽¹⁾, a⁽²⁾ = f(z⁽²⁾), ..., s = Uᵀ a. Here `a[0]` is x, and `a[k]` is the
output of hidden layer k, whose weights are params["Wk"]: the lecture's a⁽ᵏ⁺¹⁾.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nerwin.arrays import Floats, Parameters
from nerwin.network.activations import ACTIVATIONS

Vector = list[float]


def elemental_gradients(
    params: Parameters, activation: str, x: Floats, ds: Floats, masks: Sequence[Any] | None = None
) -> tuple[Parameters, Floats]:
    """∂J/∂θ of every weight and bias, and ∂J/∂x, summed over windows taken one by one.

    For a pair inside the margin J = Δ + s_c − s, so that ∂J/∂s = −1 for the true window and ∂J/∂s_c = +1 for the
    corrupted one; outside it both are 0 and the window is skipped (lecture 1.5, step 4).

    Args:
        x: (B, n) windows. ds: (B, K) ∂J/∂s of their scores. masks: as for `Scorer.forward`.
    """
    depth = sum(name.startswith("W") for name in params)
    names = [*(f"{kind}{k}" for k in range(1, depth + 1) for kind in "Wb"), "U"]
    grads: Parameters = {name: np.zeros(params[name].shape) for name in names}
    dx: Floats = np.zeros(x.shape)
    for window in range(len(x)):
        if ds[window].any():
            kept = [None if mask is None else mask[window] for mask in masks or [None] * (depth + 1)]
            dx[window] = _one_window(params, activation, depth, x[window], ds[window], kept, grads)
    return grads, dx


def _one_window(
    params: Parameters, activation: str, depth: int, x: Floats, ds: Floats, masks: list[Any], grads: Parameters
) -> Vector:
    """Add one window's share to `grads`; returns ∂J/∂x."""
    f, df = _scalar(ACTIVATIONS[activation].f), _scalar(ACTIVATIONS[activation].df)
    W = {k: params[f"W{k}"].tolist() for k in range(1, depth + 1)}
    U = params["U"].tolist()
    # Step 0, forward: every neuron i of layer k sums the outputs of the layer below, and its bias on a constant 1.
    a: list[Vector] = [_masked(x.tolist(), masks[0])]
    bare: list[Vector] = [[]]  # f(z) before dropout; nothing for layer 0, which is x
    for k in range(1, depth + 1):
        b = params[f"b{k}"].tolist()
        z = [sum(W[k][i][j] * a_j for j, a_j in enumerate(a[k - 1])) + b[i] * 1 for i in range(len(b))]
        bare.append([f(z_i) for z_i in z])
        a.append(_masked(bare[k], masks[k]))
    # Step 1: s_q = Σ_i U_iq a_i, so ∂J/∂U_iq = ∂J/∂s_q · a_i, and ∂J/∂a_i = Σ_q U_iq ∂J/∂s_q.
    blame = []  # ∂J/∂a_i of the layer in hand, from the last hidden one down
    for i, a_i in enumerate(a[depth]):
        for q, ds_q in enumerate(ds.tolist()):
            grads["U"][i, q] += ds_q * a_i
        blame.append(sum(U[i][q] * ds_q for q, ds_q in enumerate(ds.tolist())))
    for k in range(depth, 0, -1):
        # δ_i = f′(z_i) · ∂J/∂a_i; a neuron that was dropped passed nothing on and gets no blame.
        delta = [df(bare[k][i]) * blame_i for i, blame_i in enumerate(_masked(blame, masks[k]))]
        for i, delta_i in enumerate(delta):
            for j, a_j in enumerate(a[k - 1]):
                grads[f"W{k}"][i, j] += delta_i * a_j
            grads[f"b{k}"][i] += delta_i * 1  # Step 3: the bias is a weight on a constant 1
        # Step 2, error sharing: neuron j of the layer below gets blame along all its paths, Σ_i δ_i W_ij.
        blame = [sum(delta_i * W[k][i][j] for i, delta_i in enumerate(delta)) for j in range(len(a[k - 1]))]
    return _masked(blame, masks[0])


def elemental_transitions(ds: Floats, tags: Sequence[int], lengths: Sequence[int]) -> Floats:
    """∂J/∂A, and below it the rows ∂J/∂start and ∂J/∂end (K + 2, K), one sentence and one step at a time.

    Each step that the rival sequence takes adds its score to J, and each step that the true one takes subtracts its
    score; both are divided by the number of words.

    Args:
        ds: (n, K) ∂J/∂s. It is positive at the rival's tag of a word; a row of zeros means that this is the true tag.
        tags: (n,) the true tags.
        lengths: (S,) the words of each sentence; none is empty.
    """
    n, K = ds.shape
    gradient: Floats = np.zeros((K + 2, K))
    rival = [int(row.argmax()) if row.any() else tag for row, tag in zip(ds, tags, strict=True)]
    first = 0
    for length in lengths:
        for path, sign in ((rival, 1), (tags, -1)):
            before = K  # the row of start
            for tag in path[first : first + length]:
                gradient[before, tag] += sign / n
                before = tag
            gradient[K + 1, before] += sign / n
        first += length
    return gradient


def _scalar(function: Callable[[Floats], Floats]) -> Callable[[float], float]:
    return lambda value: float(function(np.array(value)))


def _masked(values: Vector, mask: Floats | None) -> Vector:
    return values if mask is None else [value * float(kept) for value, kept in zip(values, mask, strict=True)]


def elemental_lookup(
    table: Floats, rows: Sequence[Sequence[Sequence[int]]], dx: Sequence[Sequence[Floats]], start: int
) -> Floats:
    """∂J/∂table, one window, position, row and number at a time: a word sums over every place where it stands.

    Args:
        rows: rows[window][position] are the table's rows for the word there. If there are several, its vector is their
            sum over the square root of their number.
        dx: dx[window][position] is ∂J/∂e (D,) there.
        start: where this table's numbers begin among the D of a position.
    """
    gradient: Floats = np.zeros(table.shape)
    for window, positions in enumerate(rows):
        for position, several in enumerate(positions):
            for row in several:
                for j in range(table.shape[1]):
                    gradient[row, j] += dx[window][position][start + j] / len(several) ** 0.5
    return gradient
