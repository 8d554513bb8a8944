"""Keys without effect: training itself shows which ones these are."""

from pathlib import Path

import pytest

from nerwin.arrays import Parameters
from nerwin.config.idle import NEEDS, idle
from nerwin.config.settings import config_keys
from tests.village import VILLAGE, epochs, new_trainer, same, village_config

ADAM, LABEL = "optimizer.name=adam", "objective.corruption=label"
FROZEN = "words={trained: false, vectors: vectors.txt}"
# For each key two values, settings with which they differ, and some with which they do not.
CASES = {
    "words.min_count": ("1", "2", "words.vectors=vectors.txt", FROZEN),
    "words.start": ("1", "2", "words.vectors=vectors.txt", FROZEN),
    "optimizer.table_rate": ("0.5", "1", "words.trained=true", "words.trained=false"),
    "words.extra": ("0", "2", "words.vectors=vectors.txt", "words.vectors=null"),
    "words.size": ("0.5", "2", "words.vectors=vectors.txt", "words.vectors=null"),
    "scorer.dropout_scaling": ("test", "inverted", "scorer.dropout=0.5", "scorer.dropout=0"),
    "objective.draws": ("2", "3", "objective.corruption=window", LABEL),
    "objective.l2_words": ("true", "false", "objective.l2=0.1", "objective.l2=0"),
    "objective.miss": ("0.5", "1", LABEL, "objective.corruption=window"),
    "objective.outside_share": ("0.5", "1", LABEL, "objective.corruption=window"),
    "optimizer.momentum": ("0.5", "0.9", "optimizer.name=momentum", ADAM),
    "optimizer.beta1": ("0.5", "0.9", ADAM, "optimizer.name=rmsprop"),
    "optimizer.beta2": ("0.5", "0.9", "optimizer.name=rmsprop", "optimizer.name=adagrad"),
    "optimizer.epsilon": ("0.1", "1", "optimizer.name=adagrad", "optimizer.name=momentum"),
    "optimizer.weight_decay": ("0.1", "1", "optimizer.name=adamw", ADAM),
    "training.patience": ("1", "2", "training={epochs: 40}", "training={epochs: 3, keep: last}"),
    "schedule.period": ("1", "2", "schedule.name=step", "schedule.name=constant"),
    "schedule.factor": ("0.5", "0.1", "schedule={name: step, period: 1}", "schedule.name=constant"),
    "schedule.decay": ("0.5", "1", "schedule.name=exponential", "schedule.name=inverse"),
    "schedule.tau": ("0.5", "1", "schedule.name=inverse", "schedule.name=exponential"),
    "schedule.warmup": ("0.5", "1", "schedule.name=linear", "schedule.name=exponential"),
}
# The same of settings that are some of several which will do.
OTHERS = {
    "words.min_count": ("1", "2", "words.trained=false", FROZEN),
    "words.start": ("1", "2", f"{FROZEN}; features={{shape: 3}}", f"{FROZEN}; features={{ngrams: 3}}"),
    "scorer.dropout_scaling": ("test", "inverted", "scorer.input_dropout=0.5", "scorer.dropout=0"),
    "objective.l2_words": (
        "true",
        "false",
        "optimizer={name: adamw, weight_decay: 0.1}",
        "optimizer={name: adam, weight_decay: 0.1}",
    ),
    "optimizer.table_rate": ("0.5", "1", "words.trained=false; features={shape: 3}", "words.trained=false"),
}
# And with a penalty that no table has, or without one.
L2_WORDS = [
    ("true", "false", "objective.l2=0.1", "objective.l2=0.1; words.trained=false"),
    ("true", "false", "objective.l2=0.1", "optimizer.name=adamw"),
]
COLUMNS = {  # of which files in columns alone have some
    "corpus.word_column": ("1", "2"),
    "corpus.tag_column": ("1", "-2"),
    "corpus.delimiter": ("tab", "space"),
    "corpus.scheme": ("iob1", "iobes"),
    "corpus.comments": ("M", "T"),
}


def test_there_is_a_case_for_every_key() -> None:
    assert CASES.keys() | COLUMNS.keys() == NEEDS.keys() <= {key for key, _ in config_keys()}


def trained(folder: Path, *overrides: str) -> Parameters:
    (folder / "vectors.txt").write_text("boat 1 2 3 4 5 6 7 8\nelsewhere 1 2 3 4 5 6 7 8\n")
    trainer = new_trainer(village_config(folder, *overrides))
    epochs(trainer)
    return trainer.model.params


@pytest.mark.parametrize(
    ("key", "case"), [*CASES.items(), *OTHERS.items(), *(("objective.l2_words", case) for case in L2_WORDS)]
)
def test_a_key_is_idle_exactly_where_its_value_changes_nothing(
    tmp_path: Path, key: str, case: tuple[str, str, str, str]
) -> None:
    *values, with_effect, without = case
    for setting, expected in ((with_effect, False), (without, True)):
        settings = setting.split("; ")
        config = village_config(tmp_path, *settings, f"{key}={values[0]}")
        assert (key in idle(config, [key])) is expected
        one, other = (trained(tmp_path, *settings, f"{key}={value}") for value in values)
        assert same(one, other) is expected


@pytest.mark.parametrize(
    ("setting", "key"),
    [
        ("objective.corruption=sequence", "objective.miss"),
        ("objective.corruption=sequence", "objective.outside_share"),
        ("optimizer.name=nesterov", "optimizer.momentum"),
        ("optimizer.name=adam8bit", "optimizer.beta1"),
        ("optimizer.name=adam8bit", "optimizer.epsilon"),
        ("optimizer.name=rmsprop", "optimizer.epsilon"),
        ("schedule.name=cosine", "schedule.warmup"),
    ],
)
def test_of_several_values_that_a_key_needs_each_will_do(tmp_path: Path, setting: str, key: str) -> None:
    assert idle(village_config(tmp_path, setting), [key]) == {}


def test_a_patience_is_idle_in_a_second_training_and_none_never(tmp_path: Path) -> None:
    again = village_config(tmp_path, "training={refit: first, patience: 3}")
    assert idle(again, ["training.patience"]) == {"training.patience": "training.keep best, and no training.refit"}
    last = village_config(tmp_path, "training={keep: last, patience: null}")
    assert idle(last, ["training.patience"]) == {}


def test_pairs_are_seen_often_enough_where_words_are_frozen_too(tmp_path: Path) -> None:
    config = village_config(tmp_path, FROZEN, "features={pair: 3}", "words.min_count=2")
    assert idle(config, ["words.min_count"]) == {}


@pytest.mark.parametrize(("key", "values"), COLUMNS.items())
def test_a_corpus_without_columns_is_read_the_same_whatever_is_said_of_them(
    tmp_path: Path, key: str, values: tuple[str, str]
) -> None:
    (tmp_path / "village.inline").write_text(VILLAGE, encoding="utf-8")
    inline = "corpus={train: village.inline, dev: village.inline}"
    assert idle(village_config(tmp_path, inline), [key]) == {key: "a corpus in columns"}
    one, other = (trained(tmp_path, inline, f"{key}={value}") for value in values)
    assert same(one, other)
    for part in ("train", "dev", "test"):
        assert idle(village_config(tmp_path, inline, f"corpus.{part}=village.conll"), [key]) == {}
