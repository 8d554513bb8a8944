"""J and all its gradients for one minibatch: lookup, scorer, corruption and penalty, forward and back.

The hinge is zero for most pairs soon after the first epoch, so only the windows whose score has a gradient are
propagated back.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from nerwin.arrays import Gradients, Ints
from nerwin.corruption.interface import Corruption, Loss
from nerwin.network.dropout import Mask
from nerwin.network.lookup import backprop_windows
from nerwin.network.loss import add_l2_gradient, l2_penalty
from nerwin.text.features import FormTable
from nerwin.training.model import Model, distinct

Masks = Sequence[Mask]


def loss_and_gradients(
    model: Model, corruption: Corruption[Any], forms: FormTable, ids: Ints, batch: Any, masks: Masks | None = None
) -> tuple[Loss, Gradients]:
    """The hinge of a minibatch, and ∂J/∂θ of every trained parameter, the penalty's part included.

    Args:
        ids: (B, C) the forms of the minibatch's windows, in the order of `batch.centres`.
        masks: dropout masks of the scorer's input and of each hidden layer.
    """
    words = distinct(ids)
    scores, cache = model.forward(forms, words, masks)  # (B, K)
    loss = corruption.loss(model.params, scores, batch)
    blamed = np.flatnonzero(loss.ds.any(axis=1))
    grads, dx = model.scorer.backward(model.params, cache.rows(blamed), loss.ds[blamed])
    if preprocess := model.preprocess:
        dx = preprocess.backward(dx)
    de = backprop_windows(words.places[blamed], dx)
    grads.update(model.backprop_embed(forms, words.forms[de.ids], de.values))
    grads.update(loss.grads)
    objective = model.config.objective
    add_l2_gradient(model.params, grads, objective.l2, tables=objective.l2_words)
    return loss, grads


def total_loss(
    model: Model, corruption: Corruption[Any], forms: FormTable, ids: Ints, batch: Any, masks: Masks | None = None
) -> float:
    """J, hinge and penalty: what the gradients above are the gradients of."""
    scores, _ = model.forward(forms, distinct(ids), masks)
    objective = model.config.objective
    penalty = l2_penalty(model.params, objective.l2, tables=objective.l2_words)
    return corruption.loss(model.params, scores, batch).value + penalty
