"""J and all its gradients for one minibatch: lookup, scorer, corruption and penalty, forward and backward.

Soon after the first epoch the hinge of most pairs is zero, so only the windows whose scores have a gradient are
propagated back.
"""

from typing import Any

from nerwin.arrays import Gradients, Parameters
from nerwin.corruption.interface import Loss
from nerwin.model.model import Model
from nerwin.network.dropout import Masks
from nerwin.network.loss import add_l2_gradient, l2_penalty
from nerwin.network.placed import Placed
from nerwin.text.features import FormTable


def loss_and_gradients(
    model: Model,
    forms: FormTable,
    placed: Placed,
    batch: Any,
    masks: Masks | None = None,
    out: Parameters | None = None,
    *,
    zeros: bool = True,
) -> tuple[Loss, Gradients]:
    """The hinge of a minibatch, and ∂J/∂θ of every trained parameter, the penalty's part included.

    Args:
        placed: the minibatch's windows, in the order of `batch.centres`.
        masks: dropout masks of the scorer's input and of each hidden layer.
        out: arrays for the gradients of the scorer's parameters, as `Scorer.backward` takes them.
        zeros: whether gradients are wanted even if all of them are zero. If not, nothing is propagated back then, and
            the gradients are an empty dict.
    """
    scores, cache = model.forward(forms, placed, masks)  # (B, K)
    loss = model.corruption.loss(model.params, scores, batch)
    violating, ds = loss.ds  # (b,), (b, K)
    objective = model.config.objective
    if not (zeros or loss.active or objective.l2):
        return loss, {}
    grads, dx = model.scorer.backward(model.params, cache.rows(violating), ds, out)
    if preprocess := model.preprocess:
        dx = preprocess.backward(dx)
    rows, de = placed.backprop(violating, dx)
    grads.update(model.backprop_embed(forms, placed.forms[rows], de))
    grads.update(loss.grads)
    add_l2_gradient(model.params, grads, objective.l2, model.penalised_tables)
    return loss, grads


def total_loss(model: Model, forms: FormTable, placed: Placed, batch: Any, masks: Masks | None = None) -> float:
    """J, hinge and penalty: what the gradients above are the gradients of."""
    scores, _ = model.forward(forms, placed, masks)
    objective = model.config.objective
    penalty = l2_penalty(model.params, objective.l2, model.penalised_tables)
    return model.corruption.loss(model.params, scores, batch).value + penalty
