"""Lookup tables: a window's rows, concatenated, are the input x; its adjoint sums x's gradient back into the rows.

The word vectors L and the vectors of every other feature of a word form are such tables. For each position of the
window the rows of all tables stand side by side:

    x = [ L[w₋₂] ; shape[w₋₂] ; ... ; L[w₂] ; shape[w₂] ]
"""

from collections.abc import Sequence

import numpy as np

from nerwin.arrays import Floats, Ints, Rows


def lookup(tables: Sequence[Floats], rows: Ints) -> Floats:
    """Concatenate table rows into windows.

    Args:
        tables: F arrays (V_f, d_f), Σ d_f = D.
        rows: (B, C, F) the row of each table at each position.

    Returns: x (B, C·D).
    """
    parts = [table[rows[:, :, f]] for f, table in enumerate(tables)]  # each (B, C, d_f)
    return np.concatenate(parts, axis=2).reshape(len(rows), -1)  # (B, C·D)


def backprop_lookup(tables: Sequence[Floats], rows: Ints, dx: Floats) -> list[Rows]:
    """∂J/∂table for each table, given ∂J/∂x (B, C·D): a word's gradient is the sum over all its places."""
    B, C, _ = rows.shape
    dx = dx.reshape(B * C, dx.shape[1] // C)  # (B·C, D)
    grads, start = [], 0
    for f, table in enumerate(tables):
        end = start + table.shape[1]
        grads.append(sum_rows(rows[:, :, f].ravel(), dx[:, start:end]))
        start = end
    return grads


def sum_rows(ids: Ints, values: Floats) -> Rows:
    """Sum the rows of `values` (r, d) that share an id.

    `table[ids] += values` would keep only the last of equal ids, and `np.add.at` is slow: sort, then add up the runs.
    """
    if not len(ids):
        return Rows(ids, values)
    order = np.argsort(ids, kind="stable")
    ordered = ids[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=ordered[0] - 1))
    return Rows(ordered[starts], np.add.reduceat(values[order], starts, axis=0))
