"""Lookup tables: the forward gather against loops, and its adjoint, which must sum a word over all its places."""

import numpy as np
import pytest

from nerwin.arrays import Floats, Ints, Rows
from nerwin.network.lookup import backprop_lookup, lookup, sum_rows

Drawn = tuple[list[Floats], Ints]

WIDTHS = ([4], [4, 1], [3, 2, 5])


def draw(rng: np.random.Generator, widths: list[int], B: int = 6, C: int = 5, V: int = 7) -> Drawn:
    tables: list[Floats] = [rng.normal(size=(V, d)) for d in widths]
    rows: Ints = rng.integers(V, size=(B, C, len(widths)))
    rows[0, 1] = rows[0, 3]  # a word twice in one window
    return tables, rows


@pytest.mark.parametrize("widths", WIDTHS)
def test_a_window_is_the_concatenation_of_its_rows(rng: np.random.Generator, widths: list[int]) -> None:
    tables, rows = draw(rng, widths)
    expected = [
        [number for place in window for f, row in enumerate(place) for number in tables[f][row]] for window in rows
    ]
    np.testing.assert_array_equal(lookup(tables, rows), expected)


@pytest.mark.parametrize("widths", WIDTHS)
def test_backprop_is_the_adjoint_of_lookup(rng: np.random.Generator, widths: list[int]) -> None:
    tables, rows = draw(rng, widths)
    Y = rng.normal(size=(len(rows), rows.shape[1] * sum(widths)))
    grads = backprop_lookup(tables, rows, Y)
    gathered = float(np.sum(lookup(tables, rows) * Y))
    scattered = sum(float(np.sum(L * g.dense(L.shape))) for L, g in zip(tables, grads, strict=True))
    assert gathered == pytest.approx(scattered, rel=1e-12)


def test_a_word_twice_in_one_window_receives_both_gradients() -> None:
    L = np.zeros((3, 2))
    rows = np.array([[[2], [0], [2]]])
    dx = np.array([[1.0, 2.0, 30.0, 40.0, 500.0, 600.0]])
    (g,) = backprop_lookup([L], rows, dx)
    assert g.ids.tolist() == [0, 2]
    assert g.values.tolist() == [[30.0, 40.0], [501.0, 602.0]]


def test_words_outside_the_minibatch_receive_no_gradient(rng: np.random.Generator) -> None:
    L = rng.normal(size=(50, 3))
    rows = np.array([[[4], [9], [4]], [[9], [30], [9]]])
    (g,) = backprop_lookup([L], rows, rng.normal(size=(2, 9)))
    assert g.ids.tolist() == [4, 9, 30]


@pytest.mark.parametrize("count", [1, 2, 10, 200])
def test_sum_rows_equals_add_at(rng: np.random.Generator, count: int) -> None:
    ids, values = rng.integers(8, size=count), rng.normal(size=(count, 3))
    expected = np.zeros((8, 3))
    np.add.at(expected, ids, values)
    g = sum_rows(ids, values)
    np.testing.assert_allclose(g.dense((8, 3)), expected, rtol=1e-13, atol=1e-13)
    assert g.ids.tolist() == sorted(set(ids.tolist()))


def test_sum_rows_of_nothing_is_nothing() -> None:
    g = sum_rows(np.empty(0, np.int32), np.empty((0, 3), np.float32))
    assert g.ids.shape == (0,)
    assert g.dense((4, 3)).tolist() == [[0.0] * 3] * 4


def test_backprop_of_no_windows_touches_no_row() -> None:
    (g,) = backprop_lookup([np.ones((4, 2))], np.empty((0, 5, 1), np.int32), np.empty((0, 10)))
    assert len(g.ids) == 0
    assert g.values.shape == (0, 2)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_precision_is_kept(rng: np.random.Generator, dtype: type[np.floating]) -> None:
    L = rng.normal(size=(7, 4)).astype(dtype)
    rows = rng.integers(7, size=(6, 5, 1))
    x = lookup([L], rows)
    (g,) = backprop_lookup([L], rows, x)
    assert x.dtype == g.values.dtype == dtype


def test_lookup_copies_so_that_a_window_can_be_changed_without_the_table(rng: np.random.Generator) -> None:
    L = rng.normal(size=(7, 4))
    before = L.copy()
    x = lookup([L], np.array([[[3]]]))
    x += 1
    np.testing.assert_array_equal(L, before)


def test_dense_rows_are_zero_elsewhere() -> None:
    g = Rows(np.array([1, 3]), np.array([[1.0], [2.0]]))
    assert g.dense((5, 1)).ravel().tolist() == [0.0, 1.0, 0.0, 2.0, 0.0]
