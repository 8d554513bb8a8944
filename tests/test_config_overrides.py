"""Overrides of a configuration: read by the type of their key, and told apart in errors."""

from pathlib import Path

import numpy as np
import pytest

from nerwin.api import as_config
from nerwin.config.reading import taken_apart
from nerwin.errors import ConfigError
from tests.configurations import Load, Refusal, value_of


@pytest.mark.parametrize(
    ("override", "key", "value"),
    [
        ("training.epochs=5", "training.epochs", 5),
        ("training.patience=7", "training.patience", 7),
        ("training.patience=null", "training.patience", None),
        ("training.patience=~", "training.patience", None),
        ("corpus.word_column=-2", "corpus.word_column", -2),
        ("optimizer.learning_rate=1e-3", "optimizer.learning_rate", 0.001),
        ("optimizer.learning_rate=2", "optimizer.learning_rate", 2),
        ("scorer.dropout=.5", "scorer.dropout", 0.5),
        ("words.trained=false", "words.trained", False),
        ("scorer.activation=relu", "scorer.activation", "relu"),
        ("corpus.scheme=iobes", "corpus.scheme", "iobes"),
        ("corpus.comments=#", "corpus.comments", "#"),
        ("corpus.comments=# ", "corpus.comments", "# "),
        ("corpus.comments=%", "corpus.comments", "%"),
        ("corpus.comments==", "corpus.comments", "="),
        ("corpus.comments=12", "corpus.comments", "12"),
        ("corpus.comments='# '", "corpus.comments", "# "),
        ('corpus.comments="#', "corpus.comments", '"#'),
        ('corpus.comments="', "corpus.comments", '"'),
        ("corpus.comments=null", "corpus.comments", None),
        ("corpus.entities=all", "corpus.entities", "all"),
        ("corpus.entities=LOC", "corpus.entities", ["LOC"]),
        ("corpus.entities=LOC,PER", "corpus.entities", ["LOC", "PER"]),
        ("corpus.entities=LOC, creative-work", "corpus.entities", ["LOC", "creative-work"]),
        ("corpus.entities=[LOC, PER]", "corpus.entities", ["LOC", "PER"]),
        ("corpus.entities=NO", "corpus.entities", ["NO"]),
        ("corpus.entities=NO,12:30", "corpus.entities", ["NO", "12:30"]),
        ("scorer.hidden=64", "scorer.hidden", [64]),
        ("scorer.hidden=64,32", "scorer.hidden", [64, 32]),
        ("scorer.hidden=[64, 32]", "scorer.hidden", [64, 32]),
        ("features={}", "features", {}),
        ("features={shape: 5, suffix3: 4}", "features", {"shape": 5, "suffix3": 4}),
        ("features.shape=5", "features", {"shape": 5}),
        ("corpus.dev=null", "corpus.dev", None),
        ("words.vectors=null", "words.vectors", None),
        ("words.vectors=~", "words.vectors", None),
        ("corpus.dev=/x/1: a #2", "corpus.dev", "/x/1: a #2"),
    ],
)
def test_an_override_is_read_by_the_type_of_its_key(load: Load, override: str, key: str, value: object) -> None:
    found = value_of(load("", override), key)
    assert found == value
    assert type(found) is type(value) or isinstance(found, float)


def test_nothing_may_be_called_none_where_no_word_can_stand(load: Load) -> None:
    config = load("", "training.patience=none", "objective.weights=none", "corpus.comments=none")
    assert (config.training.patience, config.objective.weights, config.corpus.comments) == (None, "none", "none")


def test_numbers_in_a_section_may_be_numpy_s() -> None:
    assert as_config({}, {"training": {"epochs": np.int64(3)}}).training.epochs == 3
    with pytest.raises(ConfigError, match=r"scorer\.hidden: expected a valid list, found array"):
        as_config({}, {"scorer.hidden": np.array([10, 20])})


