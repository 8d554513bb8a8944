"""A minibatch of a model, in float64, on which the gradient check compares its three gradients (lecture 2.1).

Not every minibatch will do: numeric gradients are wrong where a step of ε crosses a kink, of an activation or of the
loss. So networks and minibatches are drawn until one keeps its distance.
"""

from typing import Any, NamedTuple

import numpy as np

from nerwin.arrays import Floats, Gradients, Parameters, Random
from nerwin.config.settings import Config
from nerwin.corruption.sequence import TRANSITIONS
from nerwin.errors import ConfigError
from nerwin.model.model import Model
from nerwin.network.activations import ACTIVATIONS
from nerwin.network.dropout import Masks
from nerwin.network.elemental import elemental_gradients, elemental_lookup, elemental_transitions
from nerwin.network.gradcheck import DRAWS, EPSILON
from nerwin.network.loss import penalised
from nerwin.network.placed import Placed
from nerwin.network.scorer import Cache
from nerwin.parts.parts import Parts
from nerwin.text.features import WORDS, FormTable, form_table
from nerwin.training.fresh import init_model
from nerwin.training.objective import loss_and_gradients, total_loss
from nerwin.training.state import generators

NEAR = 10  # the distance from every kink, in ε, that a minibatch has to keep
PAIRS = 8  # size of the minibatch of a check
SPREADS = (1.0, 2.0, 4.0)  # standard deviations of the scores, in margins, that are tried in turn
LEAST_MARGIN = 100 * NEAR * EPSILON  # a smaller margin is taken for this one: else all pairs would be too near the kink
WINS = 50  # steps of U, at most, to let a pair win; none moves a score by more than a margin


class Case(NamedTuple):
    """A `Checkable` minibatch of a model."""

    model: Model
    forms: FormTable
    placed: Placed
    batch: Any
    masks: Masks
    rng: Random
    slack: float  # of the scores: how far the nearest pair is from a kink of the loss

    @property
    def params(self) -> Parameters:
        return self.model.params

    def epsilon(self, name: str) -> float:
        """ε, or less if that would move a z or a score across a kink.

        No z may move by more than NEAR ε, the distance that `draw_case` keeps it from kinks: preprocessing may divide
        by small deviations. And no score may move by more than a NEAR-th of what the nearest pair is from a kink: U may
        be large.
        """
        z, score = self._gains().get(name, (0.0, 1.0))
        return EPSILON / max(1.0, z / NEAR, NEAR * score * EPSILON / self.slack)

    def _gains(self) -> dict[str, tuple[float, float]]:
        """For each parameter, how far a z and how far a score moves, at most, if one of its numbers moves by 1.

        What is not counted, the larger numbers of dropout and the z of layers above, is left to the reserve in NEAR.
        """
        _, cache = self.model.forward(self.forms, self.placed, self.masks)
        largest = [float(np.abs(a).max()) for a in (cache.x, *cache.layers.thinned)]  # of what layers take, at last U
        gains = {"U": (0.0, largest[-1])}
        reach = np.abs(self.params["U"])  # (m, K) of a score, where a z of the layer moves by 1
        for k in range(self.model.scorer.depth, 0, -1):
            moved = float(reach.max())
            gains |= {f"W{k}": (largest[k - 1], largest[k - 1] * moved), f"b{k}": (1.0, moved)}
            W = np.abs(self.model.folded()["W1"] if k == 1 else self.params[f"W{k}"])
            reach = W.T @ reach
        places = self.model.slots  # a form may stand in all of them
        return gains | dict.fromkeys(self.model.tables, (places * float(W.max()), places * float(reach.max())))

    def loss(self) -> float:
        return total_loss(self.model, self.forms, self.placed, self.batch, self.masks)

    def magnitude(self) -> float:
        """J, or the terms of the largest score if that is more.

        If the tables have small numbers U is large, and most of a score is common to all windows and cancels in J.
        """
        _, cache = self.model.forward(self.forms, self.placed, self.masks)
        terms = np.abs(cache.layers.thinned[-1]) @ np.abs(self.params["U"])
        return max(self.loss(), float(terms.max()))

    def gradients(self) -> Gradients:
        return loss_and_gradients(self.model, self.forms, self.placed, self.batch, self.masks)[1]

    def elemental(self) -> Parameters:
        """The elemental gradients of the scorer, of the lookup tables and of the steps between tags."""
        model, placed = self.model, self.placed
        scores, _ = model.forward(self.forms, placed, self.masks)
        ds = model.corruption.loss(model.params, scores, self.batch).ds.dense(scores.shape)
        x = np.asarray(model.windows(self.forms, placed))
        grads, dx = elemental_gradients(model.params, model.config.scorer.activation, x, ds, self.masks)
        if preprocess := model.preprocess:
            dx = preprocess.backward(dx)
        found = [_form_gradients(placed, window, row.reshape(model.slots, -1)) for window, row in enumerate(dx)]
        start = 0
        for one, width in zip(model.lookups, model.widths, strict=True):
            if one.name != WORDS or model.config.words.trained:
                rows = [[self.forms.rows_of(one, form) for form, _ in window] for window in found]
                gradients = [[de for _, de in window] for window in found]
                grads[one.name] = elemental_lookup(model.params[one.name], rows, gradients, start)
            start += width
        for name, W in model.params.items():
            if name in grads and penalised(name, model.penalised_tables):
                grads[name] += 2 * model.config.objective.l2 * W
        if TRANSITIONS in model.params:
            grads[TRANSITIONS] = elemental_transitions(ds, self.batch.tags.tolist(), self.batch.lengths.tolist())
        return grads


