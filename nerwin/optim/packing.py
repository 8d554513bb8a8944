"""Parameters that are treated alike, side by side in one vector: for small arrays, calls cost more than arithmetic.

    θ      [ W1 | b1 | U | ... | touched rows of words | of shape | ... | spare room ]
    ∂J/∂θ  [ laid out in the same way, as is each array of the state ]

Tensors stay in their parts for good. Rows of lookup tables are copied in before a step and back after it.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nerwin.arrays import Floats, Gradients, Ints, Parameters, Rows

Items = NDArray[np.void]  # (V,) a table with each row as a single item: numpy copies such rows in half the time

# Numbers that a rule takes at a time, so that they stay in the processor's cache from one line of the rule to the next.
TILE = 1 << 16


class Pack:
    """Some tensors as parts of one vector, and their gradients and state as parts of others laid out alike.

    gradients: the parts for the tensors' gradients, by name.
    """

    def __init__(self, grads: Gradients, params: Parameters, state: dict[str, list[Any]]) -> None:
        """Copy tensors into the vectors, and replace them in `params` and `state` by their parts of these.

        Args:
            grads: the gradients of a first step, whose parameters all have the same dtype and number of state arrays.
                There is room for twice as many rows as they touch, so that later steps that touch more still fit.
        """
        rows = {name: g for name, g in grads.items() if isinstance(g, Rows)}
        names = [name for name in grads if name not in rows]
        self.gradients: Parameters = {}
        self._tables = {name: params[name] for name in rows}
        self._items = {name: [_items(array) for array in (params[name], *state[name])] for name in rows}
        self._tensors: Parameters = {}
        self._size = sum(params[name].size for name in names)
        self._room = 2 * sum(g.values.size for g in rows.values())
        like = next(iter(grads))
        slots = 2 + len(state[like])
        self._theta, self._g, *self._state = np.empty((slots, self._size + self._room), params[like].dtype)
        self._end = self._size
        # Rows that are copied in: a table or an array of its state, the ids of the rows, and their copies here.
        self._borrowed: list[tuple[Items, Ints, Items]] = []
        start = 0
        for name in names:
            theta = params[name]
            self.gradients[name] = _part(self._g, start, theta)
            params[name] = self._tensors[name] = _copied(theta, self._theta, start)
            state[name] = [_copied(slot, vector, start) for slot, vector in zip(state[name], self._state, strict=True)]
            start += theta.size

    def fits(self, grads: Gradients, params: Parameters) -> bool:
        """Whether a step with these gradients can use this pack.

        It can if they are of all its tensors and of known tables, if there is room for their rows, and if `params`
        still holds the arrays that it held when the pack was made.
        """
        room, tensors = self._room, len(self._tensors)
        for name, g in grads.items():
            if isinstance(g, Rows):
                known, room = self._tables, room - g.values.size
            else:
                known, tensors = self._tensors, tensors - 1
            if params[name] is not known.get(name):
                return False
        return room >= 0 and tensors == 0

    def gather(self, grads: Gradients) -> None:
        """Copy in the gradients, and behind the tensors the rows of tables that they touch, with their state."""
        self._end, self._borrowed = self._size, []
        for name, g in grads.items():
            if isinstance(g, Rows):
                here = slice(self._end, self._end + g.values.size)
                self._g[here] = g.values.ravel()
                ids = g.ids.astype(np.intp, copy=False)
                for table, vector in zip(self._items[name], (self._theta, *self._state), strict=True):
                    rows = vector[here].view(table.dtype)
                    table.take(ids, out=rows, mode="clip")  # the other modes copy `out` first
                    self._borrowed.append((table, ids, rows))
                self._end = here.stop
            elif g is not self.gradients[name]:
                self.gradients[name][...] = g

    def tiles(self) -> Iterator[list[Floats]]:
        """The vectors of θ, of its gradient and of its state, TILE numbers at a time."""
        for start in range(0, self._end, TILE):
            tile = slice(start, min(start + TILE, self._end))
            yield [vector[tile] for vector in (self._theta, self._g, *self._state)]

    def scatter(self) -> None:
        """Copy the rows back into their tables, and their state into its own."""
        for table, ids, rows in self._borrowed:
            table[ids] = rows


def _items(table: Floats) -> Items:
    """A table (V, d), seen as V items."""
    return table.view(np.dtype((np.void, table.shape[1] * table.itemsize)))[:, 0]


def _copied(array: Floats, vector: Floats, start: int) -> Floats:
    """A copy of an array in a part of a vector, from `start` on."""
    part = _part(vector, start, array)
    part[...] = array
    return part


def _part(vector: Floats, start: int, like: Floats) -> Floats:
    """The part of a vector from `start` on that has an array's size, in its shape."""
    return vector[start : start + like.size].reshape(like.shape)
