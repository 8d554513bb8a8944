"""Preprocessing (lecture 2.5): what it makes of training windows, its adjoint, and that nothing else has a say."""

from pathlib import Path

import numpy as np
import pytest

from nerwin.arrays import Floats
from nerwin.model.files import load_model, save_model
from nerwin.network.preprocess import PREPROCESSORS, RIDGE, Preprocess
from nerwin.tagging.tagger import Tagger
from tests.test_projection import raw_scores
from tests.village import epochs, new_trainer, same, village_config

METHODS = ["center", "normalize", "whiten"]
methods = pytest.mark.parametrize("method", METHODS)


def fitted(method: str, x: Floats) -> Preprocess:
    fit = PREPROCESSORS[method]
    assert fit is not None
    return fit(x)


def correlated(rows: int, columns: int = 6, seed: int = 2) -> Floats:
    """Columns with other means and scales, each leaning on its neighbours."""
    rng = np.random.default_rng(seed)
    mixing = np.eye(columns) + 0.6 * np.eye(columns, k=1) + 0.3 * np.eye(columns, k=-1)
    return rng.normal(size=(rows, columns)) @ mixing * np.linspace(0.5, 2, columns) + np.arange(columns)


def test_the_methods_are_the_lectures() -> None:
    assert list(PREPROCESSORS) == ["none", *METHODS]
    assert PREPROCESSORS["none"] is None


@methods
def test_the_training_windows_have_a_mean_of_zero(method: str) -> None:
    x = correlated(500)
    np.testing.assert_allclose(fitted(method, x).forward(x).mean(axis=0), 0, atol=1e-12)


def test_centring_changes_nothing_else() -> None:
    x = correlated(50)
    np.testing.assert_allclose(fitted("center", x).forward(x), x - x.mean(axis=0), atol=1e-14)


def test_normalised_columns_have_a_standard_deviation_of_one() -> None:
    x = correlated(500)
    prepared = fitted("normalize", x).forward(x)
    np.testing.assert_allclose(prepared.std(axis=0), 1, rtol=1e-12)
    assert abs(float((prepared[:, 0] * prepared[:, 1]).mean())) > 0.3  # what leans on each other still does


def test_a_column_beside_a_far_larger_one_is_normalised_too() -> None:
    x = (np.random.default_rng(0).normal(size=(200, 2)) * [3e6, 0.1]).astype(np.float32)
    np.testing.assert_allclose(fitted("normalize", x).forward(x).std(axis=0), 1, rtol=1e-3)


def test_normalisation_by_hand() -> None:
    x = np.array([[1.0, 10.0], [3.0, 10.0], [5.0, 40.0]])
    prepared = fitted("normalize", x).forward(np.array([[3.0, 20.0], [7.0, 20.0]]))
    # σ = √(8/3) and √200
    np.testing.assert_allclose(prepared, [[0.0, 0.0], [2.449489742783178, 0.0]], atol=1e-14)


def test_the_covariance_of_whitened_windows_is_the_identity_up_to_the_ridge() -> None:
    x = correlated(3000)
    assert RIDGE == 1e-3
    variances = np.linalg.eigvalsh(np.cov(x.T, bias=True))
    prepared = fitted("whiten", x).forward(x)
    covariance = np.cov(prepared.T, bias=True)
    np.testing.assert_allclose(covariance, np.eye(6), atol=0.12)
    # a direction of variance v is divided by √(v + ridge · largest v)
    np.testing.assert_allclose(
        np.linalg.eigvalsh(covariance), np.sort(variances / (variances + 1e-3 * variances.max())), rtol=1e-9
    )


def test_whitened_windows_are_the_lectures_turned_back_from_its_basis() -> None:
    """The lecture projects the centred windows on the singular vectors and divides by the singular values (2.5)."""
    x = correlated(400)
    centred = x - x.mean(axis=0)
    variance, V = np.linalg.eigh(centred.T @ centred / 400)
    lectures = centred @ V / np.sqrt(variance + RIDGE * variance.max())
    np.testing.assert_allclose(fitted("whiten", x).forward(x) @ V, lectures, atol=1e-10)


def test_a_direction_of_a_thousandth_of_the_largest_variance_gets_half_a_variance() -> None:
    x = np.random.default_rng(3).normal(size=(2000, 2))
    x -= x.mean(axis=0)
    x, *_ = np.linalg.svd(x, full_matrices=False)  # columns of one length, at a right angle to each other
    prepared = fitted("whiten", x * [1.0, 1000**-0.5]).forward(x * [1.0, 1000**-0.5])
    np.testing.assert_allclose(prepared.var(axis=0), [1 / 1.001, 0.5], rtol=1e-9)


@methods
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_column_that_never_varies_stays_finite_and_is_not_blown_up(method: str, dtype: type[np.floating]) -> None:
    """A dev word that first varies it must not be divided by the rounding error of a mean."""
    x = correlated(333).astype(dtype)
    x[:, 2] = 0.1
    one = fitted(method, x)
    assert one.forward(x).dtype == dtype
    assert np.abs(one.forward(x)[:, 2]).max() < 1e-2
    other = x[:1].copy()
    other[0, 2] = 0.5
    assert np.isfinite(one.forward(other)).all()
    assert np.abs(one.forward(other)).max() < 100


