"""The gradient check of a configuration (lecture 2.1): its own network in float64, on windows of its own corpus."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from nerwin.arrays import Floats, Gradients, Ints, Rows
from nerwin.corruption.interface import Corruption
from nerwin.errors import ConfigError
from nerwin.network.gradcheck import Check, numeric_gradient, relative_error
from nerwin.text.features import feature_rows
from nerwin.text.windows import windows
from nerwin.training.config import Config
from nerwin.training.data import read_parts
from nerwin.training.model import Model
from nerwin.training.objective import loss_and_gradients, total_loss
from nerwin.training.trainer import generators, init_model

PAIRS = 8  # in the minibatch of a check
ENTRIES = 200  # of a tensor that are perturbed, at most


def check_gradients(config: Config) -> list[Check]:
    """Compare every parameter tensor of a configuration's network, lookup tables included.

    Raises:
        ConfigError: the minibatch has no pair inside the margin, so that nothing would be checked.
    """
    parts = read_parts(config)
    sources = generators(config.training.seed)
    model = init_model(config, parts, sources["init"], np.float64)
    corruption = model.corruption
    targets = corruption.targets(parts.train.tags)
    batch = next(corruption.batches(parts.train.flat, targets, sources["order"], sources["corruption"], PAIRS))
    table = feature_rows(model.lookups, parts.vocabulary.forms)
    rows = table[windows(parts.train.flat.tokens, batch.centres, config.window.size)]
    return compare(model, corruption, rows, batch, sources["order"])


def compare(model: Model, corruption: Corruption[Any], rows: Ints, batch: Any, rng: np.random.Generator) -> list[Check]:
    """Check one minibatch: up to ENTRIES entries of each tensor, of lookup tables among the rows it touches."""
    loss, grads = loss_and_gradients(model, corruption, rows, batch)
    if not loss.active:
        raise ConfigError("objective.margin: expected pairs inside the margin, found none to check. Raise the margin.")
    return (
        [_check(model, corruption, rows, batch, name, entries) for name, entries in _entries(model, grads, rng)]
        if grads
        else []
    )


def _entries(model: Model, grads: Gradients, rng: np.random.Generator) -> Sequence[tuple[str, Ints]]:
    chosen = []
    for name, gradient in grads.items():
        shape = model.params[name].shape
        candidates = np.arange(int(np.prod(shape)))
        if isinstance(gradient, Rows):
            candidates = (gradient.ids[:, None] * shape[1] + np.arange(shape[1])).ravel()
        chosen.append((name, rng.permutation(candidates)[:ENTRIES]))
    return chosen


def _check(model: Model, corruption: Corruption[Any], rows: Ints, batch: Any, name: str, entries: Ints) -> Check:
    _, grads = loss_and_gradients(model, corruption, rows, batch)
    theta, gradient = model.params[name], grads[name]
    full: Floats = gradient.dense(theta.shape) if isinstance(gradient, Rows) else gradient
    analytic = full.reshape(-1)[entries]
    numeric = numeric_gradient(lambda: total_loss(model, corruption, rows, batch), theta, entries)
    return Check(
        name,
        theta.shape,
        len(entries),
        float(np.linalg.norm(analytic)),
        float(np.linalg.norm(numeric)),
        relative_error(analytic, numeric),
    )
