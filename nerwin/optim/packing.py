"""What moves at the same rate, side by side in one vector: a rule costs small arrays more in calls than in numbers."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nerwin.arrays import Floats, Gradients, Ints, Parameters, Rows

Items = NDArray[np.void]  # (V,) the rows of a table as one item each, which numpy moves in half the time

# Numbers that a rule takes at a time: they stay in the processor's cache from one line of it to the next.
TILE = 1 << 16


class Pack:
    """Tensors that are parts of one vector, their gradients and state parts of others, and behind them the room that
    touched rows of tables are copied to while they move.

    gradients: the parts for the tensors' gradients, by name.
    """

    def __init__(self, grads: Gradients, params: Parameters, state: dict[str, list[Any]], *, room: int) -> None:
        """Take in tensors: among the parameters and in the state, parts of the vectors replace them.

        Args:
            grads: of some parameters, all of one type and with as many arrays of state.
            room: how many numbers of touched rows there is room for.
        """
        tables, names = _by_kind(grads)
        self.gradients: Parameters = {}
        self._tables = {name: params[name] for name in tables}
        self._items = {name: [_items(array) for array in (params[name], *state[name])] for name in tables}
        self._tensors: Parameters = {}
        self._size, self.room = sum(params[name].size for name in names), room
        like = next(iter(grads))
        slots = 2 + len(state[like])
        self._theta, self._g, *self._state = np.empty((slots, self._size + room), params[like].dtype)
        self._end = self._size
        self._guests: list[tuple[Items, Ints, Items]] = []  # a table or an array of its state, ids, their rows
        start = 0
        for name in names:
            theta = params[name]
            self.gradients[name] = _part(self._g, start, theta)
            params[name] = self._tensors[name] = _copied(theta, self._theta, start)
            state[name] = [_copied(slot, vector, start) for slot, vector in zip(state[name], self._state, strict=True)]
            start += theta.size

    def holds(self, grads: Gradients, params: Parameters) -> bool:
        """Whether these are of its tensors and of tables it knows, and these still the parameters of their names."""
        tables, names = _by_kind(grads)
        return (
            len(names) == len(self._tensors)
            and all(params[name] is self._tensors.get(name) for name in names)
            and all(params[name] is self._tables.get(name) for name in tables)
        )

    def gather(self, grads: Gradients) -> Parameters:
        """Lay gradients side by side, and the rows that they touch behind the tensors.

        Returns: what will move of each parameter: the whole of it, or a copy of the rows.
        """
        moving, self._end, self._guests = dict(self._tensors), self._size, []
        for name, g in grads.items():
            if isinstance(g, Rows):
                moving[name] = _part(self._theta, self._end, g.values)
                _part(self._g, self._end, g.values)[...] = g.values
                ids, end = g.ids.astype(np.intp, copy=False), self._end + g.values.size
                for table, vector in zip(self._items[name], (self._theta, *self._state), strict=True):
                    rows = vector[self._end : end].view(table.dtype)
                    table.take(ids, out=rows, mode="clip")  # the other modes copy `out` first
                    self._guests.append((table, ids, rows))
                self._end = end
            elif g is not self.gradients[name]:
                self.gradients[name][...] = g
        return moving

    def tiles(self) -> Iterator[list[Floats]]:
        """The vectors of θ, of its gradient and of its state, so much at a time as a rule should take."""
        for start in range(0, self._end, TILE):
            tile = slice(start, min(start + TILE, self._end))
            yield [vector[tile] for vector in (self._theta, self._g, *self._state)]

    def scatter(self) -> None:
        """Put the rows back into their tables."""
        for table, ids, rows in self._guests:
            table[ids] = rows


def _by_kind(grads: Gradients) -> tuple[list[str], list[str]]:
    """The names of tables, of which some rows are touched, and of tensors."""
    tables = [name for name, g in grads.items() if isinstance(g, Rows)]
    return tables, [name for name, g in grads.items() if not isinstance(g, Rows)]


def _items(table: Floats) -> Items:
    """A table (V, d), seen as V items."""
    items: Items = table.view(np.dtype((np.void, table.shape[1] * table.itemsize)))[:, 0]
    return items


def _copied(array: Floats, vector: Floats, start: int) -> Floats:
    """The part of a vector that is to be an array, with the array's numbers."""
    part = _part(vector, start, array)
    part[...] = array
    return part


def _part(vector: Floats, start: int, like: Floats) -> Floats:
    """As many numbers of a vector as an array has, in its shape."""
    return vector[start : start + like.size].reshape(like.shape)