@methods
def test_a_column_of_numbers_whose_inverse_is_beyond_float32_stays_as_small_as_it_is(method: str) -> None:
    x = correlated(333).astype(np.float32)
    x[:, 2] *= np.float32(1e-39)
    prepared = fitted(method, x).forward(x)
    assert np.isfinite(prepared).all()
    assert np.abs(prepared[:, 2]).max() < 1e-30


@pytest.mark.parametrize("rows", [4, 500])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_whitening_passes_columns_that_never_vary_and_whitens_the_others_as_without_them(
    rows: int, dtype: type[np.floating]
) -> None:
    """As they are when a table that starts from zero is trained, with fewer rows than columns too."""
    others = correlated(rows).astype(dtype)
    x = np.insert(others, [1, 4, 6], np.array([0, 0.1, -7], dtype), axis=1)
    constant, varies = [1, 5, 8], [0, 2, 3, 4, 6, 7]
    one, without = fitted("whiten", x), fitted("whiten", others)
    assert one.transform.dtype == dtype
    assert np.array_equal(one.transform[constant], np.eye(9)[constant])
    assert np.array_equal(one.transform[:, constant], np.eye(9)[:, constant])
    np.testing.assert_allclose(one.forward(x)[:, varies], without.forward(others), atol=1e-4)
    moved = x.copy()
    moved[:, constant] += dtype(0.5)
    np.testing.assert_allclose(one.forward(moved)[:, constant], 0.5, atol=1e-5)
    np.testing.assert_allclose(one.forward(moved)[:, varies], one.forward(x)[:, varies], atol=1e-5)


@methods
@pytest.mark.parametrize("rows", [1, 2, 4])
def test_fewer_rows_than_columns_stay_finite(method: str, rows: int) -> None:
    x = correlated(rows)
    one = fitted(method, x)
    for prepared in (one.forward(x), one.forward(correlated(20, seed=3)), one.backward(x)):
        assert np.isfinite(prepared).all()
    assert np.abs(one.forward(x)).max() < 10


@methods
def test_backward_is_the_adjoint_of_forward(method: str) -> None:
    """⟨P(x) − P(0), d⟩ = ⟨x, Pᵀd⟩ for every x and d; whitening's is tried on a matrix that is not symmetric too."""
    rng = np.random.default_rng(5)
    lopsided = Preprocess(rng.normal(size=6), rng.normal(size=(6, 6)))
    for one in (fitted(method, correlated(100)), lopsided):
        x, d = rng.normal(size=(7, 6)), rng.normal(size=(7, 6))
        forward = one.forward(x) - one.forward(np.zeros((1, 6)))
        assert float((forward * d).sum()) == pytest.approx(float((x * one.backward(d)).sum()), rel=1e-12)


@methods
def test_fitting_and_applying_leave_the_windows_alone(method: str) -> None:
    x = correlated(30)
    kept = x.copy()
    fitted(method, x).forward(x)
    assert np.array_equal(x, kept)


# In a model


def overrides(method: str) -> tuple[str, ...]:
    return (f"preprocess.method={method}", "training.epochs=2")


@methods
def test_dev_data_change_nothing(tmp_path: Path, method: str) -> None:
    config = village_config(tmp_path, *overrides(method))
    (tmp_path / "other.conll").write_text("Zebras B-LOC\nsleep O\n\nQuellmark B-LOC\nQuellmark B-LOC\n", "utf-8")
    one = new_trainer(config)
    other = new_trainer(village_config(tmp_path, *overrides(method), "corpus.dev=other.conll"))
    assert len(other.parts.dev.tags) == 2
    assert {"mean", "transform"} <= one.model.constants.keys()
    assert same(one.model.constants, other.model.constants)
    assert same(one.model.params, other.model.params)
    before = {name: value.copy() for name, value in one.model.constants.items()}
    epochs(one)
    assert all(np.array_equal(one.model.constants[name], value) for name, value in before.items())


@methods
def test_training_data_change_it(tmp_path: Path, method: str) -> None:
    one = new_trainer(village_config(tmp_path, *overrides(method)))
    village = tmp_path / "village.conll"
    more = "\nQuellmark\tB-LOC\n\nQuellmark\tB-LOC\n"
    (tmp_path / "longer.conll").write_text(village.read_text("utf-8") + more, "utf-8")
    other = new_trainer(village_config(tmp_path, *overrides(method), "corpus.train=longer.conll"))
    assert not np.array_equal(one.model.constants["mean"], other.model.constants["mean"])


@methods
def test_it_is_saved_and_loaded_and_applied_to_everything(tmp_path: Path, method: str) -> None:
    trainer = new_trainer(village_config(tmp_path, *overrides(method)))
    epochs(trainer)
    save_model(tmp_path / "saved", trainer.model)
    loaded = load_model(tmp_path / "saved")
    assert same(loaded.constants, trainer.model.constants)
    sentence = ["Mira", "Tolvan", "left", "Quellmark", "unheard", "."]

    def margins() -> list[float]:
        tagger = Tagger(loaded)
        lengths = np.array([len(sentence)])
        scores = raw_scores(tagger, sentence, lengths)
        return [float(margin) for margin in loaded.rule.margins(scores, lengths)]

    before = margins()
    assert Tagger(loaded).tag(sentence) == Tagger(trainer.model).tag(sentence)
    loaded.constants["mean"] = loaded.constants["mean"] + 1
    assert margins() != pytest.approx(before)


def test_without_preprocessing_nothing_is_fitted(tmp_path: Path) -> None:
    assert new_trainer(village_config(tmp_path, *overrides("none"))).model.constants == {}
