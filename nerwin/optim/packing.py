"""Small tensors side by side in one vector, with their state: a rule costs them more in calls than in numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from nerwin.arrays import Floats, Gradients, Parameters


class Pack:
    """Some tensors of a network as the parts of one vector, and the arrays of their state as parts of others.

    theta, g: the vectors of the tensors and of their gradients. tensors: the parts of theta, by name.
    state: a vector for each array of state that a tensor has.
    """

    def __init__(self, names: Sequence[str], params: Parameters, state: dict[str, list[Any]]) -> None:
        """Pack the parameters of these names; they and their state are replaced by the parts."""
        self.theta, self.tensors = _join({name: params[name] for name in names})
        self.g = np.empty_like(self.theta)
        self.state: list[Floats] = []
        params.update(self.tensors)
        for k in range(len(state[names[0]])):
            vector, parts = _join({name: state[name][k] for name in names})
            self.state.append(vector)
            for name, part in parts.items():
                state[name][k] = part

    def holds(self, names: Sequence[str], params: Parameters) -> bool:
        """Whether these are its tensors, and still the parameters of their names."""
        return len(names) == len(self.tensors) and all(params[name] is self.tensors.get(name) for name in names)

    def take(self, grads: Gradients) -> None:
        """Lay the gradients of its tensors side by side."""
        np.concatenate([np.ravel(grads[name]) for name in self.tensors], out=self.g)


def _join(tensors: Parameters) -> tuple[Floats, Parameters]:
    """A vector of the numbers of all tensors, and its parts in the tensors' shapes."""
    vector, parts, start = np.concatenate([tensor.ravel() for tensor in tensors.values()]), {}, 0
    for name, tensor in tensors.items():
        parts[name] = vector[start : start + tensor.size].reshape(tensor.shape)
        start += tensor.size
    return vector, parts
