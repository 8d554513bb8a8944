"""Word vectors from untagged text: the `center` corruption, trained by AdaGrad (Collobert & Weston 2008).

A minibatch is some stretches of neighbouring words, from anywhere in the text. Centres that are frequent words are left
out at random (Mikolov et al. 2013, section 2.3), since the thousandth "the" teaches little.
"""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from nerwin.arrays import Bools, Floats, Ints, Parameters, Random, Rows
from nerwin.errors import ConfigError, TrainingDiverged
from nerwin.network.lookup import sum_rows
from nerwin.network.neighbours import nearest_rows
from nerwin.optim.optimizer import Optimizer
from nerwin.optim.rules import OptimizerSettings, Rule, adagrad
from nerwin.optim.schedules import ScheduleSettings, linear
from nerwin.pretraining.center import CenterLoss, Noise, center_loss, init_center
from nerwin.pretraining.settings import PretrainSettings
from nerwin.pretraining.stretches import backprop_stretches, windows_of_stretches
from nerwin.pretraining.text import Text, known
from nerwin.text.features import WORDS
from nerwin.text.vocabulary import KNOWN, PADDING, UNKNOWN


class PretrainBatched(NamedTuple):
    """A minibatch is done. done, total: words of all epochs. loss: of the epoch so far; rate: its words a second."""

    epoch: int
    done: int
    total: int
    loss: float
    rate: float


class PretrainEpochDone(NamedTuple):
    """loss: the mean J over windows. active: the share of pairs inside the margin. seconds: the steps' alone."""

    epoch: int
    loss: float
    active: float
    words: int
    windows: int
    seconds: float


@dataclass
class PretrainTally:
    """Sums over the part of an epoch that is done."""

    loss: float = 0.0
    windows: int = 0
    pairs: int = 0
    active: int = 0
    words: int = 0
    seconds: float = 0.0

    @property
    def mean_loss(self) -> float:
        return self.loss / max(self.windows, 1)

    def add(self, loss: CenterLoss, windows: int) -> None:
        self.loss += loss.value * windows
        self.windows += windows
        self.pairs += loss.pairs
        self.active += loss.active


@dataclass
class PretrainState:
    """All that training changes. epoch: epochs done; batch: minibatches done of the one that is running."""

    params: Parameters
    table: Optimizer
    network: Optimizer
    draws: Random
    epoch: int = 0
    batch: int = 0
    tally: PretrainTally = field(default_factory=PretrainTally)


class Minibatch(NamedTuple):
    """Stretches of running text and what their centres are held against.

    ids: (G, T) word ids, T = S + 2⌊C/2⌋. chosen: (G, S) which of them are centres. rivals: (N,) ids of the words that
    replace each of these in turn.
    """

    ids: Ints
    chosen: Bools
    rivals: Ints


def loss_and_gradients(params: Parameters, batch: Minibatch, window: int, margin: float) -> tuple[CenterLoss, Rows]:
    """The loss of a minibatch with the gradients of the scorer, and ∂J/∂L of the words' table but for its padding."""
    ids, chosen, rivals = batch
    half, L = window // 2, params[WORDS]
    same = ids[:, half : half + chosen.shape[1]][chosen][:, None] == rivals  # (B, N)
    x = windows_of_stretches(L[ids], chosen, window)  # (B, C·d)
    loss = center_loss(params, x, L[rivals], same, margin)
    dE = backprop_stretches(loss.dx, chosen, window)  # (G·T, d)
    dL = sum_rows(np.concatenate([ids.ravel(), rivals]), np.concatenate([dE, loss.de]))
    first = int(np.searchsorted(dL.ids, PADDING + 1))  # the padding does not learn
    return loss, Rows(dL.ids[first:], dL.values[first:])


def row_adagrad(epsilon: float = 1e-8) -> Rule:
    """AdaGrad (Duchi et al. 2011) with one sum a row: h = h + mean(g²),  θ = θ − α g / (√h + ε).

    A rare word's few gradients say too little of each number's own scale; a row keeps the gradient's direction.
    """

    def update(theta: Floats, g: Floats, rate: float, t: int, h: Floats) -> None:
        h += (g * g).mean(axis=1, keepdims=True)
        theta -= rate / (np.sqrt(h) + epsilon) * g

    return Rule(update, (lambda theta: np.zeros((len(theta), 1), theta.dtype),), elementwise=False)


def init_state(settings: PretrainSettings, words: int) -> PretrainState:
    """A fresh state for a vocabulary of so many words, the reserved ones among them; the padding's vector stays 0."""
    init, draws = np.random.default_rng(settings.seed).spawn(2)
    table = (init.standard_normal((words, settings.dim)) * settings.start).astype(np.float32)
    table[PADDING] = 0
    network = init_center(init, settings.window * settings.dim, settings.hidden)
    descent = Optimizer(adagrad(OptimizerSettings()), network)  # which puts arrays of its own into `network`
    return PretrainState({WORDS: table, **network}, Optimizer(row_adagrad(), {WORDS: table}), descent, draws)


