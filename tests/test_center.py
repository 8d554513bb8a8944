"""A window against the same window with another centre: the loss, its gradients, and where replacements come from."""

import numpy as np
import pytest

from nerwin.arrays import Bools, Floats, Ints, Parameters
from nerwin.network.gradcheck import TOLERANCE, numeric_gradient, relative_error
from nerwin.network.lookup import sum_rows
from nerwin.pretraining.center import CenterLoss, Noise, center_loss, init_center
from nerwin.pretraining.stretches import backprop_stretches, windows_of_stretches

Case = tuple[Parameters, Floats, Ints, Ints]


def case(seed: int, *, C: int = 5, d: int = 3, m: int = 4, B: int = 6, N: int = 7, V: int = 9) -> Case:
    """Parameters with a lookup table of V words, the vectors of a minibatch's words, its windows and replacements."""
    rng = np.random.default_rng(seed)
    params = init_center(rng, C * d, m, np.float64)
    params["b1"] = rng.normal(size=m) * 0.3
    params["U"] = params["U"] + rng.normal(size=m) * 0.3
    L = rng.normal(size=(V, d))
    return params, L, rng.integers(V, size=(B, C)), rng.integers(V, size=N)


def score(params: Parameters, x: Floats) -> float:
    z = params["W1"] @ x + params["b1"]
    return float(params["U"] @ (z * z))


def naive(params: Parameters, L: Floats, windows: Ints, rivals: Ints, margin: float) -> tuple[float, float, int, int]:
    """J by replacing one centre at a time; how far the nearest pair is from a kink; pairs; pairs inside the margin."""
    J, slack, pairs, active, half = 0.0, np.inf, 0, 0, windows.shape[1] // 2
    for window in windows:
        s, violations = score(params, L[window].ravel()), []
        for rival in rivals:
            if rival == window[half]:
                continue
            corrupted = window.copy()
            corrupted[half] = rival
            violation = margin + score(params, L[corrupted].ravel()) - s
            pairs, slack = pairs + 1, min(slack, abs(violation))
            violations += [violation] if violation > 0 else []
        active += len(violations)
        J += float(np.mean(violations)) / len(windows) if violations else 0.0
    return J, slack, pairs, active


