"""Lookup tables: the forward gather against loops, and its adjoint, which must sum a word over all its places."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nerwin.arrays import Floats, Ints, Rows
from nerwin.network.lookup import (
    RADIX_FROM,
    backprop_bags,
    backprop_lookup,
    backprop_windows,
    lookup,
    lookup_bags,
    sum_rows,
    windows_of,
)

WIDTHS = ([4], [4, 1], [3, 2, 5])


def draw(rng: np.random.Generator, widths: list[int], u: int = 6, V: int = 7) -> tuple[list[Floats], Ints]:
    tables: list[Floats] = [rng.normal(size=(V, d)) for d in widths]
    rows: Ints = rng.integers(V, size=(u, len(widths)))
    return tables, rows


@pytest.mark.parametrize("widths", WIDTHS)
def test_the_vector_of_a_form_is_the_concatenation_of_its_rows(rng: np.random.Generator, widths: list[int]) -> None:
    tables, rows = draw(rng, widths)
    expected = [[number for f, row in enumerate(form) for number in tables[f][row]] for form in rows]
    np.testing.assert_array_equal(lookup(tables, rows), expected)


@pytest.mark.parametrize("widths", WIDTHS)
def test_backprop_is_the_adjoint_of_lookup(rng: np.random.Generator, widths: list[int]) -> None:
    tables, rows = draw(rng, widths)
    Y = rng.normal(size=(len(rows), sum(widths)))
    grads = backprop_lookup(tables, rows, Y)
    gathered = float(np.sum(lookup(tables, rows) * Y))
    scattered = sum(float(np.sum(L * g.dense(L.shape))) for L, g in zip(tables, grads, strict=True))
    assert gathered == pytest.approx(scattered, rel=1e-12)


BAG_ROWS, BAG_STARTS = np.array([5, 1, 5, 0, 2, 2]), np.array([0, 3, 4, 6])  # a row twice in a bag, and in two bags


def test_the_vector_of_a_bag_is_its_sum_over_the_root_of_its_size() -> None:
    table = np.arange(12.0).reshape(6, 2)
    expected = [(2 * table[5] + table[1]) / 3**0.5, table[0], 2 * table[2] / 2**0.5]
    np.testing.assert_allclose(lookup_bags(table, BAG_ROWS, BAG_STARTS), expected, rtol=1e-15)


def test_backprop_is_the_adjoint_of_bags(rng: np.random.Generator) -> None:
    table, Y = rng.normal(size=(6, 2)), rng.normal(size=(3, 2))
    g = backprop_bags(table, BAG_ROWS, BAG_STARTS, Y)
    gathered = float(np.sum(lookup_bags(table, BAG_ROWS, BAG_STARTS) * Y))
    assert float(np.sum(table * g.dense(table.shape))) == pytest.approx(gathered, rel=1e-12)
    assert g.ids.tolist() == [0, 1, 2, 5]


def test_a_window_is_the_concatenation_of_its_words() -> None:
    e = np.array([[1.0, 2.0], [30.0, 40.0]])
    assert windows_of(e, np.array([[0, 1, 0]])).tolist() == [[1.0, 2.0, 30.0, 40.0, 1.0, 2.0]]
    assert windows_of(e, np.empty((0, 3), np.int64)).shape == (0, 6)


def test_backprop_is_the_adjoint_of_windows_with_a_word_twice_in_one(rng: np.random.Generator) -> None:
    e, places = rng.normal(size=(4, 3)), np.array([[0, 1, 0], [3, 3, 1]])
    Y = rng.normal(size=(2, 9))
    g = backprop_windows(places, Y)
    assert float(np.sum(windows_of(e, places) * Y)) == pytest.approx(float(np.sum(e * g.dense(e.shape))), rel=1e-12)
    assert g.ids.tolist() == [0, 1, 3]


def test_a_word_twice_in_one_window_receives_both_gradients() -> None:
    g = backprop_windows(np.array([[2, 0, 2]]), np.array([[1.0, 2.0, 30.0, 40.0, 500.0, 600.0]]))
    assert g.ids.tolist() == [0, 2]
    assert g.values.tolist() == [[30.0, 40.0], [501.0, 602.0]]


@pytest.mark.parametrize("count", [1, 2, 10, 200])
def test_sum_rows_equals_add_at(rng: np.random.Generator, count: int) -> None:
    ids, values = rng.integers(8, size=count), rng.normal(size=(count, 3))
    expected = np.zeros((8, 3))
    np.add.at(expected, ids, values)
    g = sum_rows(ids, values)
    np.testing.assert_allclose(g.dense((8, 3)), expected, rtol=1e-13, atol=1e-13)
    assert g.ids.tolist() == sorted(set(ids.tolist()))


@pytest.mark.parametrize("dtype", [np.int32, np.int64])
@pytest.mark.parametrize("largest", [0, 1, 65_535, 65_536, 200_000])
def test_sum_rows_equals_add_at_around_16_bits(
    rng: np.random.Generator, largest: int, dtype: type[np.signedinteger]
) -> None:
    few = rng.integers(largest + 1, size=5).astype(dtype)
    ends = np.array([largest, 0, largest, largest // 2], dtype)
    for ids in (few[:1], few, rng.choice(few, 40), ends, np.tile(ends, RADIX_FROM // 4 + 1)):
        values = rng.normal(size=(len(ids), 5))[:, 1:4]  # some columns of a wider gradient
        kept, forms = (ids.copy(), values.copy()), np.unique(ids)
        expected = np.zeros((len(forms), 3))
        np.add.at(expected, np.searchsorted(forms, ids), values)
        g = sum_rows(ids, values)
        assert g.ids.tolist() == forms.tolist()
        assert g.ids.dtype == dtype
        np.testing.assert_allclose(g.values, expected, rtol=1e-13, atol=1e-13)
        assert np.array_equal(ids, kept[0])
        assert np.array_equal(values, kept[1])


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 6), max_size=30))
def test_sum_rows_sums_runs_of_every_length(ids: list[int]) -> None:
    values = 2.0 ** np.arange(len(ids))  # no two sets of rows have the same sum, and every sum is exact
    g = sum_rows(np.array(ids, np.int32), values[:, None])
    assert g.ids.tolist() == sorted(set(ids))
    assert g.values.ravel().tolist() == [values[np.array(ids) == one].sum() for one in sorted(set(ids))]


def test_sum_rows_of_nothing_is_nothing() -> None:
    g = sum_rows(np.empty(0, np.int32), np.empty((0, 3), np.float32))
    assert g.ids.shape == (0,)
    assert g.dense((4, 3)).tolist() == [[0.0] * 3] * 4


def test_backprop_of_no_windows_touches_no_form() -> None:
    g = backprop_windows(np.empty((0, 5), np.int64), np.empty((0, 10)))
    assert len(g.ids) == 0
    assert g.values.shape == (0, 2)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_precision_is_kept(rng: np.random.Generator, dtype: type[np.floating]) -> None:
    L = rng.normal(size=(7, 4)).astype(dtype)
    e = lookup([L], rng.integers(7, size=(6, 1)))
    (g,) = backprop_lookup([L], rng.integers(7, size=(6, 1)), e)
    bag = lookup_bags(L, BAG_ROWS, BAG_STARTS)
    assert e.dtype == g.values.dtype == bag.dtype == backprop_bags(L, BAG_ROWS, BAG_STARTS, bag).values.dtype == dtype


def test_dense_rows_are_zero_elsewhere() -> None:
    g = Rows(np.array([1, 3]), np.array([[1.0], [2.0]]))
    assert g.dense((5, 1)).ravel().tolist() == [0.0, 1.0, 0.0, 2.0, 0.0]
