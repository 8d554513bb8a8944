"""The max-margin objective (lecture 1.4) and the L2 penalty (2.2).

    J = max(0, Δ + s_c − s)  +  λ Σ‖W⁽ᵏ⁾‖²_F

The biases are not penalised: they move an activation's threshold and add no curvature.
"""

import re

import numpy as np

from nerwin.arrays import Bools, Floats, Gradients, Parameters

_WEIGHTS = re.compile(r"W\d+|U")


def hinge(s: Floats, s_c: Floats, margin: float) -> tuple[Floats, Bools]:
    """The loss (B,) of each pair of a true and a corrupted score, and which pairs are inside the margin.

    Inside the margin ∂J/∂s = −1 and ∂J/∂s_c = +1; outside, and at equality, both are 0.
    """
    violation = margin + s_c - s  # (B,)
    active: Bools = violation > 0
    return np.maximum(violation, 0.0), active


def penalised(name: str) -> bool:
    """Whether L2 applies to a parameter: to the weight matrices, not to biases or lookup tables."""
    return _WEIGHTS.fullmatch(name) is not None


def l2_penalty(params: Parameters, strength: float) -> float:
    """λ Σ‖W‖²_F."""
    if not strength:
        return 0.0
    return strength * sum(float(np.sum(W * W)) for name, W in params.items() if penalised(name))


def add_l2_gradient(params: Parameters, grads: Gradients, strength: float) -> None:
    """Add ∂/∂W λ‖W‖²_F = 2λW to the gradients in place."""
    if not strength:
        return
    for name, W in params.items():
        if penalised(name):
            grads[name] = grads[name] + W * W.dtype.type(2 * strength)
