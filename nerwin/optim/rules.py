"""The update rules: how a gradient moves parameters (lecture 2.7 to 2.9).

A rule is written once, for an array θ and its gradient g. `optimizer` applies it to whole tensors, and in lookup tables
to the touched rows only: whatever the rule, an untouched row's state stays as it is. α is the rate of the step and t
its number, counted from 1.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from nerwin.arrays import Floats
from nerwin.optim.eightbit import SIGNED, UNSIGNED, Quantised


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