def test_an_override_replaces_what_the_file_says_and_leaves_the_rest(load: Load) -> None:
    config = load("training: {epochs: 3, seed: 4}\nfeatures: {shape: 5}\n", "training.epochs=9", "features.suffix3=2")
    assert (config.training.epochs, config.training.seed) == (9, 4)
    assert config.features == {"shape": 5, "suffix3": 2}


def test_an_override_of_a_section_leaves_its_other_keys(load: Load) -> None:
    text = "training: {epochs: 3, seed: 7}\nfeatures: {shape: 5}\n"
    config = load(text, "training.batch_size=9", "training={seed: 2, patience: null}", "features={suffix3: 4}")
    training = config.training
    assert (training.epochs, training.seed, training.batch_size, training.patience) == (3, 2, 9, None)
    assert config.features == {"suffix3": 4}  # a value of its own, not a section


@pytest.mark.parametrize(
    ("section", "keys"),
    [
        ("training={epochs: 3, patience: null}", ["training.epochs=3", "training.patience=null"]),
        ("training=epochs: 3", ["training.epochs=3"]),
        ("training={}", []),
        ("training={patience: none}", ["training.patience=none"]),
        (
            "corpus={train: 'a b, [c].conll', dev: 'null', comments: '\"#\"', entities: 'LOC, PER'}",
            ["corpus.train=a b, [c].conll", "corpus.dev='null'", "corpus.comments='\"#\"'", "corpus.entities=LOC,PER"],
        ),
        (
            "corpus={comments: 'it''s', entities: [LOC, 'NO, PER'], scheme: iob1}",
            ["corpus.comments=it's", "corpus.entities=[LOC, 'NO, PER']", "corpus.scheme=iob1"],
        ),
        ("corpus={comments: 12, test: 2024}", ["corpus.comments=12", "corpus.test=2024"]),
        ("objective={weights: {LOC: 2}, l2: 1e-3}", ["objective.weights={LOC: 2}", "objective.l2=1e-3"]),
        ("scorer={hidden: [8, 4]}", ["scorer.hidden=8,4"]),
        ("scorer={hidden: 32}", ["scorer.hidden=32"]),
    ],
)
def test_a_section_says_what_its_keys_say_one_by_one(load: Load, section: str, keys: list[str]) -> None:
    assert load("", section) == load("", *keys) == load("", *taken_apart([section]))


def test_sections_are_taken_apart_and_values_are_not() -> None:
    assert taken_apart(["training={epochs: 3, seed: 2}", "features={shape: 5}", "corpus={dev: a b}"]) == [
        *("training.epochs=3", "training.seed=2", "features={shape: 5}", "corpus.dev=a b")
    ]


def test_settings_of_a_section_leave_its_other_keys() -> None:
    config = as_config({"training": {"epochs": 3, "seed": 7}}, {"training": {"seed": 2}, "training.batch_size": 9})
    assert (config.training.epochs, config.training.seed, config.training.batch_size) == (3, 2, 9)


def test_an_override_can_empty_the_features_of_the_file(load: Load) -> None:
    assert load("features: {shape: 5}\n", "features={}").features == {}
    assert load("features: {shape: 5, pair: 3}\n", "features.pair=null").features == {"shape": 5}
    with pytest.raises(ConfigError, match="piar"):
        load("", "features.piar=null")


def test_the_last_of_several_overrides_counts(load: Load) -> None:
    assert load("", "training.epochs=3", "training.epochs=4").training.epochs == 4


