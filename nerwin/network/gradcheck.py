"""Numeric gradients to hold the derived ones against (lecture 2.1).

∂J/∂θ ≈ (J(θ + ε) − J(θ − ε)) / 2ε     central: the error is O(ε²)
∂J/∂θ ≈ (J(θ + ε) − J(θ)) / ε          one-sided: the error is O(ε)
"""

import functools
import time
from collections.abc import Callable
from typing import NamedTuple, Protocol, TypeVar

import numpy as np

from nerwin.arrays import Floats, Gradients, Ints, Parameters, Random, Rows

T = TypeVar("T")

EPSILON = 1e-5
TOLERANCE = 1e-7
ONE_SIDED_TOLERANCE = 1e-3
# The least norm that an error is relative to, where the terms of J are about 1. J is rounded to about 1e-16 of its
# terms, and the division by ε turns that into noise of 1e-11 an entry (more if ε is smaller). Where true and corrupted
# windows cancel, so that the gradient is 0 or nearly, the noise is all there is.
FLOOR = 1e-3
ENTRIES = 200  # entries of a tensor that are perturbed, at most
DRAWS = 100  # minibatches that are drawn, at most, to find one that can be checked


class Check(NamedTuple):
    """The comparison of one parameter tensor at some of its entries.

    elemental, vectorised, numeric: the norms of the three gradients there. error: the relative distance of the
    vectorised gradient from the numeric one; elemental_error: from the elemental one. bound: what `error` must stay
    below. seconds: the time of each gradient; the numeric one's is for these entries only.
    """

    setting: str
    name: str
    shape: tuple[int, ...]
    entries: int
    elemental: float
    vectorised: float
    numeric: float
    error: float
    elemental_error: float
    bound: float
    seconds: tuple[float, float, float]

    @property
    def passed(self) -> bool:
        return self.error < self.bound and self.elemental_error < TOLERANCE


class Checkable(Protocol):
    """A minibatch of a network that can be checked: no kink near, pairs inside and outside the margin."""

    @property
    def params(self) -> Parameters: ...

    @property
    def rng(self) -> Random:
        """What chooses the entries to perturb."""
        ...

    def epsilon(self, name: str) -> float:
        """ε for the entries of a parameter."""
        ...

    def loss(self) -> float: ...

    def magnitude(self) -> float:
        """The size of the terms that J is a sum of; J itself is far smaller where they cancel."""
        ...

    def gradients(self) -> Gradients: ...

    def elemental(self) -> Parameters:
        """The elemental gradients of the same parameters."""
        ...


def check_case(case: Checkable, setting: str, most: int, *, one_sided: bool = False) -> list[Check]:
    """Compare the gradients of every parameter tensor, at `most` of its entries."""
    grads, vectorised_seconds = _timed(case.gradients)
    elemental, elemental_seconds = _timed(case.elemental)
    checks, magnitude = [], case.magnitude()
    for name, gradient in grads.items():
        theta = case.params[name]
        entries = _entries(gradient, theta.shape, case.rng)[:most]
        epsilon = case.epsilon(name)
        differences = functools.partial(numeric_gradient, case.loss, theta, entries, epsilon, one_sided=one_sided)
        numeric, numeric_seconds = _timed(differences)
        full = gradient.dense(theta.shape) if isinstance(gradient, Rows) else gradient
        derived, slow = full.reshape(-1)[entries], elemental[name].reshape(-1)[entries]
        checks.append(
            Check(
                setting=setting,
                name=name,
                shape=theta.shape,
                entries=len(entries),
                elemental=float(np.linalg.norm(slow)),
                vectorised=float(np.linalg.norm(derived)),
                numeric=float(np.linalg.norm(numeric)),
                error=relative_error(derived, numeric, magnitude * EPSILON / epsilon),
                elemental_error=relative_error(derived, slow),
                bound=ONE_SIDED_TOLERANCE if one_sided else TOLERANCE,
                seconds=(elemental_seconds, vectorised_seconds, numeric_seconds),
            )
        )
    return checks


def _timed(compute: Callable[[], T]) -> tuple[T, float]:
    """What a function returns, and the seconds that it took."""
    started = time.perf_counter()
    found = compute()
    return found, time.perf_counter() - started


def _entries(gradient: Floats | Rows, shape: tuple[int, ...], rng: Random) -> Ints:
    """Which flat entries of a tensor to perturb: of a lookup table, those of the rows that have a gradient."""
    if isinstance(gradient, Rows):
        return rng.permutation((gradient.ids[:, None] * shape[1] + np.arange(shape[1])).ravel())
    return rng.permutation(gradient.size)


def numeric_gradient(
    loss: Callable[[], float], theta: Floats, entries: Ints, epsilon: float = EPSILON, *, one_sided: bool = False
) -> Floats:
    """∂J/∂θ at some flat indices of θ (r,), restoring every value.

    Args:
        loss: computes J from the current values of θ.
        theta: a contiguous float64 array that `loss` reads.
    """
    flat = theta.reshape(-1)
    gradient = np.empty(len(entries))
    here = loss() if one_sided else 0.0
    for row, entry in enumerate(entries):
        kept = flat[entry]
        flat[entry] = kept + epsilon
        above = loss()
        if one_sided:
            gradient[row] = (above - here) / epsilon
        else:
            flat[entry] = kept - epsilon
            gradient[row] = (above - loss()) / (2 * epsilon)
        flat[entry] = kept
    return gradient


def relative_error(analytic: Floats, numeric: Floats, magnitude: float = 1.0) -> float:
    """‖g − n‖ / max(‖g‖ + ‖n‖, FLOOR · max(1, magnitude)).

    Args:
        magnitude: how large the noise of the numeric gradient is, relative to that which FLOOR is made for.
    """
    scale = float(np.linalg.norm(analytic) + np.linalg.norm(numeric))
    return float(np.linalg.norm(analytic - numeric)) / max(scale, FLOOR * max(1.0, magnitude))
