"""The max-margin objective (lecture 1.4) and the L2 penalty (2.2).

    J = max(0, Δ + s_c − s)  +  λ Σ‖W⁽ᵏ⁾‖²_F

The J of a minibatch is the mean hinge of its pairs, plus the penalty once.

The biases are not penalised: they move an activation's threshold and add no curvature. Nor are the scores of steps
between tags.
"""

import re
from collections.abc import Collection

import numpy as np

from nerwin.arrays import Floats, Gradients, Parameters, Rows

_WEIGHTS = re.compile(r"W\d+|U")


def hinge(s: Floats, s_c: Floats, margin: float) -> Floats:
    """The loss (B,) of each pair of a true and a corrupted score.

    Where it is not 0 the pair is inside the margin, and ∂J/∂s = −1 and ∂J/∂s_c = +1; elsewhere both are 0.
    """
    return np.maximum(margin + s_c - s, 0.0)


def penalised(name: str, tables: Collection[str] = ()) -> bool:
    """Whether L2 applies to a parameter: to weight matrices, and to the lookup tables that are named."""
    return name in tables or _WEIGHTS.fullmatch(name) is not None


def l2_penalty(params: Parameters, strength: float, tables: Collection[str] = ()) -> float:
    """λ Σ‖W‖²_F."""
    if not strength:
        return 0.0
    chosen = (W for name, W in params.items() if penalised(name, tables))
    return strength * sum(float(np.vdot(W, W)) for W in chosen)


def add_l2_gradient(params: Parameters, grads: Gradients, strength: float, tables: Collection[str] = ()) -> None:
    """Add ∂/∂W λ‖W‖²_F = 2λW to the gradients in place.

    With the lookup tables in the penalty their gradients are no longer a few rows: every row shrinks at every step.
    """
    if not strength:
        return
    for name, g in grads.items():
        if penalised(name, tables):
            W = params[name]
            full = g.dense(W.shape) if isinstance(g, Rows) else g
            full += 2 * strength * W
            grads[name] = full
