"""Preprocessing of the scorer's input (lecture 2.5): x' = (x − μ) P, fitted on training windows only.

center     P = I
normalize  P = diag(1/σ)
whiten     P = V diag(1/σ') Vᵀ, V from the singular value decomposition of the centred windows; σ'² = σ² + ridge

σ are standard deviations: of the columns, or along V (singular values over √rows, as the covariance is to become the
identity). The lecture leaves the windows in the basis V; here Vᵀ rotates them back (ZCA), which W can undo. The ridge
is not in the lecture: with it a direction of 1/1000 of the largest variance gets a variance of 1/2, and only wider ones
come near 1.

It is fitted once, before the first step. Where the word vectors are trained, the windows move on from there.

Columns that do not vary, such as those of a table that starts from zero, are only centred.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from nerwin.arrays import Bools, Floats

RIDGE = 1e-3  # share of the largest variance that is added to all: (nearly) flat directions must not be blown up


class Preprocess(NamedTuple):
    """mean (n,), and a scale (n,) or a matrix (n, n) that the centred windows are multiplied by."""

    mean: Floats
    transform: Floats

    def forward(self, x: Floats) -> Floats:
        """x' (B, n) = (x − μ) P."""
        centred = x - self.mean
        return centred * self.transform if self.transform.ndim == 1 else centred @ self.transform

    def backward(self, dx: Floats) -> Floats:
        """∂J/∂x (B, n) = ∂J/∂x' Pᵀ."""
        return dx * self.transform if self.transform.ndim == 1 else dx @ self.transform.T


def _center(x: Floats) -> Preprocess:
    return Preprocess(x.mean(axis=0), np.ones(x.shape[1], x.dtype))


def _normalize(x: Floats) -> Preprocess:
    mean, sigma = x.mean(axis=0, dtype=np.float64), x.std(axis=0, dtype=np.float64)
    return Preprocess(mean.astype(x.dtype), (1 / np.where(_varies(x, sigma), sigma, 1)).astype(x.dtype))


def _whiten(x: Floats) -> Preprocess:
    mean = x.mean(axis=0)
    varies = _varies(x, x.std(axis=0, dtype=np.float64))
    # The right singular vectors are the eigenvectors of the covariance, σ² / rows its eigenvalues. Where there are
    # fewer rows than columns, full_matrices=False leaves out directions in which the windows do not differ.
    _, sigma, Vt = np.linalg.svd((x - mean)[:, varies], full_matrices=False)
    variance = sigma**2 / len(x)
    transform = np.eye(x.shape[1], dtype=x.dtype)
    transform[np.ix_(varies, varies)] = (Vt.T / np.sqrt(variance + RIDGE * variance.max(initial=1e-12))) @ Vt
    return Preprocess(mean, transform)


def _varies(x: Floats, sigma: Floats) -> Bools:
    """The columns (n,) whose σ is more than rounding errors, and large enough for 1/σ to be finite."""
    kind = np.finfo(x.dtype)
    found: Bools = sigma > np.maximum(100 * kind.eps * np.abs(x).max(axis=0, initial=0.0), kind.tiny)
    return found


PREPROCESSORS: dict[str, Callable[[Floats], Preprocess] | None] = {
    "none": None,
    "center": _center,
    "normalize": _normalize,
    "whiten": _whiten,
}
