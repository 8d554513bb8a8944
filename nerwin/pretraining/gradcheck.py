"""The gradient check of the `center` corruption, as `nerwin pretrain` trains it (lecture 2.1; Collobert & Weston 2008).

Training scores all replacements by one matrix product. Here every centre is replaced in its window, one at a time, and
the loss and the elemental gradients are those of whole windows, so that this algebra is checked too.
"""

import itertools
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from nerwin.arrays import Gradients, Ints, Parameters, Random
from nerwin.errors import ConfigError
from nerwin.network.gradcheck import DRAWS, ENTRIES, EPSILON, Check, check_case
from nerwin.pretraining.center import init_center
from nerwin.pretraining.trainer import Minibatch, loss_and_gradients
from nerwin.text.features import WORDS
from nerwin.text.vocabulary import KNOWN, PADDING, UNKNOWN

WINDOWS, MARGINS, SEEDS = (3, 5), (0.5, 1.0, 2.0), (1, 2, 3)
d, m, V = 3, 4, 10  # numbers a word, detectors, words
G, S, N = 3, 4, 5  # stretches, words of each that may be centres, words that replace them


def check_center() -> Iterator[Check]:
    """Check small networks for windows of several sizes, margins and draws.

    Raises:
        ConfigError: no minibatch can be checked.
    """
    for window, margin, seed in itertools.product(WINDOWS, MARGINS, SEEDS):
        case = draw_center_case(window, margin, np.random.default_rng(seed))
        yield from check_case(case, f"center square window {window} margin {margin:g} seed {seed}", ENTRIES)


class CenterCase(NamedTuple):
    """A `Checkable` minibatch of text."""

    params: Parameters
    batch: Minibatch
    window: int
    margin: float
    rng: Random

    def epsilon(self, name: str) -> float:
        return EPSILON

    def loss(self) -> float:
        """J: the mean over windows of the mean violation of the replacements inside the margin."""
        inside = [[violation for _, violation in pairs if violation > 0] for _, pairs in self.pairs()]
        return sum(sum(violations) / max(len(violations), 1) for violations in inside) / len(inside)

    def magnitude(self) -> float:
        return self.loss()

    def gradients(self) -> Gradients:
        loss, dL = loss_and_gradients(self.params, self.batch, self.window, self.margin)
        return {**loss.grads, WORDS: dL}

    def elemental(self) -> Parameters:
        """Each pair inside the margin blames its corrupted window for 1/(B n_i), and its true one for as much less."""
        grads: Parameters = {name: np.zeros(theta.shape) for name, theta in self.params.items()}
        judged = list(self.pairs())
        for true, pairs in judged:
            inside = [corrupted for corrupted, violation in pairs if violation > 0]
            for corrupted in inside:
                share = 1 / (len(judged) * len(inside))
                self._blame(corrupted, share, grads)
                self._blame(true, -share, grads)
        return grads

    def pairs(self) -> Iterator[tuple[Ints, list[tuple[Ints, float]]]]:
        """The word ids (C,) of each window, and those of the same one with another centre, with Δ + s_c − s."""
        half = self.window // 2
        for stretch, place in np.argwhere(self.batch.chosen):
            true = self.batch.ids[stretch, place : place + self.window]
            pairs = []
            for rival in self.batch.rivals[self.batch.rivals != true[half]]:
                corrupted = np.concatenate([true[:half], [rival], true[half + 1 :]])
                pairs.append((corrupted, self.margin + self._score(corrupted) - self._score(true)))
            yield true, pairs

    def _score(self, words: Ints) -> float:
        """s = Uᵀ(z∘z)."""
        z = self.params["W1"] @ self.params[WORDS][words].ravel() + self.params["b1"]
        return float(self.params["U"] @ (z * z))

    def _blame(self, words: Ints, ds: float, grads: Parameters) -> None:
        """Add one window's share of the gradients, a neuron i and an input j at a time: s = Σ_i U_i z_i²."""
        W, b, U = (self.params[name].tolist() for name in ("W1", "b1", "U"))
        vectors = self.params[WORDS][words]  # (C, d)
        x, d = vectors.ravel().tolist(), vectors.shape[1]
        for i, U_i in enumerate(U):
            z = sum(W[i][j] * x_j for j, x_j in enumerate(x)) + b[i]
            delta = ds * 2 * U_i * z
            grads["U"][i] += ds * z * z
            grads["b1"][i] += delta
            for j, x_j in enumerate(x):
                grads["W1"][i, j] += delta * x_j
                grads[WORDS][words[j // d], j % d] += delta * W[i][j]


def draw_center_case(window: int, margin: float, rng: Random) -> CenterCase:
    """Draw networks and minibatches until one has pairs on both sides of the margin and none within 10 ε of it.

    So few words stand in the text that some stand several times in a window, and some replacements are the centre.

    Raises:
        ConfigError: none was found.
    """
    half = window // 2
    for _ in range(DRAWS):
        params = init_center(rng, window * d, m, np.float64)
        params["b1"] += rng.normal(size=m) / 2
        params["U"] += rng.normal(size=m) / 2
        params[WORDS] = rng.normal(size=(V, d))
        ids = rng.integers(PADDING, V, (G, S + 2 * half))
        chosen = (ids[:, half : half + S] > UNKNOWN) & (rng.random((G, S)) < 0.8)
        rivals = rng.integers(KNOWN, V, N)
        case = CenterCase(params, Minibatch(ids, chosen, rivals), window, margin, rng)
        violations = np.array([violation for _, pairs in case.pairs() for _, violation in pairs])
        if (violations > 0).any() and (violations < 0).any() and np.abs(violations).min() > 10 * EPSILON:
            return case
    raise ConfigError(
        f"gradcheck: expected a minibatch with pairs on both sides of the margin {margin:g} and none near it, found "
        f"none in {DRAWS} draws."
    )
