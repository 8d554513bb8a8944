"""Optimizers: how a gradient moves the parameters (lecture 2.7 to 2.9).

A rule is written once, for an array θ and its gradient g. The `Optimizer` applies it to whole tensors. In a lookup
table it applies it to the touched rows only: whatever the rule, an untouched row's state stays as it is. In the rules α
is the rate of the step and t its number, counted from 1.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from nerwin.arrays import Floats, Gradients, Parameters, Rows
from nerwin.optim.eightbit import SIGNED, UNSIGNED, Quantised
from nerwin.optim.packing import Pack


class OptimizerSettings(NamedTuple):
    """The constants of all rules, under their names in the configuration."""

    momentum: float = 0.9
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.0


class Rule(NamedTuple):
    """An update rule.

    update: (θ, g, α, t, *state) changes θ and its state in place; an elementwise rule may overwrite g.
    state: functions of θ that make the arrays of its state, all zero at first.
    weight_decay: λ; before the update, an elementwise rule multiplies θ by 1 − αλ.
    elementwise: whether each number of θ depends on its own gradient and state alone, so that numbers of several
        parameters can be updated as one vector.
    rests: whether a gradient of zero leaves θ and its state as they are.
    """

    update: Callable[..., None]
    state: tuple[Callable[[Floats], Any], ...] = ()
    weight_decay: float = 0.0
    elementwise: bool = True
    rests: bool = False


class Treatment(NamedTuple):
    """How a parameter is treated: its learning rate, relative to the step's, and whether weight decay applies to it."""

    rate: float = 1.0
    decayed: bool = True


Alike = tuple[float, float]  # relative rate and weight decay: all in which elementwise updates of parameters differ


class Optimizer:
    """Applies a rule to parameters, and keeps the rule's state.

    state["W1"][0] is the first array of W1's state. Parameters without a gradient do not move. Tensors that are
    treated alike are packed at their first step (see `packing`).

    treatments: how each parameter is treated, by name. They are not part of the state that is saved.
    gradients: arrays that a backward pass may write the gradients of tensors to, by name; empty before the first step.
        A step overwrites them.
    """

    def __init__(self, rule: Rule, params: Parameters) -> None:
        self.rule = rule
        self.treatments = dict.fromkeys(params, Treatment())
        self.steps = 0
        self.state = {name: [make(theta) for make in rule.state] for name, theta in params.items()}
        self.gradients: Parameters = {}
        self._packs: dict[Alike, Pack] = {}

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

    def step(self, params: Parameters, grads: Gradients, rate: float) -> None:
        """Move the parameters against their gradients.

        Packing replaces tensors in `params` by parts of one vector. Of `grads`, only the arrays that are those of
        `self.gradients` are overwritten.
        """
        self.steps += 1
        if self.rule.elementwise:
            for alike, group in self._groups(grads).items():
                self._step_together(alike, params, group, rate)
        else:
            for name, g in grads.items():
                self._step_alone(name, params[name], g, rate * self.treatments[name].rate)

    def _groups(self, grads: Gradients) -> dict[Alike, Gradients]:
        """Gradients by how an elementwise rule treats their parameters."""
        groups: dict[Alike, Gradients] = {}
        for name, g in grads.items():
            relative, decayed = self.treatments[name]
            alike = relative, self.rule.weight_decay if decayed else 0.0
            groups.setdefault(alike, {})[name] = g
        return groups

    def _step_together(self, alike: Alike, params: Parameters, grads: Gradients, rate: float) -> None:
        """Move parameters that are treated alike by an elementwise rule, at their relative rate times the step's."""
        pack = self._packs.get(alike)
        if pack is None or not pack.fits(grads, params):
            pack = self._packs[alike] = Pack(grads, params, self.state)
            self.gradients = {name: g for one in self._packs.values() for name, g in one.gradients.items()}
        pack.gather(grads)
        relative, decay = alike
        rate *= relative
        for theta, g, *state in pack.tiles():
            if decay:
                theta *= 1 - rate * decay
            self.rule.update(theta, g, rate, self.steps, *state)
        pack.scatter()

    def _step_alone(self, name: str, theta: Floats, g: Floats | Rows, rate: float) -> None:
        """Move a tensor, or its touched rows, by a rule that is not elementwise."""
        at: Any = ...
        part, values = theta, g
        if isinstance(g, Rows):
            at, part, values = g.ids, theta.take(g.ids, axis=0), g.values
        state = [slot[at] for slot in self.state[name]]
        self.rule.update(part, values, rate, self.steps, *state)
        if part is not theta:
            theta[at] = part
        for slot, changed in zip(self.state[name], state, strict=True):
            slot[at] = changed


def sgd(settings: OptimizerSettings) -> Rule:
    """θ = θ − α g."""

    def update(theta: Floats, g: Floats, rate: float, t: int) -> None:
        theta -= rate * g

    return Rule(update, rests=True)


def momentum(settings: OptimizerSettings) -> Rule:
    """v = μ v − α g,  θ = θ + v (lecture 2.8; Polyak 1964).

    An untouched row keeps its velocity but does not coast.
    """
    mu = settings.momentum

    def update(theta: Floats, g: Floats, rate: float, t: int, v: Floats) -> None:
        v *= mu
        v -= rate * g
        theta += v

    return Rule(update, (np.zeros_like,))


