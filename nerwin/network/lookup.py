"""From word forms to the scorer's input x, and back (Collobert et al. 2011, section 3.1).

A form's vector is the concatenation of its rows in all lookup tables, a window that of its words' vectors:

    e(w) = [ L[w] ; shape[w] ; ... ]          x = [ e(w₋₂) ; e(w₋₁) ; e(w₀) ; e(w₁) ; e(w₂) ]

A minibatch has far fewer distinct forms than positions, so each form's vector is put together once and then copied to
its places. Every step stands beside its adjoint, which sums what was copied.
"""

import itertools
from collections.abc import Sequence

import numpy as np

from nerwin.arrays import Floats, Ints, Rows

RADIX_FROM = 1000  # with more ids than that, numpy's radix sort, which it has for 16 bits, takes a fraction of the time


def lookup(tables: Sequence[Floats], rows: Ints) -> Floats:
    """The vectors (u, Σ d_f) of u forms, given the row (u, F) of each in F tables (V_f, d_f)."""
    found = [table.take(rows[:, f], axis=0) for f, table in enumerate(tables)]
    return found[0] if len(found) == 1 else np.concatenate(found, axis=1)


def backprop_lookup(tables: Sequence[Floats], rows: Ints, de: Floats) -> list[Rows]:
    """∂J/∂table for each table, given ∂J/∂e (u, Σ d_f)."""
    borders = itertools.accumulate((table.shape[1] for table in tables), initial=0)
    return [sum_rows(rows[:, f], de[:, start:end]) for f, (start, end) in enumerate(itertools.pairwise(borders))]


def lookup_bags(table: Floats, rows: Ints, starts: Ints) -> Floats:
    """The vectors (u, d) of forms that have several rows each: their sum over the root of their number.

    Args:
        rows: (r,) table rows; those of form i are rows[starts[i]:starts[i + 1]], at least one.
    """
    sums: Floats = np.add.reduceat(table.take(rows, axis=0), starts[:-1], axis=0)
    return sums * _root_scale(starts, table)


def backprop_bags(table: Floats, rows: Ints, starts: Ints, de: Floats) -> Rows:
    """∂J/∂table, given ∂J/∂e (u, d)."""
    return sum_rows(rows, np.repeat(de * _root_scale(starts, table), np.diff(starts), axis=0))


def _root_scale(starts: Ints, table: Floats) -> Floats:
    return (np.diff(starts)[:, None] ** -0.5).astype(table.dtype)


def windows_of(e: Floats, places: Ints) -> Floats:
    """The windows x (B, C·D), given the vectors (u, D) of the distinct forms and which one (B, C) stands where."""
    return e.take(places.ravel(), axis=0).reshape(len(places), places.shape[1] * e.shape[1])


def backprop_windows(places: Ints, dx: Floats) -> Rows:
    """∂J/∂e for the forms that occur, given ∂J/∂x (B, C·D): a form's gradient is the sum over all its places."""
    return sum_rows(places.ravel(), dx.reshape(places.size, dx.shape[1] // places.shape[1]))


def stable_order(ids: Ints) -> Ints:
    """(r,) the stable order that sorts some ids (r,), none of which is negative."""
    if len(ids) > RADIX_FROM and ids.max() <= np.iinfo(np.uint16).max:
        ids = ids.astype(np.uint16)
    return ids.argsort(kind="stable")


def sum_rows(ids: Ints, values: Floats) -> Rows:
    """Sum the rows of `values` (r, d) that share an id.

    `table[ids] += values` would keep only the last row of equal ids, and `np.add.at` is slow. So the ids are sorted,
    and each run of equal ones is summed.
    """
    if not len(ids):
        return Rows(ids, values)
    order = stable_order(ids)
    ordered = ids.take(order)
    again = np.zeros(len(ids), np.bool_)  # (r,) whether an id equals the one before it: it is not the first of its run
    np.equal(ordered[1:], ordered[:-1], out=again[1:])
    starts = (~again).nonzero()[0]
    sums = values.take(order.take(starts), axis=0)
    # Most runs are of one row, for which `reduceat` takes as long as for a longer one. So the first row of each run is
    # copied, and `reduceat` adds up only the rest. Without first rows, the rest of run i begins at starts[i] − i.
    longer = again.take(starts + 1, mode="clip").nonzero()[0]  # clipping: a run of the last row alone finds itself
    if len(longer):
        rest = np.add.reduceat(values.take(order[again], axis=0), starts.take(longer) - longer, axis=0)
        sums[longer] = sums.take(longer, axis=0) + rest
    return Rows(ordered.take(starts), sums)
