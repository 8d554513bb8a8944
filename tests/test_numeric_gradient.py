"""How the error of numeric gradients falls with ε (lecture 2.1): as ε² for central differences, as ε for one-sided."""

from collections.abc import Callable

import numpy as np
import pytest

from nerwin.arrays import Floats
from nerwin.network.gradcheck import numeric_gradient, relative_error
from nerwin.network.scorer import Scorer, init_scorer

EPSILONS = np.logspace(-3.5, -1.5, 9)


def wave(theta: Floats) -> tuple[Callable[[], float], Floats]:
    """Σ exp(sin θ), and its gradient."""
    return lambda: float(np.exp(np.sin(theta)).sum()), np.cos(theta) * np.exp(np.sin(theta))


def network(theta: Floats) -> tuple[Callable[[], float], Floats]:
    """The sum of a tanh network's scores as a function of W (4, 3), and its gradient."""
    rng = np.random.default_rng(3)
    params = init_scorer(rng, 3, [4], 2, "large", np.float64)
    x, scorer = rng.normal(size=(5, 3)), Scorer(1, "tanh")
    params["W1"] = theta
    s, cache = scorer.forward(params, x)
    gradient = scorer.backward(params, cache, np.ones_like(s))[0]["W1"]
    return lambda: float(scorer.forward(params, x)[0].sum()), np.asarray(gradient)


def slope(make: Callable[[Floats], tuple[Callable[[], float], Floats]], *, one_sided: bool) -> float:
    """The power of ε that the error goes with, fitted on logarithms."""
    theta = np.random.default_rng(1).normal(size=(4, 3))
    loss, exact = make(theta)
    entries = np.arange(theta.size)
    errors = [
        np.linalg.norm(numeric_gradient(loss, theta, entries, float(epsilon), one_sided=one_sided) - exact.ravel())
        for epsilon in EPSILONS
    ]
    return float(np.polyfit(np.log(EPSILONS), np.log(errors), 1)[0])


@pytest.mark.parametrize("make", [wave, network])
def test_the_error_of_central_differences_falls_as_epsilon_squared(
    make: Callable[[Floats], tuple[Callable[[], float], Floats]],
) -> None:
    assert slope(make, one_sided=False) == pytest.approx(2, abs=0.05)


@pytest.mark.parametrize("make", [wave, network])
def test_the_error_of_one_sided_differences_falls_as_epsilon(
    make: Callable[[Floats], tuple[Callable[[], float], Floats]],
) -> None:
    assert slope(make, one_sided=True) == pytest.approx(1, abs=0.05)


def test_at_the_lectures_epsilon_central_differences_are_a_thousand_times_nearer() -> None:
    theta = np.random.default_rng(2).normal(size=(4, 3))
    loss, exact = network(theta)
    entries = np.arange(theta.size)
    central, one_sided = (
        relative_error(exact.ravel(), numeric_gradient(loss, theta, entries, one_sided=flag)) for flag in (False, True)
    )
    assert central < 1e-9
    assert one_sided > 1000 * central
