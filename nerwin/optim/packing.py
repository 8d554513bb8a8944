"""Parameters side by side in one vector: for small arrays, calls cost more than arithmetic.

    θ      [ W1 | b1 | U | ... | touched rows of words | of shape | ... | spare room ]
    ∂J/∂θ  [ laid out in the same way, as is each array of the state ]

Tensors stay in their parts. Rows of lookup tables are copied in before a step and back after it.
"""

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nerwin.arrays import Floats, Gradients, Ints, Parameters, Rows

Items = NDArray[np.void]  # (V,) a table with each row as a single item: numpy copies such rows in half the time

# Numbers that a rule takes at a time, so that they stay in the processor's cache from one line of the rule to the next.
TILE = 1 << 16


class Part(NamedTuple):
    """Where in the vectors a parameter lies, or what a step touches of it."""

    name: str
    start: int
    end: int


class Borrowed(NamedTuple):
    """Rows (r,) of a table, or of an array of its state, and their copies in a vector."""

    table: Items
    ids: Ints
    copies: Items


class Pack:
    """Parameters of one dtype, their gradients and their state, laid out alike in a vector each.

    gradients: the parts for the tensors' gradients, by name; others may write to them before a step.
    """

    def __init__(self, params: Parameters, state: dict[str, list[Any]], tables: Collection[str]) -> None:
        """Replace the tensors in `params` and `state` by parts of the vectors, now and whenever more room is needed.

        Args:
            tables: the parameters that are no tensors, but lookup tables with a gradient by rows.
        """
        self._params, self._state = params, state
        self._tables = {name: [_items(array) for array in (params[name], *state[name])] for name in tables}
        self._tensors: dict[str, Part] = {}
        self._size = 0  # of all tensors
        for name, theta in params.items():
            if name not in tables:
                self._tensors[name] = Part(name, self._size, self._size + theta.size)
                self._size += theta.size
        self._borrowed: list[Borrowed] = []
        self._lay_out(0)

    def _lay_out(self, room: int) -> None:
        """Move the tensors into new vectors, with room for so many numbers of rows behind them."""
        like = next(iter(self._params))
        dtype, slots = self._params[like].dtype, len(self._state[like])
        self._vectors = list(np.empty((2 + slots, self._size + room), dtype))
        theta, g, *state = self._vectors
        self.gradients: Parameters = {}
        for name, (_, start, end) in self._tensors.items():
            shape = self._params[name].shape
            self.gradients[name] = g[start:end].reshape(shape)
            self._params[name] = _moved(self._params[name], theta[start:end])
            self._state[name] = [_moved(a, b[start:end]) for a, b in zip(self._state[name], state, strict=True)]

    def gather(self, grads: Gradients) -> list[Part]:
        """Copy in gradients, and behind the tensors the rows of tables that they touch, with their state.

        Returns: where they lie, in ascending order.
        """
        rows = {name: g for name, g in grads.items() if isinstance(g, Rows)}
        needed = sum(g.values.size for g in rows.values())
        if self._size + needed > len(self._vectors[0]):
            self._lay_out(2 * needed)  # twice as much, so that later steps that touch more still fit
        parts = [part for name, part in self._tensors.items() if name in grads]
        for name, _, _ in parts:
            if grads[name] is not self.gradients[name]:
                self.gradients[name][...] = grads[name]
        self._borrowed, start = [], self._size
        for name, g in rows.items():
            parts.append(Part(name, start, start + g.values.size))
            self._borrow(parts[-1], g)
            start += g.values.size
        return parts

    def _borrow(self, part: Part, g: Rows) -> None:
        """Copy the rows that a gradient touches, with their state, and the gradient itself into a part."""
        here, ids = slice(part.start, part.end), g.ids.astype(np.intp, copy=False)
        theta, gradient, *state = self._vectors
        gradient[here] = g.values.ravel()
        for table, vector in zip(self._tables[part.name], (theta, *state), strict=True):
            copies = vector[here].view(table.dtype)
            table.take(ids, out=copies, mode="clip")  # the other modes copy `out` first
            self._borrowed.append(Borrowed(table, ids, copies))

    def tiles(self, start: int, end: int) -> Iterator[list[Floats]]:
        """A stretch of the vectors of θ, of its gradient and of its state, TILE numbers at a time."""
        for first in range(start, end, TILE):
            tile = slice(first, min(first + TILE, end))
            yield [vector[tile] for vector in self._vectors]

    def scatter(self) -> None:
        """Copy the rows back into their tables, and their state into its own."""
        for table, ids, copies in self._borrowed:
            table[ids] = copies


def _items(table: Floats) -> Items:
    """A table (V, d), seen as V items."""
    return table.view(np.dtype((np.void, table.shape[1] * table.itemsize)))[:, 0]


def _moved(array: Floats, place: Floats) -> Floats:
    """An array, copied to a place (array.size,) of a vector."""
    moved = place.reshape(array.shape)
    moved[...] = array
    return moved
