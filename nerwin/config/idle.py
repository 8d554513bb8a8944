"""Keys that are set beside others that leave them without effect, such as a momentum for Adam.

They are no fault, since a preset may be changed in one key alone; but whoever tries their values should know that
nothing changes.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from nerwin.config.reading import value_of
from nerwin.config.settings import Config, TrainingConfig

ADAMS = ("adam", "adamw", "adam8bit")


class Need(NamedTuple):
    """What a key needs to have an effect, in words, and whether a configuration has it."""

    words: str
    met: Callable[[Config], bool]


def _one_of(key: str, *values: str) -> Need:
    return Need(f"{key} {' or '.join(values)}", lambda config: value_of(config.to_dict(), key) in values)


_VECTORS = Need("words.vectors", lambda config: config.words.vectors is not None)
_DROPOUT = Need("dropout", lambda config: config.scorer.dropout > 0 or config.scorer.input_dropout > 0)
_PENALTY = Need(
    "objective.l2 or optimizer.weight_decay",
    lambda config: config.objective.l2 > 0 or (config.optimizer.name == "adamw" and config.optimizer.weight_decay > 0),
)


def _patience_counts(training: TrainingConfig) -> bool:
    return training.patience is None or (training.keep == "best" and training.refit is None)


NEEDS = {
    "words.extra": _VECTORS,
    "words.size": _VECTORS,
    "scorer.dropout_scaling": _DROPOUT,
    "objective.draws": _one_of("objective.corruption", "window"),
    "objective.l2_words": _PENALTY,
    "objective.miss": _one_of("objective.corruption", "label", "sequence"),
    "objective.outside_share": _one_of("objective.corruption", "label", "sequence"),
    "optimizer.momentum": _one_of("optimizer.name", "momentum", "nesterov"),
    "optimizer.beta1": _one_of("optimizer.name", *ADAMS),
    "optimizer.beta2": _one_of("optimizer.name", "rmsprop", *ADAMS),
    "optimizer.epsilon": _one_of("optimizer.name", "adagrad", "rmsprop", *ADAMS),
    "optimizer.weight_decay": _one_of("optimizer.name", "adamw"),
    "training.patience": Need(
        "training.keep best, and no training.refit", lambda config: _patience_counts(config.training)
    ),
    "schedule.period": _one_of("schedule.name", "step"),
    "schedule.factor": _one_of("schedule.name", "step"),
    "schedule.decay": _one_of("schedule.name", "exponential"),
    "schedule.tau": _one_of("schedule.name", "inverse"),
    "schedule.warmup": _one_of("schedule.name", "cosine", "linear"),
}


def idle(config: Config, keys: Iterable[str]) -> dict[str, str]:
    """Those of some keys that have no effect in a configuration, with what they need for one."""
    return {key: NEEDS[key].words for key in keys if key in NEEDS and not NEEDS[key].met(config)}
