"""Gradient clipping by norm (Pascanu et al. 2013): too long a gradient is shortened and keeps its direction."""

import numpy as np

from nerwin.arrays import Gradients, Rows


def global_norm(grads: Gradients) -> float:
    """The Euclidean norm of all gradients as one vector, in float64: in float32 the squares could overflow."""
    parts = ((g.values if isinstance(g, Rows) else g).astype(np.float64, copy=False) for g in grads.values())
    return float(np.sqrt(sum(float(np.vdot(part, part)) for part in parts)))


def clip_by_norm(grads: Gradients, limit: float) -> Gradients:
    """The same gradients, scaled down to a global norm of `limit` where it is larger."""
    norm = global_norm(grads)
    if norm <= limit:
        return grads
    scale = limit / norm
    return {name: Rows(g.ids, g.values * scale) if isinstance(g, Rows) else g * scale for name, g in grads.items()}
