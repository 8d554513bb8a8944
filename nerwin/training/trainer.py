"""The training loop: minibatches, steps, the score on dev after every epoch, and when to stop.

It is a generator of records and does nothing with them: the command displays them, the run saves them, a test lists
them. Of epochs with the same dev F1 the earliest counts as the best; but if that F1 is 0, the latest, which was trained
longest.

Dev F1 jumps from epoch to epoch, and its peak is in part luck. If the learning rate falls to 0, the last epoch is no
worse on other text than that of the peak, and usually better; training.keep chooses between them.
"""

import itertools
import math
import time
from collections.abc import Generator, Iterator
from typing import Any

import numpy as np

from nerwin.arrays import Ints
from nerwin.config.settings import Config
from nerwin.corruption.interface import Loss
from nerwin.counts import counted
from nerwin.errors import ModelError, TrainingDiverged
from nerwin.evaluation.scores import evaluate_tags
from nerwin.model.model import Model, Standing
from nerwin.network.placed import Placed
from nerwin.optim.clipping import clip_by_norm
from nerwin.parts.parts import Parts
from nerwin.text.features import form_table
from nerwin.training.descent import learning_rate, make_optimizer, make_schedule, treatments
from nerwin.training.fresh import init_model
from nerwin.training.objective import loss_and_gradients
from nerwin.training.refit import kept_rule
from nerwin.training.state import BATCH_PURPOSES, Batched, EpochDone, State, Tally, generators
from nerwin.training.word_dropout import WordDropout