def judged(params: Parameters, L: Floats, windows: Ints, rivals: Ints, margin: float = 1.0) -> CenterLoss:
    x, centres = L[windows].reshape(len(windows), -1), windows[:, windows.shape[1] // 2]
    return center_loss(params, x, L[rivals], centres[:, None] == rivals, margin)


@pytest.mark.parametrize("C", [1, 3, 7])
@pytest.mark.parametrize("seed", range(5))
def test_the_loss_is_that_of_windows_whose_centre_is_replaced(C: int, seed: int) -> None:
    params, L, windows, rivals = case(seed, C=C)
    J, _, pairs, active = naive(params, L, windows, rivals, 0.7)
    loss = judged(params, L, windows, rivals, 0.7)
    assert loss.value == pytest.approx(J, rel=1e-12)
    assert (loss.pairs, loss.active) == (pairs, active)
    assert 0 < active <= pairs < windows.shape[0] * len(rivals)


@pytest.mark.parametrize("C", [1, 3, 7])
@pytest.mark.parametrize("seed", range(5))
def test_gradients_are_those_of_the_replaced_centre(C: int, seed: int) -> None:
    """Every parameter, and the word vectors through all the places where a word stands."""
    params, L, windows, rivals = case(seed + 100, C=C)
    assert naive(params, L, windows, rivals, 1.0)[1] > 1e-3, "too near a kink for numeric gradients"
    loss = judged(params, L, windows, rivals)
    ids, values = np.concatenate([windows.ravel(), rivals]), np.concatenate([loss.dx.reshape(-1, 3), loss.de])
    grads = {**loss.grads, "L": sum_rows(ids, values).dense(L.shape)}
    for name, theta in {**params, "L": L}.items():
        numeric = numeric_gradient(
            lambda: naive(params, L, windows, rivals, 1.0)[0], theta, np.arange(theta.size)
        ).reshape(theta.shape)
        g = grads[name]
        assert isinstance(g, np.ndarray)
        assert relative_error(g, numeric) < TOLERANCE, name


def test_a_window_that_wins_by_the_margin_pulls_nothing() -> None:
    params, L, windows, rivals = case(1)
    loss = judged(params, L, windows, rivals, -1e6)
    assert (loss.value, loss.active) == (0.0, 0)
    assert not any(np.any(g) for g in (*loss.grads.values(), loss.dx, loss.de))


def test_a_replacement_that_is_the_centre_counts_for_nothing() -> None:
    params, L, windows, _ = case(2)
    rivals = np.full(4, windows[0, 2])
    windows[:, 2] = windows[0, 2]
    loss = judged(params, L, windows, rivals)
    assert (loss.value, loss.pairs, loss.active) == (0.0, 0, 0)
    assert not loss.de.any()


def test_a_window_pulls_equally_hard_however_many_violate_it() -> None:
    params, L, windows, rivals = case(3, B=1)
    once = judged(params, L, windows, rivals)
    again = judged(params, L, windows, np.tile(rivals, 5))
    assert again.value == pytest.approx(once.value)
    np.testing.assert_allclose(again.dx, once.dx, rtol=1e-10)


def test_gradients_have_the_type_of_the_parameters() -> None:
    params, L, windows, rivals = case(4)
    single = {name: value.astype(np.float32) for name, value in params.items()}
    loss = judged(single, L.astype(np.float32), windows, rivals)
    assert {g.dtype for g in (loss.grads["W1"], loss.grads["b1"], loss.grads["U"], loss.dx, loss.de)} == {  # type: ignore[union-attr]
        np.dtype(np.float32)
    }
    assert loss.value == pytest.approx(judged(params, L, windows, rivals).value, rel=1e-5)


def test_a_fresh_scorer_speaks_for_and_against() -> None:
    params = init_center(np.random.default_rng(0), 15, 6)
    assert {name: value.shape for name, value in params.items()} == {"W1": (6, 15), "b1": (6,), "U": (6,)}
    assert params["U"].tolist() == [0.5, -0.5] * 3
    assert {value.dtype for value in params.values()} == {np.dtype(np.float32)}


def test_replacements_are_drawn_by_the_power_of_their_count(rng: np.random.Generator) -> None:
    counts = np.array([1000, 1000, 16, 0, 1, 81])
    drawn = np.bincount(Noise(counts, 0.75).draw(rng, 100_000), minlength=6) / 100_000
    np.testing.assert_allclose(drawn, np.array([0, 0, 8, 0, 1, 27]) / 36, atol=0.005)
    assert not drawn[[0, 1, 3]].any()


def test_the_last_word_catches_what_rounding_leaves() -> None:
    class Highest:
        def random(self, n: int) -> Floats:
            return np.full(n, np.nextafter(1, 0))

    noise = Noise(np.array([0, 0, 3, 3, 3]), 0.75)
    noise.cumulative[-1] = 1 - 1e-9
    assert noise.draw(Highest(), 2).tolist() == [4, 4]  # type: ignore[arg-type]


def test_what_is_reserved_is_not_even_drawn_by_a_zero() -> None:
    class Lowest:
        def random(self, n: int) -> Floats:
            return np.zeros(n)

    assert Noise(np.array([0, 0, 3, 3]), 0.75).draw(Lowest(), 2).tolist() == [2, 2]  # type: ignore[arg-type]


def chosen_of(rng: np.random.Generator) -> Bools:
    chosen: Bools = rng.random((3, 4)) < 0.6
    return chosen


@pytest.mark.parametrize("window", [1, 3, 5])
def test_stretches_have_the_windows_around_the_chosen_places(window: int, rng: np.random.Generator) -> None:
    vectors, chosen = rng.normal(size=(3, 4 + window - 1, 2)), chosen_of(rng)
    expected = [vectors[g, place : place + window].ravel() for g in range(3) for place in range(4) if chosen[g, place]]
    np.testing.assert_array_equal(windows_of_stretches(vectors, chosen, window), expected)


@pytest.mark.parametrize("window", [1, 3, 5])
def test_back_from_windows_to_stretches_is_the_adjoint(window: int, rng: np.random.Generator) -> None:
    """⟨windows(v), g⟩ = ⟨v, backprop(g)⟩: no repeated place is lost."""
    vectors, chosen = rng.normal(size=(3, 4 + window - 1, 2)), chosen_of(rng)
    x = windows_of_stretches(vectors, chosen, window)
    g = rng.normal(size=x.shape)
    back = backprop_stretches(g, chosen, window)
    assert float((x * g).sum()) == pytest.approx(float((vectors.reshape(-1, 2) * back).sum()))