def draw_case(config: Config, parts: Parts) -> Case:
    """Draw networks and minibatches until one has pairs on both sides of the margin and no kink within NEAR ε.

    Raises:
        ConfigError: none was found.
    """
    rngs = generators(config.training.seed)
    model = init_model(config, parts, rngs["init"], np.float64)
    corruption = model.corruption
    forms, targets = form_table(model.lookups, parts.vocabulary.forms), corruption.targets(parts.train.tags)
    for draw in range(DRAWS):
        batch = next(corruption.batches(parts.train.flat, targets, rngs["order"], rngs["corruption"], PAIRS))
        placed = model.placed(*model.windows_at(parts.train.flat, batch.centres))
        masks = model.draw_masks(rngs["dropout"], len(placed.places))
        _move_biases(model, rngs["init"])
        _spread_scores(model, forms, placed, masks, SPREADS[draw % len(SPREADS)])
        _let_some_win(model, forms, placed, masks, batch)
        scores, cache = model.forward(forms, placed, masks)
        loss = corruption.loss(model.params, scores, batch)
        kink = _kink_distance(model, cache)
        slack = corruption.slack(model.params, scores, batch)
        if 0 < loss.active < loss.pairs and min(slack, kink) > NEAR * EPSILON:
            return Case(model, forms, placed, batch, masks, rngs["order"], slack)
        model = init_model(config, parts, rngs["init"], np.float64)
    raise ConfigError(
        f"gradcheck: expected a minibatch with pairs on both sides of the margin and no kink near, found none in "
        f"{DRAWS} draws. Change scorer.init or objective.margin."
    )


def _move_biases(model: Model, rng: Random) -> None:
    """Move the biases away from 0, where a unit whose inputs are all silent would be exactly at the kink of ReLU."""
    for k in range(1, model.scorer.depth + 1):
        bias = model.params[f"b{k}"]
        bias[:] = rng.uniform(-0.5, 0.5, bias.shape)


def _spread_scores(model: Model, forms: FormTable, placed: Placed, masks: Masks, margins: float) -> None:
    """Scale U so that scores differ from window to window by so many margins: at first they are nearly equal."""
    spread = float(model.forward(forms, placed, masks)[0].std(axis=0).mean())
    if spread:
        model.params["U"] *= margins * max(model.config.objective.margin, LEAST_MARGIN) / spread


def _let_some_win(model: Model, forms: FormTable, placed: Placed, masks: Masks, batch: Any) -> None:
    """Move U against its gradient until a pair wins by its margin: among many tags hardly any does so by chance."""
    U, margin = model.params["U"], max(model.config.objective.margin, LEAST_MARGIN)
    for _ in range(WINS):
        scores, cache = model.forward(forms, placed, masks)
        loss = model.corruption.loss(model.params, scores, batch)
        a = cache.layers.thinned[-1]
        step = a.T @ loss.ds.dense(scores.shape)
        moved = float(np.abs(a @ step).max())
        if loss.active < loss.pairs or not moved:
            return
        U -= step * (margin / moved)


def _kink_distance(model: Model, cache: Cache) -> float:
    """The distance of the nearest z from a kink of the activation."""
    kinks = ACTIVATIONS[model.config.scorer.activation].kinks
    inputs = [cache.x, *cache.layers.thinned[:-1]]
    z = [a @ model.params[f"W{k}"].T + model.params[f"b{k}"] for k, a in enumerate(inputs, 1)]
    return min((float(np.abs(layer - kink).min()) for layer in z for kink in kinks), default=np.inf)


def _form_gradients(placed: Placed, window: int, dx: Floats) -> list[tuple[int, Floats]]:
    """The forms that a window is made of, and ∂J/∂e (D,) of each: one in each place, and all other words of the
    sentence, if there is a place for these.

    Args:
        dx: (slots, D) ∂J/∂x of the window, place by place.
    """
    forms = placed.forms.tolist()
    found = [(forms[word], de) for word, de in zip(placed.places[window].tolist(), dx, strict=False)]
    if (around := placed.around) is not None:
        sentence, centre, scale = around.sentences[window], around.centres[window], around.scale(dx.dtype)
        end = int(around.lengths[: sentence + 1].sum())
        length = int(around.lengths[sentence])
        for word in range(end - length, end):
            if word != centre:
                found.append((forms[around.words[word]], scale[window] * dx[-1]))
    return found
