"""Eight bits a number: the levels, what rounding to them costs, and an Adam that hardly notices."""

from pathlib import Path

import numpy as np
import pytest

from nerwin.arrays import Floats, Parameters, Rows
from nerwin.optim.eightbit import SIGNED, UNSIGNED, Quantised, dynamic_levels
from nerwin.optim.optimizer import Optimizer
from nerwin.optim.rules import OPTIMIZERS, OptimizerSettings
from tests.village import epochs, new_trainer, village_config

both = pytest.mark.parametrize("levels", [SIGNED, UNSIGNED], ids=["signed", "unsigned"])


def round_trip(values: Floats, levels: Floats) -> Floats:
    kept = Quantised(values, levels)
    kept[...] = values
    return kept[...]


def drawn(levels: Floats, shape: tuple[int, ...]) -> Floats:
    values = np.random.default_rng(4).normal(size=shape)
    return values if levels[0] < 0 else np.abs(values)


@both
def test_there_are_256_ascending_levels_with_0_and_1(levels: Floats) -> None:
    assert len(levels) == 256
    assert (np.diff(levels) > 0).all()
    assert levels[-1] == 1
    assert 0 in levels


def test_signed_levels_are_symmetric_but_for_the_code_that_is_over() -> None:
    below, above = -SIGNED[SIGNED < 0][::-1], SIGNED[SIGNED > 0]
    assert len(above) == len(below) + 1
    assert np.array_equal(below, above[:-1])
    assert SIGNED[0] > -1


def test_unsigned_levels_start_at_0() -> None:
    assert UNSIGNED[0] == 0


@pytest.mark.parametrize(("signed", "top"), [(True, 64), (False, 128)])
def test_each_power_of_ten_has_half_the_levels_of_the_next(signed: bool, top: int) -> None:
    levels = dynamic_levels(signed=signed)
    counts = [int(((levels > 10.0**-k) & (levels < 10.0 ** (1 - k))).sum()) for k in range(1, 8)]
    assert counts == [top >> k for k in range(7)]


@both
def test_a_number_becomes_its_nearest_level(levels: Floats) -> None:
    values = drawn(levels, (1, 500))
    largest = np.abs(values).max()
    nearest = levels[np.abs(values[0, :, None] / largest - levels).argmin(axis=1)] * largest
    np.testing.assert_allclose(round_trip(values, levels)[0], nearest, rtol=1e-6)


@both
def test_the_error_is_bounded_by_the_power_of_ten(levels: Floats) -> None:
    """Midpoints of n steps over [0.1, 1] are at most 0.45/n away: of 0.1 that is 4.5/n, of the block 0.45/n."""
    values = drawn(levels, (40, 200))
    found, largest = round_trip(values, levels), np.abs(values).max(axis=1, keepdims=True)
    top = 64 if levels[0] < 0 else 128
    assert (np.abs(found - values) <= largest * 0.46 / top * 2).all()
    assert (np.abs(found - values)[values >= 0] <= (largest * 0.46 / top * np.ones_like(values))[values >= 0]).all()
    unit = np.abs(values) / largest
    for k in range(3):
        some = (unit >= 10.0 ** -(k + 1)) & (unit < 10.0**-k) & (values >= 0)
        assert some.sum() > 10
        assert (np.abs(found - values)[some] <= 4.6 * 2**k / top * np.abs(values)[some]).all()
    assert np.abs(found - values).mean() < 0.02 * np.abs(values).mean()


@both
def test_what_is_stored_stays_when_it_is_stored_again(levels: Floats) -> None:
    once = round_trip(drawn(levels, (5, 30)), levels)
    np.testing.assert_allclose(round_trip(once, levels)[:, :], once, rtol=2e-2)
    positive = np.abs(once)
    positive[:, 0] = positive.max(axis=1)
    again = round_trip(positive, UNSIGNED)
    np.testing.assert_allclose(round_trip(again, UNSIGNED), again, rtol=1e-6)


@both
def test_a_fresh_array_and_a_block_of_zeros_are_exactly_zero(levels: Floats) -> None:
    kept = Quantised(np.ones((3, 4)), levels)
    assert (kept[...] == 0).all()
    kept[...] = drawn(levels, (3, 4))
    kept[1] = np.zeros(4)
    assert (kept[1] == 0).all()
    assert (kept[0] != 0).any()


@both
@pytest.mark.parametrize("value", [1e-30, 0.3, 7e5])
def test_a_block_of_one_number_is_kept_to_float32(levels: Floats, value: float) -> None:
    assert round_trip(np.array([value]), levels)[0] == pytest.approx(value, rel=1e-6)
    column = np.array([[value], [2 * value]])
    np.testing.assert_allclose(round_trip(column, levels), column, rtol=1e-6)


