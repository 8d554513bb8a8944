"""The optimizer: it applies an update rule to all parameters of a model, and keeps the rule's state.

To small arrays an elementwise rule is applied together (see `packing`).
"""

from collections.abc import Collection
from typing import Any, NamedTuple, cast

import numpy as np

from nerwin.arrays import Floats, Gradients, Parameters, Rows
from nerwin.optim.eightbit import Quantised
from nerwin.optim.packing import Pack, Part
from nerwin.optim.rules import Rule


class Treatment(NamedTuple):
    """How a parameter is treated: its learning rate, relative to the step's, and whether weight decay applies to it."""

    rate: float = 1.0
    decayed: bool = True


Alike = tuple[float, float]  # relative rate and weight decay: all in which elementwise updates of parameters differ


class Optimizer:
    """Applies a rule to parameters, and keeps the rule's state.

    state["W1"][0] is the first array of W1's state. Parameters without a gradient do not move. For a rule that is
    elementwise, the tensors are laid out in one vector (see `packing`).

    params: what it moves, in place. The arrays that stand in this dict must not be replaced by others.
    tables: the names of those that are lookup tables. All others are tensors, whose gradients are never `Rows`.
    treatments: how each parameter is treated, by name. They are not part of the state that is saved.
    """

    def __init__(self, rule: Rule, params: Parameters, tables: Collection[str] = ()) -> None:
        """Tensors in `params` are replaced by parts of one vector, at first and when more room is needed."""
        self.rule, self.params = rule, params
        self.treatments = dict.fromkeys(params, Treatment())
        self.steps = 0
        self.state = {name: [make(theta) for make in rule.state] for name, theta in params.items()}
        self._pack = Pack(params, self.state, tables) if rule.elementwise else None

    @property
    def gradients(self) -> Parameters:
        """Arrays that a backward pass may write the gradients of tensors to, by name. A step overwrites them."""
        return self._pack.gradients if self._pack else {}

    def arrays(self) -> dict[str, Any]:
        """The state as named arrays, for a checkpoint; `restore` takes them back."""
        named = {}
        for name, row in self.state.items():
            for k, slot in enumerate(row):
                parts = {"codes": slot.codes, "scales": slot.scales} if isinstance(slot, Quantised) else {"": slot}
                named.update({f"{name}/{k}/{part}": array for part, array in parts.items()})
        return named

    def restore(self, arrays: dict[str, Any]) -> None:
        """Take the state from `arrays()` of an equal optimizer.

        Raises:
            KeyError, ValueError: an array is missing, has another shape or type, or a number that is not finite.
        """
        for name, array in self.arrays().items():
            saved = arrays[name]
            if (saved.dtype, saved.shape) != (array.dtype, array.shape):
                raise ValueError(
                    f"{name}: expected {array.dtype} of shape {array.shape}, found {saved.dtype} of shape {saved.shape}"
                )
            if not np.isfinite(saved).all():
                raise ValueError(f"{name}: expected finite numbers, found others")
            array[...] = saved

    def step(self, grads: Gradients, rate: float) -> None:
        """Move the parameters against their gradients, of which only those in `self.gradients` are overwritten."""
        self.steps += 1
        if self._pack:
            self._step_together(self._pack, grads, rate)
        else:
            for name, g in grads.items():
                self._step_alone(name, g, rate * self.treatments[name].rate)

    def _step_together(self, pack: Pack, grads: Gradients, rate: float) -> None:
        """Move parameters by an elementwise rule, neighbours in the pack that are treated alike in one go."""
        for (relative, decay), start, end in self._stretches(pack.gather(grads)):
            alpha = rate * relative
            for theta, g, *state in pack.tiles(start, end):
                if decay:
                    theta *= 1 - alpha * decay
                self.rule.update(theta, g, alpha, self.steps, *state)
        pack.scatter()

    def _stretches(self, parts: list[Part]) -> list[tuple[Alike, int, int]]:
        """Where parts that are treated alike lie side by side: how they are treated, from where, to where."""
        stretches: list[tuple[Alike, int, int]] = []
        for name, start, end in parts:
            relative, decayed = self.treatments[name]
            alike = relative, self.rule.weight_decay if decayed else 0.0
            if stretches and stretches[-1][0] == alike and stretches[-1][2] == start:
                start = stretches.pop()[1]
            stretches.append((alike, start, end))
        return stretches

    def _step_alone(self, name: str, g: Floats | Rows, rate: float) -> None:
        """Move a tensor, or a table's touched rows, by a rule that is not elementwise."""
        theta, at = self.params[name], cast(Any, ...)
        part, values = theta, g
        if isinstance(g, Rows):
            at, part, values = g.ids, theta.take(g.ids, axis=0), g.values
        state = [slot[at] for slot in self.state[name]]
        self.rule.update(part, values, rate, self.steps, *state)
        if part is not theta:
            theta[at] = part
        for slot, changed in zip(self.state[name], state, strict=True):
            slot[at] = changed
