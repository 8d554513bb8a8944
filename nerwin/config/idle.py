"""Keys that are set beside others that leave them without effect, such as a momentum for Adam.

They are no fault, since a preset may be changed in one key alone; but whoever tries their values should know that
nothing changes.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from nerwin.config.reading import value_of
from nerwin.config.settings import Config, WordsConfig
from nerwin.corpora.suffixes import NO_COLUMNS, form_by_suffix
from nerwin.text.features import NGRAMS
from nerwin.text.pairs import PAIR

ADAMS = ("adam", "adamw", "adam8bit")


class Need(NamedTuple):
    """What a key needs to have an effect, in words, and whether a configuration has it."""

    words: str
    met: Callable[[Config], bool]


def _one_of(key: str, *values: str) -> Need:
    return Need(f"{key} {' or '.join(values)}", lambda config: value_of(config.to_dict(), key) in values)


_VECTORS = Need("words.vectors", lambda config: config.words.vectors is not None)
_DROPOUT = Need("dropout", lambda config: config.scorer.dropout > 0 or config.scorer.input_dropout > 0)


def _has_columns(config: Config) -> bool:
    parts = (config.corpus.train, config.corpus.dev, config.corpus.test)
    return any(form_by_suffix(path) not in NO_COLUMNS for path in parts if path is not None)


def _all_given(words: WordsConfig) -> bool:
    """Whether all rows of words are those of the file, or zeros."""
    return words.vectors is not None and not words.trained


def _tables_learn(config: Config) -> bool:
    return config.words.trained or len(config.features) > 0


def _tables_shrink(config: Config) -> bool:
    decay = config.optimizer.name == "adamw" and config.optimizer.weight_decay > 0
    return (config.objective.l2 > 0 or decay) and _tables_learn(config)


def _patience_counts(config: Config) -> bool:
    training = config.training
    return training.patience is None or (training.keep == "best" and training.refit is None)


_COLUMNS = Need("a corpus in columns", _has_columns)
NEEDS = {
    "corpus.word_column": _COLUMNS,
    "corpus.tag_column": _COLUMNS,
    "corpus.delimiter": _COLUMNS,
    "corpus.scheme": _COLUMNS,
    "corpus.comments": _COLUMNS,
    "words.extra": _VECTORS,
    "words.size": _VECTORS,
    "words.min_count": Need(
        f"words.trained, no words.vectors, or features.{PAIR}",
        lambda config: not _all_given(config.words) or PAIR in config.features,
    ),
    "words.start": Need(
        f"words.trained, no words.vectors, or features other than {NGRAMS}",
        lambda config: not _all_given(config.words) or bool(config.features.keys() - {NGRAMS}),
    ),
    "scorer.dropout_scaling": _DROPOUT,
    "objective.draws": _one_of("objective.corruption", "window"),
    "objective.l2_words": Need("objective.l2 or optimizer.weight_decay, and words.trained or features", _tables_shrink),
    "objective.miss": _one_of("objective.corruption", "label", "sequence"),
    "objective.outside_share": _one_of("objective.corruption", "label", "sequence"),
    "optimizer.momentum": _one_of("optimizer.name", "momentum", "nesterov"),
    "optimizer.beta1": _one_of("optimizer.name", *ADAMS),
    "optimizer.beta2": _one_of("optimizer.name", "rmsprop", *ADAMS),
    "optimizer.epsilon": _one_of("optimizer.name", "adagrad", "rmsprop", *ADAMS),
    "optimizer.weight_decay": _one_of("optimizer.name", "adamw"),
    "optimizer.table_rate": Need("words.trained or features", _tables_learn),
    "training.patience": Need("training.keep best, and no training.refit", _patience_counts),
    "schedule.period": _one_of("schedule.name", "step"),
    "schedule.factor": _one_of("schedule.name", "step"),
    "schedule.decay": _one_of("schedule.name", "exponential"),
    "schedule.tau": _one_of("schedule.name", "inverse"),
    "schedule.warmup": _one_of("schedule.name", "cosine", "linear"),
}


def idle(config: Config, keys: Iterable[str]) -> dict[str, str]:
    """Those of some keys that have no effect in a configuration, with what they need for one."""
    return {key: NEEDS[key].words for key in keys if key in NEEDS and not NEEDS[key].met(config)}