def test_an_outlier_spoils_its_own_block_only() -> None:
    values = drawn(SIGNED, (3, 50))
    spoiled = values.copy()
    spoiled[1, 7] = 1e6
    clean, found = round_trip(values, SIGNED), round_trip(spoiled, SIGNED)
    assert np.array_equal(found[[0, 2]], clean[[0, 2]])
    assert found[1, 7] == pytest.approx(1e6, rel=1e-6)
    assert np.isfinite(found).all()
    assert np.abs(found[1] - spoiled[1]).max() > 5 * np.abs(clean[1] - values[1]).max()


@both
def test_some_rows_are_read_and_written_apart(levels: Floats) -> None:
    values = drawn(levels, (6, 8))
    kept = Quantised(values, levels)
    kept[...] = values
    whole, ids = kept[...], np.array([1, 4])
    assert np.array_equal(kept[ids], whole[ids])
    kept[ids] = 3 * values[ids]
    np.testing.assert_allclose(kept[ids], 3 * whole[ids], rtol=1e-6)
    assert np.array_equal(kept[np.array([0, 2, 3, 5])], whole[[0, 2, 3, 5]])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_numbers_come_back_in_the_parameters_precision(dtype: type[np.floating]) -> None:
    assert round_trip(drawn(SIGNED, (2, 3)).astype(dtype), SIGNED).dtype == dtype


# In Adam


def make(name: str, params: Parameters) -> Optimizer:
    return Optimizer(OPTIMIZERS[name].rule(OptimizerSettings()), params, [name for name in params if name == "words"])


@pytest.mark.parametrize("shape", [(5000, 50), (100, 250)])
def test_the_state_is_less_than_a_third_of_adams(shape: tuple[int, int]) -> None:
    params: Parameters = {"W1": np.zeros(shape, np.float32)}
    full, small = (sum(array.nbytes for array in make(name, params).arrays().values()) for name in ("adam", "adam8bit"))
    assert full == 8 * shape[0] * shape[1]
    assert small * 3 < full
    assert small == 2 * (shape[0] * shape[1] + 4 * shape[0])


def test_fifty_steps_stay_close_to_adams() -> None:
    rng = np.random.default_rng(6)
    start, target = rng.normal(size=(20, 40)), rng.normal(size=(20, 40))
    table = rng.normal(size=(30, 40))
    thetas: list[Parameters] = []
    for name in ("adam", "adam8bit"):
        params: Parameters = {"W1": start.copy(), "words": table.copy()}
        optimizer, noise = make(name, params), np.random.default_rng(7)
        for _ in range(50):
            ids = np.sort(noise.choice(30, 10, replace=False))
            dense = params["W1"] - target + noise.normal(size=target.shape)
            rows = params["words"][ids] + noise.normal(size=(10, 40))
            optimizer.step({"W1": dense, "words": Rows(ids, rows)}, 0.01)
        thetas.append(params)
    for name, begun in (("W1", start), ("words", table)):
        path = np.abs(thetas[0][name] - begun).mean()
        apart = np.abs(thetas[0][name] - thetas[1][name]).mean()
        assert 0 < apart < 0.03 * path
        assert np.abs(thetas[0][name] - thetas[1][name]).max() < 0.25 * path


def test_small_gradients_beside_large_ones_do_not_explode() -> None:
    """A second moment that is rounded to 0 beside a first one that is not would make a step of m/ε."""
    g = np.array([[1.0, *np.logspace(-7, -1, 60)]])
    params: Parameters = {"W1": np.zeros_like(g)}
    optimizer = make("adam8bit", params)
    for t in range(60):
        before = params["W1"].copy()
        optimizer.step({"W1": g * (1 if t % 3 else -1)}, 0.01)
        assert np.abs(params["W1"] - before).max() < 0.1


@pytest.mark.parametrize("seed", [1, 2])
def test_a_training_ends_near_adams_dev_f1(tmp_path: Path, seed: int) -> None:
    best = {}
    for name in ("adam", "adam8bit"):
        settings = (f"optimizer.name={name}", "optimizer.learning_rate=0.02", f"training.seed={seed}")
        trainer = new_trainer(village_config(tmp_path, *settings, "words.rare_unknown=0", "training.epochs=12"))
        last = epochs(trainer)[-1]
        assert last.loss < 0.3
        best[name] = trainer.model.standing.best_f1
    assert best["adam"] > 0.9
    assert best["adam8bit"] == pytest.approx(best["adam"], abs=0.05)
