"""A minibatch's windows as forms and places: which forms there are, and which of them stands where."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from nerwin.arrays import Ints
from nerwin.network.surroundings import Surroundings


class Placed(NamedTuple):
    """forms: (u,) the forms of some windows and of the words around them. places: (B, C) which of them stands where.
    around: the same of the words around, where the model looks at them.

    in_order: whether there is a form for each place, in their order, equal ones too.
    borders: where each place has forms of its own, (C + 1) where they begin among the forms, and where they end.
    """

    forms: Ints
    places: Ints
    around: Surroundings | None
    in_order: bool = False
    borders: Sequence[int] = ()


def distinct(ids: Ints, around: Surroundings | None = None) -> Placed:
    """Windows (B, C) by their distinct forms, which come in no order."""
    present = ids.ravel() if around is None else np.concatenate([ids.ravel(), around.words])
    present = present.astype(np.intp)  # once, or every use as an index would do it again
    # Each place writes its number under its form, and one of them stays: where it is found again, the form counts. That
    # takes a fraction of the time of sorting.
    number, order = np.empty(present.max(initial=-1) + 1, np.intp), np.arange(len(present))
    number[present] = order
    forms = present[number.take(present) == order]
    number[forms] = order[: len(forms)]
    places = number.take(present)
    return Placed(forms, places[: ids.size].reshape(ids.shape), around and around._replace(words=places[ids.size :]))


def as_they_stand(ids: Ints) -> Placed:
    """Windows (B, C) with a form for each place."""
    return Placed(ids.ravel(), np.arange(ids.size).reshape(ids.shape), None, in_order=True)


def by_place(ids: Ints) -> Placed:
    """Windows (B, C) by the distinct forms of each place: those of the first place, then those of the second, ..."""
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
    return Placed(np.concatenate(forms), places.T, None, borders=borders)