class Trainer:
    """A model, the parts it learns from, and the state of its training."""

    def __init__(self, model: Model, parts: Parts, state: State) -> None:
        self.model, self.parts, self.state = model, parts, state
        config = self.config = model.config
        self.corruption = model.corruption
        forms = form_table(model.lookups, parts.vocabulary.forms)
        self.forms = forms.with_twins()
        self.word_dropout = WordDropout(config.words, forms, parts.train.flat.words)
        self.targets = self.corruption.targets(parts.train.tags)
        self.dev_targets = self.corruption.targets(parts.dev.tags)
        size, lengths = config.training.batch_size, parts.train.flat.lengths
        # All of these are per epoch. Minibatches of whole sentences differ in size, so their number is an estimate.
        self.passes = self._passes(lengths[: parts.train_sentences])
        pairs = self.corruption.pairs_per_pass(self.targets, lengths)
        self.pairs, self.minibatches = self.passes * pairs, self.passes * math.ceil(pairs / size)
        self.steps_per_epoch = math.ceil(self.pairs / size)  # of the schedule's clock, which counts pairs
        self.state.optimizer.treatments = treatments(model, self.passes)
        self.schedule = make_schedule(self.config, self.steps_per_epoch)

    @classmethod
    def start(cls, config: Config, parts: Parts) -> "Trainer":
        """A training before its first step."""
        rngs = generators(config.training.seed)
        model = init_model(config, parts, rngs["init"])
        if config.training.refit is not None:
            model.constants |= kept_rule(model)
        return cls(model, parts, State(make_optimizer(model), rngs))

    def _passes(self, lengths: Ints) -> int:
        """How often an epoch goes through the training part.

        Args:
            lengths: (S,) of the sentences of train alone. With training.refit dev's are learned from too, but do not
                count here, so that there are as many passes as in the first training, whose thresholds are kept.
        """
        pairs = self.corruption.pairs_per_pass(self.targets[: lengths.sum()], lengths)
        minibatches = math.ceil(pairs / self.config.training.batch_size)
        return math.ceil(self.config.training.min_batches / max(minibatches, 1))

    @property
    def dev_chooses(self) -> bool:
        """Whether dev chooses the epoch whose model is kept; otherwise it is the last."""
        return bool(self.parts.dev.tags) and self.config.training.keep == "best"

    def run(self) -> Generator[Batched | EpochDone, None, None]:
        """Train until the last epoch, or until dev F1 has not risen for `training.patience` epochs.

        Raises:
            TrainingDiverged: the loss is no longer finite.
        """
        while self.state.stop is None:
            yield from self._epoch()

    def _epoch(self) -> Iterator[Batched | EpochDone]:
        number = self.model.standing.epoch + 1
        tally = self.state.tally = self.state.tally or self._new_tally()
        started = time.perf_counter()
        for batch in self._batches(tally):
            tally.rate = self._rate(tally.pairs)
            loss = self._step(batch, tally.rate)
            tally.batches += 1
            tally.hinge += loss.value * loss.pairs
            tally.active += loss.active
            tally.pairs += loss.pairs
            tally.seconds += time.perf_counter() - started
            yield Batched(number, tally.pairs, self.pairs, tally.hinge / tally.pairs)
            started = time.perf_counter()
        self.check_finite()
        yield self._finish_epoch(number, tally)

    def _finish_epoch(self, number: int, tally: Tally) -> EpochDone:
        """Score an epoch on dev, and say whether it is the best so far and whether it is the last."""
        state, best_f1 = self.state, self.model.standing.best_f1
        dev = self._fit_and_score_dev() if self.parts.dev.tags else {}
        f1 = dev.get("f1", best_f1)
        better = f1 > best_f1 or f1 == best_f1 == 0
        if better or not self.dev_chooses:
            self.model.standing = Standing(number, number, f1)
        else:
            self.model.standing = self.model.standing._replace(epoch=number)
        state.tally = None
        state.stop = self._reason_to_stop()
        pairs = max(tally.pairs, 1)
        return EpochDone(
            epoch=number,
            loss=tally.hinge / pairs,
            active=tally.active / pairs,
            windows=tally.pairs,
            seconds=tally.seconds,
            learning_rate=tally.rate,
            dev=dev,
            best=better if self.dev_chooses else state.stop is not None,
            stop=state.stop,
        )

    def _new_tally(self) -> Tally:
        states = {name: self.state.generators[name].bit_generator.state for name in BATCH_PURPOSES}
        return Tally(states, learning_rate(self.config))

    def _batches(self, tally: Tally) -> Iterator[Any]:
        """The minibatches of the epoch that are still to be done."""
        rngs = self.state.generators
        for name, start in tally.rng_states.items():
            rngs[name].bit_generator.state = start
        flat, size = self.parts.train.flat, self.config.training.batch_size
        passes = (
            self.corruption.batches(flat, self.targets, rngs["order"], rngs["corruption"], size)
            for _ in range(self.passes)
        )
        return itertools.islice(itertools.chain.from_iterable(passes), tally.batches, None)

    def _rate(self, pairs: int) -> float:
        """The learning rate after so many pairs of the epoch.

        Time is counted in pairs, since minibatches of whole sentences are of unequal size and number.
        """
        return self.schedule(self.model.standing.epoch * self.steps_per_epoch + pairs / self.config.training.batch_size)

    def _step(self, batch: Any, rate: float) -> Loss:
        """One minibatch: loss, gradients, and the move against them."""
        placed = self._placed_windows(batch.centres)
        masks = self.model.draw_masks(self.state.generators["dropout"], len(placed.places))
        optimizer = self.state.optimizer
        with np.errstate(over="ignore", invalid="ignore"):  # a loss that is not finite is caught by name below
            loss, grads = loss_and_gradients(
                self.model, self.forms, placed, batch, masks, optimizer.gradients, zeros=not optimizer.rule.rests
            )
            if not math.isfinite(loss.value):
                raise self._diverged(f"expected a finite loss, found {loss.value}", optimizer.steps + 1)
            if (limit := self.config.optimizer.clip) is not None:
                grads = clip_by_norm(grads, limit)
            optimizer.step(grads, rate)
        return loss

    def check_finite(self) -> None:
        """Check the parameters after the last step, which no loss has been computed with yet, and the optimizer's
        state.

        Raises:
            TrainingDiverged: some are not finite.
        """
        moved = (*self.model.params.values(), *self.state.optimizer.arrays().values())
        if not all(np.isfinite(numbers).all() for numbers in moved):
            problem = "expected finite parameters and gradients, found ones that are not"
            raise self._diverged(problem, self.state.optimizer.steps)

    def _diverged(self, problem: str, step: int) -> TrainingDiverged:
        return TrainingDiverged(
            f"epoch {self.model.standing.epoch + 1}, step {step}: {problem}. "
            f"Lower optimizer.learning_rate (now {learning_rate(self.config):g})."
        )

    def _placed_windows(self, centres: Ints) -> Placed:
        """The windows of a minibatch, some of their words read as unknown or by their look alone."""
        rng = self.state.generators["dropout"]
        ids, around = self.model.windows_at(self.parts.train.flat, centres)
        read_as = self.word_dropout(ids, rng)
        return self.model.placed(read_as, around and around._replace(words=self.word_dropout(around.words, rng)))

    def _fit_and_score_dev(self) -> dict[str, float]:
        """Fit the decision rule on dev and score it there."""
        (flat, gold), targets = self.parts.dev, self.dev_targets
        with np.errstate(over="ignore", invalid="ignore"):  # scores that are not finite are caught by name below
            scores = self.model.score(self.forms, flat)
        problem = "expected finite scores on dev, found ones that are not"
        if not np.isfinite(scores).all():
            raise self._diverged(problem, self.state.optimizer.steps)
        try:
            self.model.rule.fit(scores, self.forms, targets, flat)
            tags = self.model.rule.tag_and_calibrate(scores, self.forms, flat, gold)
        except ModelError as error:  # their sums are not
            raise self._diverged(problem, self.state.optimizer.steps) from error
        found = evaluate_tags(gold, tags)
        return {**found.overall.to_dict(), "ranked": self.corruption.ranked(scores, targets)}

    def _reason_to_stop(self) -> str | None:
        standing, training = self.model.standing, self.config.training
        risen = standing.best_epoch if standing.best_f1 else 1  # the epoch in which dev F1 rose last
        if self.dev_chooses and training.patience is not None and standing.epoch - risen >= training.patience:
            return f"no better dev F1 for {counted(training.patience, 'epoch')}"
        if standing.epoch >= training.epochs:
            return "the only epoch done" if training.epochs == 1 else f"all {training.epochs:,} epochs done"
        return None
