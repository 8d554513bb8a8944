"""Optimizers: how a gradient moves the parameters (lecture 2.7 to 2.9).

A rule is written once, for an array θ and its gradient g; the `Optimizer` applies it to whole tensors, and for lookup
tables to the touched rows only, with those rows of its state. The state of untouched rows stays as it is.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from nerwin.arrays import Floats, Gradients, Parameters, Rows


class Rule(NamedTuple):
    """An update rule with `slots` arrays of state a parameter, all of θ's shape and zero at first.

    update(θ, g, rate, step, *state) changes θ and its state in place; steps count from 1.
    """

    slots: int
    update: Callable[..., None]


class Optimizer:
    """Applies a rule to parameters, and keeps the rule's state.

    state["W1"][0] is the first slot of W1. Parameters without a gradient do not move.
    """

    def __init__(self, rule: Rule, params: Parameters) -> None:
        self.rule = rule
        self.steps = 0
        self.state = {name: [np.zeros_like(theta) for _ in range(rule.slots)] for name, theta in params.items()}

    def step(self, params: Parameters, grads: Gradients, rate: float) -> None:
        """Move the parameters in place, against their gradients."""
        self.steps += 1
        for name, g in grads.items():
            if isinstance(g, Rows):
                self._step_rows(params[name], g, rate, self.state[name])
            else:
                self.rule.update(params[name], g, rate, self.steps, *self.state[name])

    def _step_rows(self, table: Floats, g: Rows, rate: float, state: list[Floats]) -> None:
        theta = table[g.ids]
        rows = [slot[g.ids] for slot in state]
        self.rule.update(theta, g.values, rate, self.steps, *rows)
        table[g.ids] = theta
        for slot, changed in zip(state, rows, strict=True):
            slot[g.ids] = changed


def sgd(momentum: float = 0.0) -> Rule:
    """Stochastic gradient descent, with momentum where μ > 0 (lecture 2.8).

    v = μ v − α ∇J,  θ = θ + v

    An untouched row keeps its velocity but does not coast.
    """

    def plain(theta: Floats, g: Floats, rate: float, step: int) -> None:
        theta -= theta.dtype.type(rate) * g

    def with_momentum(theta: Floats, g: Floats, rate: float, step: int, v: Floats) -> None:
        v *= v.dtype.type(momentum)
        v -= v.dtype.type(rate) * g
        theta += v

    return Rule(1, with_momentum) if momentum else Rule(0, plain)


OPTIMIZERS = {"sgd": sgd}
