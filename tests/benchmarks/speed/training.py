"""Training against PyTorch: minibatches in steady state, after an epoch, on all of uner-pt.

ranker: the lecture's network, 5 words of 50 numbers, 100 tanh, the `window` corruption. tagger: 200 ReLU, `label`.
Neither has features, dropout or anything else that PyTorch would have to copy.
"""

import math
import time
from collections.abc import Iterator, Sequence
from itertools import product

from nerwin.config.reading import load_config
from nerwin.config.settings import Config
from nerwin.parts.parts import Parts
from nerwin.parts.reading import read_parts
from nerwin.shipped import shipped
from nerwin.training.state import Batched
from nerwin.training.trainer import Trainer
from tests.benchmarks.corpora import CORPORA
from tests.benchmarks.optional import library
from tests.benchmarks.speed.comparison import Comparison, Work, compare
from tests.benchmarks.speed.pytorch import BatchLoss, label_loss, minibatches, window_loss

PAIRS = 40_960  # in a run: a multiple of every batch size
PLAIN = (
    "features={}",
    "scorer.input_dropout=0",
    "words.rare_unknown=0",  # a dropout of words
    "training.patience=null",
    "training.epochs=1000000",
)


def ranker(runs: int) -> Iterator[Comparison]:
    """Pairs a second for every batch size and optimizer."""
    library("torch")
    parts = read_parts(_config(()))
    for size, optimizer in product((64, 256, 1024), ("sgd", "adagrad", "adam")):
        config = _config((f"training.batch_size={size}", f"optimizer.name={optimizer}"))
        case = f"batch {size}, {optimizer}"
        yield from _against_pytorch("ranker", case, config, parts, window_loss, Work(PAIRS, "pairs"), runs)


def tagger(runs: int) -> Iterator[Comparison]:
    """Windows a second."""
    library("torch")
    config = _config(
        (
            "objective.corruption=label",
            "scorer.hidden=[200]",
            "scorer.activation=relu",
            "training.batch_size=128",
            "optimizer.name=adam",
        )
    )
    work = Work(PAIRS, "windows")
    yield from _against_pytorch("tagger", "batch 128, adam", config, read_parts(config), label_loss, work, runs)


def _config(settings: Sequence[str]) -> Config:
    return load_config(shipped("configs/quickstart.yaml"), [*CORPORA["uner-pt"].overrides(), *PLAIN, *settings])


def _against_pytorch(
    measure: str, case: str, config: Config, parts: Parts, loss: BatchLoss, work: Work, runs: int
) -> Iterator[Comparison]:
    trainer = Trainer.start(config, parts)
    theirs = minibatches(trainer, loss)
    next(theirs)  # takes the parameters before nerwin moves them
    ours = (isinstance(record, Batched) for record in trainer.run())
    epoch = math.ceil(trainer.pairs / config.training.batch_size)
    for steps in (ours, theirs):
        seconds(steps, epoch)
    count = work.amount // config.training.batch_size
    peers = {"PyTorch": lambda: seconds(theirs, count)}
    yield from compare(measure, case, runs, lambda: seconds(ours, count), peers, work)


def seconds(steps: Iterator[bool], count: int) -> float:
    """The time of the next so many minibatches; what else is done between them is not counted."""
    total = 0.0
    while count:
        started = time.perf_counter()
        if next(steps):
            total += time.perf_counter() - started
            count -= 1
    return total
