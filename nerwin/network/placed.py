"""The windows of a minibatch as a list of forms (`forms`) and which of these stands where (`places`).

There are three kinds of list, of which `Model.placed` picks the fastest: each distinct form once (`Distinct`), one
entry for each place of each window (`AsTheyStand`), or, place by place, each form that occurs there once (`ByPlace`).
Each puts the forms' vectors into the windows x, and brings the windows' gradients back to the forms. The first two
write x out as an array; the third gives one that is not written out (`WindowsByPlace`).
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from nerwin.arrays import Floats, Ints
from nerwin.network.lookup import backprop_windows, sum_rows, windows_of
from nerwin.network.surroundings import Surroundings, add_up, backprop_add_up

# Which forms have a gradient (r,), by their numbers among all forms of the minibatch, and ∂J/∂e (r, D) of each. A form
# may come more than once.
FormGradients = tuple[Ints, Floats]


@dataclass(frozen=True)
class Distinct:
    """Every form once.

    forms: (u,), in no order. places: (B, C) which of them stands where. around: the sentences around the windows, if
    the model looks at them; their words are numbered as in `places`.
    """

    forms: Ints
    places: Ints
    around: Surroundings | None

    def windows(self, e: Floats) -> Floats:
        """x (B, n), given the vectors (u, D) of the forms."""
        x = windows_of(e, self.places)
        return x if self.around is None else np.concatenate([x, add_up(e[self.around.words], self.around)], axis=1)

    def backprop(self, chosen: Ints, dx: Floats) -> FormGradients:
        """The gradients of the forms of some windows (b,), given ∂J/∂x (b, n) of these."""
        places = self.places.take(chosen, axis=0)
        if self.around is None:
            return backprop_windows(places, dx)
        C = places.shape[1]
        near = dx.shape[1] // (C + 1) * C
        de, around = backprop_windows(places, dx[:, :near]), self.around.of(chosen)
        far = backprop_add_up(dx[:, near:], around)
        return sum_rows(np.concatenate([de.ids, around.words]), np.concatenate([de.values, far]))


@dataclass(frozen=True)
class _EachPlace:
    """Forms of which some are equal; their gradients are summed later, in `backprop_lookup`.

    forms: (u,). places: (B, C) which of them stands where.
    """

    forms: Ints
    places: Ints

    around = None

    def backprop(self, chosen: Ints, dx: Floats) -> FormGradients:
        """The gradients of the forms of some windows (b,), given ∂J/∂x (b, n) of these."""
        places = self.places.take(chosen, axis=0)
        return places.ravel(), dx.reshape(places.size, dx.shape[1] // places.shape[1])


@dataclass(frozen=True)
class AsTheyStand(_EachPlace):
    """An entry for each place of each window, in order."""

    def windows(self, e: Floats) -> Floats:
        """x (B, n), given the vectors (u, D) of the forms."""
        return e.reshape(len(self.places), -1)


@dataclass(frozen=True)
class ByPlace(_EachPlace):
    """Every form once for each place c that it stands in.

    borders: (C + 1) where the forms of each place begin, and where the last ones end.
    """

    borders: Sequence[int]

    def windows(self, e: Floats) -> "WindowsByPlace":
        """x (B, n), given the vectors (u, D) of the forms."""
        return WindowsByPlace(e, self)


@dataclass(frozen=True)
class WindowsByPlace:
    """The windows x (B, n) of a large minibatch, which W is applied to without writing them out.

    This is the formula of `network.projection`: a form is projected once for each place where it occurs, not in each
    window. `@` and `take` are what training asks of x; for all else numpy writes the array out.

    e: (u, D) the vectors of the forms.
    """

    e: Floats
    placed: ByPlace

    def __matmul__(self, Wt: Floats) -> Floats:
        """x Wᵀ (B, m), given Wᵀ (n, m): one product for each place, over its forms; a window adds up a row of each."""
        D, places = self.e.shape[1], self.placed.places
        parts = (
            (self.e[start:end] @ Wt[c * D : (c + 1) * D]).take(places[:, c] - start, axis=0)
            for c, (start, end) in enumerate(itertools.pairwise(self.placed.borders))
        )
        product = next(parts)  # (B, m)
        for part in parts:
            product += part
        return product

    def take(self, chosen: Ints, axis: Literal[0]) -> Floats:
        """Some windows (b, n), written out: those that are propagated back are few."""
        return windows_of(self.e, self.placed.places.take(chosen, axis=axis))

    def __array__(self, dtype: None = None, copy: None = None) -> Floats:
        """All of them."""
        return windows_of(self.e, self.placed.places)


Placed = Distinct | AsTheyStand | ByPlace
Windows = Floats | WindowsByPlace


def distinct(ids: Ints, around: Surroundings | None = None) -> Distinct:
    """Windows (B, C) by their distinct forms."""
    present = ids.ravel() if around is None else np.concatenate([ids.ravel(), around.words])
    present = present.astype(np.intp)  # once and for all: numpy would convert it wherever it is used as an index
    # np.unique without a sort, which would take several times as long: each place writes its own number under its form,
    # and of several with one form a single number remains. The place that finds its own there stands for the form.
    number, order = np.empty(present.max(initial=-1) + 1, np.intp), np.arange(len(present))
    number[present] = order
    forms = present[number.take(present) == order]
    number[forms] = order[: len(forms)]
    places = number.take(present)
    return Distinct(forms, places[: ids.size].reshape(ids.shape), around and around._replace(words=places[ids.size :]))


def as_they_stand(ids: Ints) -> AsTheyStand:
    """Windows (B, C) with a form for each place."""
    return AsTheyStand(ids.ravel(), np.arange(ids.size).reshape(ids.shape))


def by_place(ids: Ints) -> ByPlace:
    """Windows (B, C) by the distinct forms of each place."""
    columns = ids.T.astype(np.intp, order="C")
    number, order = np.empty(columns.max(initial=-1) + 1, np.intp), np.arange(len(ids))
    forms, places, borders = [], np.empty_like(columns), [0]
    for column, found in zip(columns, places, strict=True):
        # As in `distinct`. What an earlier column has left in `number` is overwritten before it is read.
        number[column] = order
        own = column[number.take(column) == order]
        number[own] = order[: len(own)]
        np.add(number.take(column), borders[-1], out=found)
        forms.append(own)
        borders.append(borders[-1] + len(own))
    return ByPlace(np.concatenate(forms), places.T, borders)
