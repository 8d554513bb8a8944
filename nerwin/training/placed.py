"""A minibatch's windows as forms and places, in one of three ways: which forms there are, and which stands where.

Each way puts the forms' vectors into the windows, and finds out what the forms hear of the windows' gradients. Which of
them takes the least time, a model says (`Model.placed`).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from nerwin.arrays import Floats, Ints
from nerwin.network.lookup import backprop_windows, sum_rows, windows_of
from nerwin.network.surroundings import Surroundings, add_up, backprop_add_up

Heard = tuple[Ints, Floats]  # of the forms: (r,) their places among `forms`, and ∂J/∂e (r, D); one may come again


class Distinct(NamedTuple):
    """Every form once: forms (u,), in no order; places (B, C): which of them stands where; around: the same of the
    words around the windows, where the model looks at them."""

    forms: Ints
    places: Ints
    around: Surroundings | None

    def windows(self, e: Floats) -> Floats:
        """x (B, n), given the vectors (u, D) of the forms."""
        x = windows_of(e, self.places)
        return x if self.around is None else np.concatenate([x, add_up(e[self.around.words], self.around)], axis=1)

    def heard(self, chosen: Ints, dx: Floats) -> Heard:
        """What the forms of some windows (b,) hear, given ∂J/∂x (b, n) of these."""
        places = self.places[chosen]
        if self.around is None:
            return backprop_windows(places, dx)
        C = places.shape[1]
        near = dx.shape[1] // (C + 1) * C
        de, around = backprop_windows(places, dx[:, :near]), self.around.of(chosen)
        far = backprop_add_up(dx[:, near:], around)
        return sum_rows(np.concatenate([de.ids, around.words]), np.concatenate([de.values, far]))


class AsTheyStand(NamedTuple):
    """A form for each place, equal ones too: forms (B·C,), and places (B, C), which count them."""

    forms: Ints
    places: Ints

    @property
    def around(self) -> None:
        return None

    def windows(self, e: Floats) -> Floats:
        """x (B, n), given the vectors (u, D) of the forms."""
        return e.reshape(len(self.places), -1)

    def heard(self, chosen: Ints, dx: Floats) -> Heard:
        """What the forms of some windows (b,) hear, given ∂J/∂x (b, n) of these."""
        return _one_by_one(self.places[chosen], dx)


class ByPlace(NamedTuple):
    """Every form once for each place that it stands in: forms (u,), those of the first place, then those of the second,
    and so on; places (B, C): which of them stands where; borders (C + 1): where the forms of each place begin, and
    where the last ones end."""

    forms: Ints
    places: Ints
    borders: Sequence[int]

    @property
    def around(self) -> None:
        return None

    def windows(self, e: Floats) -> Floats:
        """x (B, n), given the vectors (u, D) of the forms; what this is for does without (`forward_by_place`)."""
        return windows_of(e, self.places)

    def heard(self, chosen: Ints, dx: Floats) -> Heard:
        """What the forms of some windows (b,) hear, given ∂J/∂x (b, n) of these."""
        return _one_by_one(self.places[chosen], dx)


Placed = Distinct | AsTheyStand | ByPlace


def _one_by_one(places: Ints, dx: Floats) -> Heard:
    """Each place by itself: what a form hears in several is summed up in its table."""
    return places.ravel(), dx.reshape(places.size, dx.shape[1] // places.shape[1])


def distinct(ids: Ints, around: Surroundings | None = None) -> Distinct:
    """Windows (B, C) by their distinct forms."""
    present = ids.ravel() if around is None else np.concatenate([ids.ravel(), around.words])
    present = present.astype(np.intp)  # once, or every use as an index would do it again
    # Each place writes its number under its form, and one of them stays: where it is found again, the form counts. That
    # takes a fraction of the time of sorting.
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
        # As in `distinct`; what other columns have left in `number` is written over before it is read.
        number[column] = order
        own = column[number.take(column) == order]
        number[own] = order[: len(own)]
        np.add(number.take(column), borders[-1], out=found)
        forms.append(own)
        borders.append(borders[-1] + len(own))
    return ByPlace(np.concatenate(forms), places.T, borders)