def keep_shares(counts: Ints, t: float) -> Floats:
    """(V,) the share min(1, √(t/f)) of a word's places that are centres, f its frequency; none of the reserved."""
    frequency = np.maximum(counts, 1) / max(int(counts.sum()), 1)
    shares = np.minimum(1, np.sqrt(t / frequency))
    shares[:KNOWN] = 0
    return shares.astype(np.float32)


class Pretraining:
    """Training in progress on a text; `run` goes on from wherever its state stands."""

    def __init__(self, text: Text, settings: PretrainSettings, state: PretrainState | None = None) -> None:
        self.text, self.settings = text, settings
        self.state = state or init_state(settings, len(text.words))
        self.rows = {word: row for row, word in enumerate(text.words) if row > UNKNOWN}
        self.noise, self.keep = Noise(text.counts, settings.power), keep_shares(text.counts, settings.subsample)
        half, S = settings.window // 2, settings.stretch
        self.stretches = math.ceil(len(text.tokens) / S)
        rest = self.stretches * S - len(text.tokens)
        self.tokens = np.pad(text.tokens, (half, half + rest), constant_values=PADDING)
        self.batches = math.ceil(self.stretches / settings.stretches)
        self.rate = linear(ScheduleSettings(settings.learning_rate, settings.epochs * self.batches))

    def run(self) -> Iterator[PretrainBatched | PretrainEpochDone]:
        """Train to the last epoch; between two records the state is whole.

        Raises:
            TrainingDiverged: the loss is no longer finite.
        """
        while self.state.epoch < self.settings.epochs:
            yield from self._epoch()

    def _epoch(self) -> Iterator[PretrainBatched | PretrainEpochDone]:
        state, number, total = self.state, self.state.epoch + 1, self.settings.epochs * self.text.length
        # The seed and the epoch's number alone decide its order: a checkpoint need not hold it.
        order = np.random.default_rng([self.settings.seed, number]).permutation(self.stretches)
        for batch in range(state.batch, self.batches):
            started = time.perf_counter()
            self._step(order[batch * self.settings.stretches : (batch + 1) * self.settings.stretches])
            state.batch += 1
            tally = state.tally
            tally.seconds += time.perf_counter() - started
            done = state.epoch * self.text.length + tally.words
            yield PretrainBatched(number, done, total, tally.mean_loss, tally.words / tally.seconds)
        self.check_finite()
        tally = state.tally
        state.epoch, state.batch, state.tally = number, 0, PretrainTally()
        active = tally.active / max(tally.pairs, 1)
        yield PretrainEpochDone(number, tally.mean_loss, active, tally.words, tally.windows, tally.seconds)

    def _step(self, stretches: Ints) -> None:
        """One minibatch: windows, replacements, loss, gradients, and the move against them."""
        state, settings = self.state, self.settings
        half, S = settings.window // 2, settings.stretch
        places = (stretches * S)[:, None] + np.arange(S + 2 * half)
        ids = self.tokens[places].astype(np.int32)  # (G, T), T = S + 2⌊C/2⌋
        centres = ids[:, half : half + S]
        state.tally.words += int(np.count_nonzero(centres))
        chosen = state.draws.random(centres.shape, np.float32) < self.keep[centres]
        rivals = self.noise.draw(state.draws, settings.negatives).astype(np.int32)  # (N,)
        if not chosen.any():
            return
        with np.errstate(over="ignore", invalid="ignore"):  # a loss that is not finite is caught by name below
            batch = Minibatch(ids, chosen, rivals)
            loss, dL = loss_and_gradients(state.params, batch, settings.window, settings.margin)
            if not math.isfinite(loss.value):
                raise self._diverged(f"expected a finite loss, found {loss.value}", state.batch + 1)
            rate = self.rate(state.epoch * self.batches + state.batch)
            state.network.step(loss.grads, rate)
            state.table.step({WORDS: dL}, rate)
        state.tally.add(loss, int(np.count_nonzero(chosen)))

    def check_finite(self) -> None:
        """The last step's move is not seen in any loss yet.

        Raises:
            TrainingDiverged: a parameter is not finite, or what an optimizer remembers of its gradients.
        """
        state = self.state
        moved = (*state.params.values(), *state.network.arrays().values(), *state.table.arrays().values())
        if not all(np.isfinite(numbers).all() for numbers in moved):
            raise self._diverged("expected finite parameters and gradients, found ones that are not", state.batch)

    def _diverged(self, problem: str, step: int) -> TrainingDiverged:
        return TrainingDiverged(
            f"epoch {self.state.epoch + 1}, step {step}: {problem}. "
            f"Lower --learning-rate (now {self.settings.learning_rate:g}) and add --overwrite."
        )

    def row(self, word: str) -> int:
        """The row of a word in the table.

        Raises:
            ConfigError: it has none.
        """
        row = known(word, self.rows)
        if row is None:
            raise ConfigError(
                f'--probe {word}: expected one of the {len(self.rows):,} words that get a vector, found "{word}". '
                "Choose another word, or a larger --vocabulary."
            )
        return row

    def neighbours(self, word: str, n: int = 8) -> list[str]:
        """The n words whose vectors make the smallest angles with that of `word`, the nearest first."""
        nearest, _ = nearest_rows(self.state.params[WORDS], self.row(word), KNOWN, n)
        return [self.text.words[one] for one in nearest]