def test_an_override_reaches_into_an_empty_section(load: Load) -> None:
    assert load("training:\n", "training.epochs=3").training.epochs == 3


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("training.epochs", "--set training.epochs: expected KEY=VALUE"),
        ("=5", "--set =5: expected KEY=VALUE"),
        (" =5", "--set  =5: expected KEY=VALUE, found no key"),
        ("training.epochs = 5", "--set training.epochs = 5: expected KEY=VALUE, found blanks around the key"),
        ("", "--set : expected KEY=VALUE"),
        ("features={shape: 5", "--set features={shape: 5"),
        ("training.epochs=five", "config.yaml with {}: training.epochs: expected a whole number, found 'five'"),
        (
            f"training.epochs={'five' * 10}",
            f"config.yaml with {{}}: training.epochs: expected a whole number, found '{'five' * 9}...",
        ),
        ("words.trained=maybe", "config.yaml with {}: words.trained: expected true or false, found 'maybe'"),
        ("training.epochs=5=6", "config.yaml with {}: training.epochs: expected a whole number"),
        ("training.epochs=null", "config.yaml with {}: training.epochs: expected a whole number, found null"),
        ("training.epochs.more=5", "config.yaml with {}: training.epochs: expected a whole number"),
        ("objective.weights.PER=-1", "config.yaml with {}: objective.weights: expected none, balanced, or a map"),
        ("training.epochs" + ".more" * 5000 + "=5", "--set training.epochs.more.more"),
        (
            "training.epochs=" + "[" * 40 + "]" * 40,
            "config.yaml with {}: training.epochs: expected a whole number, found [[",
        ),
        ("training.epochs=" + "[" * 300 + "]" * 300, "--set training.epochs=[[["),
        ("scorer.hidden=64,x", "config.yaml with {}: scorer.hidden.1: expected a whole number, found 'x'"),
        (".epochs=3", 'config.yaml: "": there is no such key. Sections: corpus, '),
        ("corpus.tag_column=0", "config.yaml with {}: corpus.tag_column: expected another column than corpus.word_c"),
        ("words.dim=0", "config.yaml with {}: words.dim: expected a number greater than or equal to 1, found 0"),
        ("words.size=big", "config.yaml with {}: words.size: expected a number, found 'big'"),
        ("scorer.dropout=1", "config.yaml with {}: scorer.dropout: expected a number less than 1, found 1"),
        ("training.batch_sise=3", "config.yaml with {}: training.batch_sise: there is no such key"),
        ("features.bogus=3", "config.yaml with {}: features.bogus: expected one of shape, "),
    ],
)
def test_an_override_that_cannot_be_used_is_refused(refusal: Refusal, override: str, message: str) -> None:
    assert refusal("", override).startswith(message.replace("{}", override))


@pytest.mark.parametrize(
    ("override", "remedy"),
    [
        ("features={shape:5}", "found none in shape:5. Write {shape: 5}."),
        ("training={epochs:3}", "found none in epochs:3. Write {epochs: 3}."),
        ("training={epochs=3}", "found none in epochs=3. Write {epochs: 3}."),
        ("corpus={comments=x}", "found none in comments=x. Write {comments: x}."),
    ],
)
def test_what_is_nearly_right_is_told_how_it_is_written(refusal: Refusal, override: str, remedy: str) -> None:
    expected = f"--set {override}: expected a colon and a blank after each key, {remedy}"
    assert refusal("", override) == expected


def test_of_several_overrides_the_one_that_brings_the_value_is_named(load: Load) -> None:
    with pytest.raises(ConfigError, match=r"config\.yaml with training\.epochs=-2: training\.epochs: .* found -2"):
        load("", "training.seed=1", "training.epochs=-1", "training.epochs=-2", "words.dim=5")
    with pytest.raises(ConfigError, match=r"config\.yaml with objective\.l2_words=2: objective\.l2_words: "):
        load("", "objective.l2_words=2", "objective.l2=2")  # which is not within the other, nor the other within it


def test_an_override_may_be_too_long_for_the_name_of_a_file(load: Load) -> None:
    assert load("", f"corpus.train={'x' * 5000}").corpus.train == Path.cwd() / ("x" * 5000)


def test_an_override_does_not_reach_into_a_value(refusal: Refusal) -> None:
    message = refusal("training: {epochs: 3}\n", "training.epochs.more=5")
    assert message.startswith("--set training.epochs.more=5: epochs is a value, not a section")
