"""What moves at the same rate, side by side in one vector: a rule costs small arrays more in calls than in numbers."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from nerwin.arrays import Floats, Gradients, Ints, Parameters, Rows

# Numbers that a rule takes at a time: they stay in the processor's cache from one line of it to the next.
TILE = 1 << 16


class Pack:
    """Tensors that are parts of one vector, their gradients and state parts of others, and behind them the room that
    touched rows of tables are copied to while they move.

    gradients: the parts for the tensors' gradients, by name.
    """

    def __init__(
        self, names: Sequence[str], params: Parameters, state: dict[str, list[Any]], *, like: str, room: int
    ) -> None:
        """Take in tensors: among the parameters and in the state, parts of the vectors replace them.

        Args:
            like: the name of a parameter; all have its type and its number of arrays of state.
            room: how many numbers of touched rows there is room for.
        """
        self.gradients: Parameters = {}
        self._tensors: Parameters = {}
        self._size, self.room = sum(params[name].size for name in names), room
        slots = 2 + len(state[like])
        self._theta, self._g, *self._state = np.empty((slots, self._size + room), params[like].dtype)
        self._end = self._size
        self._guests: list[tuple[Floats, Ints, Floats]] = []  # a table or an array of its state, ids, their rows
        start = 0
        for name in names:
            theta = params[name]
            self.gradients[name] = _part(self._g, start, theta)
            params[name] = self._tensors[name] = _copied(theta, self._theta, start)
            state[name] = [_copied(slot, vector, start) for slot, vector in zip(state[name], self._state, strict=True)]
            start += theta.size

    def holds(self, names: Sequence[str], params: Parameters) -> bool:
        """Whether these are its tensors, and still the parameters of their names."""
        return len(names) == len(self._tensors) and all(params[name] is self._tensors.get(name) for name in names)

    def gather(self, params: Parameters, state: dict[str, list[Any]], grads: Gradients) -> Parameters:
        """Lay gradients side by side, and the rows that they touch behind the tensors.

        Returns: what will move of each parameter: the whole of it, or a copy of the rows.
        """
        moving, self._end, self._guests = dict(self._tensors), self._size, []
        for name, g in grads.items():
            if isinstance(g, Rows):
                moving[name] = _part(self._theta, self._end, g.values)
                _part(self._g, self._end, g.values)[...] = g.values
                for array, vector in zip((params[name], *state[name]), (self._theta, *self._state), strict=True):
                    rows = _part(vector, self._end, g.values)
                    array.take(g.ids, axis=0, out=rows, mode="clip")  # the other modes copy `out` first
                    self._guests.append((array, g.ids, rows))
                self._end += g.values.size
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
        for array, ids, rows in self._guests:
            array[ids] = rows


def _copied(array: Floats, vector: Floats, start: int) -> Floats:
    """The part of a vector that is to be an array, with the array's numbers."""
    part = _part(vector, start, array)
    part[...] = array
    return part


def _part(vector: Floats, start: int, like: Floats) -> Floats:
    """As many numbers of a vector as an array has, in its shape."""
    return vector[start : start + like.size].reshape(like.shape)
