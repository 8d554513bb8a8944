"""The same training in PyTorch, eager, as its manual teaches it: modules, autograd, torch.optim.

The lookup table's gradient is sparse. The peer starts from nerwin's parameters and gets its minibatches from the same
sampler.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from nerwin.arrays import Floats, Parameters
from nerwin.corruption.label import LabelBatch
from nerwin.corruption.window import WindowBatch
from nerwin.training.descent import learning_rate
from nerwin.training.state import generators
from nerwin.training.trainer import Trainer
from tests.benchmarks.optional import library

BatchLoss = Callable[[Any, Any, float], Any]  # scores (B, K), minibatch, margin -> mean hinge


def minibatches(trainer: Trainer, loss: BatchLoss) -> Iterator[bool]:
    """Train like a trainer that has words as its only feature and no dropout; True after each minibatch."""
    torch = library("torch")
    torch.sparse.check_sparse_tensor_invariants.disable()  # its default, which it warns of where nobody says so
    config, flat = trainer.config, trainer.parts.train.flat
    model = _scorer(trainer.model.params, config.scorer.activation)
    optimizers = _optimizers(model, config.optimizer.name, learning_rate(config))
    tokens = torch.from_numpy(trainer.forms.rows[flat.tokens, 0])
    offsets = torch.arange(config.window.size) - config.window.size // 2
    sources = generators(config.training.seed)
    total = 0.0  # a training says how it goes, and so does this one
    while True:
        for batch in trainer.corruption.batches(
            flat, trainer.targets, sources["order"], sources["corruption"], config.training.batch_size
        ):
            centres = torch.from_numpy(batch.centres)
            J = loss(model(tokens[centres[:, None] + offsets]), batch, config.objective.margin)
            for one in optimizers:
                one.zero_grad()
            J.backward()
            for one in optimizers:
                one.step()
            total += J.item()
            yield True


def _scorer(params: Parameters, activation: str) -> Any:
    """s = Uᵀ f(W x + b) over the windows of a lookup table."""
    nn = library("torch.nn")
    table = nn.Embedding.from_pretrained(_tensor(params["words"]), freeze=False, sparse=True)
    m, n = params["W1"].shape
    hidden, last = nn.Linear(n, m), nn.Linear(m, params["U"].shape[1], bias=False)
    hidden.weight.data, hidden.bias.data = _tensor(params["W1"]), _tensor(params["b1"])
    last.weight.data = _tensor(params["U"].T)
    return nn.Sequential(table, nn.Flatten(), hidden, {"tanh": nn.Tanh, "relu": nn.ReLU}[activation](), last)


def _tensor(values: Floats) -> Any:
    return library("torch").from_numpy(np.array(values, order="C"))


def _optimizers(model: Any, name: str, rate: float) -> list[Any]:
    """Adam in PyTorch has no sparse gradients, so the table gets SparseAdam."""
    optim = library("torch.optim")
    if name == "adam":
        table, *rest = model.parameters()
        return [optim.SparseAdam([table], lr=rate), optim.Adam(rest, lr=rate)]
    return [{"sgd": optim.SGD, "adagrad": optim.Adagrad}[name](model.parameters(), lr=rate)]


def window_loss(scores: Any, batch: WindowBatch, margin: float) -> Any:
    """The `window` corruption: mean max(0, Δ + s_c − s), true windows first."""
    torch = library("torch")
    kinds = torch.from_numpy(batch.kinds.astype(np.int64))
    s, s_c = scores.view(2, len(kinds), -1).gather(2, kinds.expand(2, -1)[:, :, None])
    return torch.relu(margin + s_c - s).mean()


def label_loss(scores: Any, batch: LabelBatch, margin: float) -> Any:
    """The `label` corruption: mean max(0, Δ + max s_y' − s_y) over wrong tags y'."""
    torch = library("torch")
    tags = torch.from_numpy(batch.tags.astype(np.int64))[:, None]
    rival = scores.scatter(1, tags, -torch.inf).amax(1)
    return torch.relu(margin + rival - scores.gather(1, tags)[:, 0]).mean()
