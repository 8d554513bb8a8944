"""What a training reports as it goes, and the state that it needs to be continued exactly."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from nerwin.arrays import Random
from nerwin.optim.optimizer import Optimizer

PURPOSES = ("init", "order", "corruption", "dropout")  # dropout: also which words are read as unknown or masked
BATCH_PURPOSES = ("order", "corruption")  # those that the minibatches of an epoch are drawn with

Generators = dict[str, Random]


class Batched(NamedTuple):
    """Progress inside an epoch: `done` of `total` pairs; `loss` is the mean so far."""

    epoch: int
    done: int
    total: int
    loss: float


class EpochDone(NamedTuple):
    """A finished epoch; `to_dict` is its line in metrics.jsonl.

    dev: empty where dev is learned from too. best: whether it is the best so far, or the last where that is kept.
    """

    epoch: int
    loss: float
    active: float
    windows: int
    seconds: float
    learning_rate: float
    dev: dict[str, float]
    best: bool
    stop: str | None  # why training ends with this epoch

    def to_dict(self) -> dict[str, Any]:
        rate = self.windows / self.seconds if self.seconds else 0.0
        return {
            "epoch": self.epoch,
            "loss": self.loss,
            "active": self.active,
            "windows": self.windows,
            "seconds": self.seconds,
            "windows_per_second": rate,
            "learning_rate": self.learning_rate,
            "dev": self.dev,
        }


@dataclass
class Tally:
    """The part of an epoch that is done.

    rng_states: of the generators of BATCH_PURPOSES when the epoch began: with them the same minibatches can be drawn
    again, and those that are done can be skipped. rate: the learning rate of the last step.
    """

    rng_states: dict[str, Any]
    rate: float
    batches: int = 0
    pairs: int = 0
    active: int = 0
    hinge: float = 0.0  # the sum over pairs
    seconds: float = 0.0


@dataclass
class State:
    """All that changes in a training beside the model; with both, it continues exactly.

    tally: of an epoch that has begun; None between two. stop: why the training has ended; None while it goes on.
    """

    optimizer: Optimizer
    generators: Generators
    tally: Tally | None = None
    stop: str | None = None


def generators(seed: int) -> Generators:
    """One independent generator for each purpose, so that e.g. dropout does not change the order of the windows."""
    children = np.random.default_rng(seed).spawn(len(PURPOSES))
    return dict(zip(PURPOSES, children, strict=True))