def nesterov(settings: OptimizerSettings) -> Rule:
    """v = μ v − α g,  θ = θ + μ v − α g: the gradient is taken where momentum leads (Sutskever et al. 2013, eq. 3-4).

    θ here is what they call θ + μ v, the point ahead, so that g is the gradient at θ. An untouched row keeps its
    velocity.
    """
    mu = settings.momentum

    def update(theta: Floats, g: Floats, rate: float, t: int, v: Floats) -> None:
        step = rate * g
        v *= mu
        v -= step
        theta += mu * v - step

    return Rule(update, (np.zeros_like,))


def adagrad(settings: OptimizerSettings) -> Rule:
    """h = h + g²,  θ = θ − α g / (√h + ε) (Duchi et al. 2011): large steps for rare words, small for frequent ones.

    ε, which the lecture leaves out (2.9), keeps the divisor from 0. An untouched row's sum does not grow, as
    its gradient is zero.
    """

    def update(theta: Floats, g: Floats, rate: float, t: int, h: Floats) -> None:
        h += g * g
        root = np.sqrt(h)
        root += settings.epsilon
        step = rate * g
        step /= root
        theta -= step

    return Rule(update, (np.zeros_like,), rests=True)


def rmsprop(settings: OptimizerSettings) -> Rule:
    """h = β₂ h + (1 − β₂) g²,  θ = θ − α g / (√h + ε) (Tieleman & Hinton 2012): AdaGrad that forgets.

    β₂ is the lecture's decay_rate (2.9). The first step is α/√(1 − β₂). An untouched row's average does not decay.
    """

    def update(theta: Floats, g: Floats, rate: float, t: int, h: Floats) -> None:
        h *= settings.beta2
        h += (1 - settings.beta2) * g * g
        theta -= rate * g / (np.sqrt(h) + settings.epsilon)

    return Rule(update, (np.zeros_like,))


def adam(settings: OptimizerSettings) -> Rule:
    """m = β₁ m + (1 − β₁) g,  v = β₂ v + (1 − β₂) g²,  θ = θ − α m̂ / (√v̂ + ε) (Kingma & Ba 2015, algorithm 1).

    m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ) correct the bias towards 0, where both moments start. The lecture has m and
    v in their place (2.9), so its steps are (1 − β₁ᵗ)/√(1 − β₂ᵗ) times as long: 3.2 times at first, and in the end as
    ours. An untouched row does not move, and its moments do not decay. t counts all steps, not those that touch a row.
    """
    beta1, beta2 = settings.beta1, settings.beta2

    def update(theta: Floats, g: Floats, rate: float, t: int, m: Floats, v: Floats) -> None:
        # Memory traffic takes most of the time, so all is done in place, and g serves as scratch after the moments.
        g *= 1 - beta1
        m *= beta1
        m += g
        g *= (1 - beta2) ** 0.5 / (1 - beta1)
        g *= g  # (1 − β₂) g²
        v *= beta2
        v += g
        root = np.sqrt(v, out=g)
        # With √v̂ = √v / c, α m̂ / (√v̂ + ε) is (α c / (1 − β₁ᵗ)) m / (√v + ε c), which takes one pass less.
        c = (1 - beta2**t) ** 0.5
        root += settings.epsilon * c
        step = np.divide(m, root, out=g)
        step *= rate * c / (1 - beta1**t)
        theta -= step

    return Rule(update, (np.zeros_like, np.zeros_like))


def adamw(settings: OptimizerSettings) -> Rule:
    """Adam, with θ = θ − α λ θ before it (Loshchilov & Hutter 2019, algorithm 2, whose λ is α λ here, as in PyTorch).

    The decay is decoupled: it does not pass through the moments, so it shrinks all weights at the same rate, while an
    L2 penalty in J is divided by √v̂ as any gradient is. Without λ it is Adam. An untouched row does not decay.
    """
    return adam(settings)._replace(weight_decay=settings.weight_decay)


def adam8bit(settings: OptimizerSettings) -> Rule:
    """Adam with both moments kept in 8 bits (Dettmers et al. 2022), decoded and encoded again around every step.

    Unlike there, the second moment is kept as its square root. v spans twice as many powers of ten as √v. So a small v
    would often be rounded to 0 where m is not, and then the step would be as large as m/ε.
    """
    full = adam(settings).update

    def update(theta: Floats, g: Floats, rate: float, t: int, m: Floats, root: Floats) -> None:
        v = root * root
        full(theta, g.copy(), rate, t, m, v)
        np.sqrt(v, out=root)

    state = (lambda theta: Quantised(theta, SIGNED), lambda theta: Quantised(theta, UNSIGNED))
    return Rule(update, state, elementwise=False)  # the numbers of a block share its scale


class Family(NamedTuple):
    """A rule, and the learning rate that suits it where none is set."""

    rule: Callable[[OptimizerSettings], Rule]
    rate: float


OPTIMIZERS: dict[str, Family] = {
    "sgd": Family(sgd, 0.5),
    "momentum": Family(momentum, 0.1),
    "nesterov": Family(nesterov, 0.1),
    "adagrad": Family(adagrad, 0.1),
    "rmsprop": Family(rmsprop, 0.001),
    "adam": Family(adam, 0.001),
    "adamw": Family(adamw, 0.001),
    "adam8bit": Family(adam8bit, 0.001),
}
