"""The configuration: YAML as people mean it, overrides by the key's type, and errors that name the key."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nerwin.api import as_config
from nerwin.config.reading import differing_setup, load_config, make_config, taken_apart
from nerwin.config.settings import Config, config_keys
from nerwin.config.yaml_files import parse_yaml, read_yaml, replace_values, write_yaml
from nerwin.corruption import CORRUPTIONS
from nerwin.errors import ConfigError
from nerwin.network.activations import ACTIVATIONS
from nerwin.network.initializers import INITIALIZERS
from nerwin.network.preprocess import PREPROCESSORS
from nerwin.optim.optimizers import OPTIMIZERS
from nerwin.optim.schedules import SCHEDULES
from nerwin.text.features import ALL_FEATURES
from tests.conftest import ROOT

Load = Callable[..., Config]
Refusal = Callable[..., str]

LONG_NUMBER = "expected whole numbers of at most 4,300 digits, found a longer one. Mend the YAML."


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Load a configuration from YAML text and overrides."""

    def loader(text: str = "", *overrides: str) -> Config:
        path = tmp_path / "config.yaml"
        path.write_text(text, encoding="utf-8")
        return load_config(path, overrides)

    return loader


@pytest.fixture
def refusal(tmp_path: Path, load: Load) -> Refusal:
    """The message with which a configuration is refused, the path in it as "config.yaml"."""

    def loader(text: str = "", *overrides: str) -> str:
        with pytest.raises(ConfigError) as caught:
            load(text, *overrides)
        return str(caught.value).replace(f"{tmp_path}/", "")

    return loader


def value_of(config: Config, key: str) -> Any:
    """The plain value at a dotted key."""
    value: Any = config.to_dict()
    for part in key.split("."):
        value = value[part]
    return value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("1E+3", 1000.0),
        ("2.5", 2.5),
        (".5", 0.5),
        ("-1.", -1.0),
        (".inf", float("inf")),
        ("-.inf", float("-inf")),
        ("5", 5),
        ("-2", -2),
        ("+3", 3),
        ("010", 10),
        ("08", 8),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("NO", "NO"),
        ("yes", "yes"),
        ("on", "on"),
        ("y", "y"),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("2024-01-02", "2024-01-02"),
        ("e3", "e3"),
        ("1e-3x", "1e-3x"),
        ("=", "="),
        ("'1e-3'", "1e-3"),
        ('"true"', "true"),
        ("[NO, 1e-3, 12:30]", ["NO", 0.001, "12:30"]),
    ],
)
def test_a_scalar_is_read_as_people_mean_it(text: str, value: object) -> None:
    found = parse_yaml(text, "x")
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("training: {seed: 1}\ntraining: {seed: 2}\n", 'config.yaml:2: key "training" stands twice'),
        ("training:\n  seed: 1\n  epochs: 2\n  seed: 3\n", 'config.yaml:4: key "seed" stands twice'),
        ("words: &w {dim: 5}\nwindow: *w\n", "config.yaml:2: an alias (*) is not allowed here"),
        ("1: 2\n", "config.yaml:1: expected a name, found 1"),
        ("? [a]\n: 2\n", "config.yaml:1: expected a name, found ['a']"),
        ("training: {seed: 1\n", "config.yaml:2: "),
        ("\ttraining: 1\n", "config.yaml:1: "),
        ("training: {seed: !!python/name:os.system }\n", "config.yaml:1: "),
        (
            "training: {seed: 1}\n---\nwords: {}\n",
            "config.yaml:2: expected a single document in the stream but found another document. Mend the YAML.",
        ),
        ("training: {seed: !!timestamp x}\n", "config.yaml:1: a tag (!) is not allowed here"),
        ("training: {seed: !!bool 1}\n", "config.yaml:1: a tag (!) is not allowed here"),
        ("training:\n  seed: !!int [1]\n", "config.yaml:2: a tag (!) is not allowed here"),
        ("!!float : 2\n", "config.yaml:1: a tag (!) is not allowed here"),
        ("training: !x {seed: 1}\n", "config.yaml:1: a tag (!) is not allowed here"),
        ("[" * 500, "config.yaml:1: nested too deeply"),
        ("training:\n  seed: " + "[" * 60 + "]" * 60, "config.yaml:2: nested too deeply"),
        (
            "a: " + "x" * (1 << 20),
            "config.yaml: expected at most 1,048,576 bytes of YAML, found more. Name a configuration: a corpus goes",
        ),
        ("training: {seed: " + "9" * 5000 + "}\n", f"config.yaml:1: {LONG_NUMBER}"),
        ("training: {seed: \x07}\n", "config.yaml: "),
        ("- training\n", "config.yaml: expected sections such as `corpus:` and `training:`, found list"),
        ("training\n", "config.yaml: expected sections such as `corpus:` and `training:`, found str"),
    ],
    ids=[
        "duplicate section",
        "duplicate key",
        "alias",
        "number for a key",
        "list for a key",
        "open brace",
        "tab",
        "python tag",
        "timestamp",
        "boolean",
        "list as a number",
        "number without digits",
        "own tag",
        "two documents",
        "deep",
        "deep and closed",
        "large",
        "long number",
        "control character",
        "list",
        "word",
    ],
)
def test_yaml_that_cannot_be_used_is_refused_with_its_line(refusal: Refusal, text: str, message: str) -> None:
    assert refusal(text).startswith(message)


def test_a_merge_key_is_a_key_like_any_other(refusal: Refusal) -> None:
    assert refusal("training:\n  <<: {seed: 2}\n").startswith("config.yaml: training.<<: there is no such key")


def test_a_key_with_a_dot_is_told_to_be_a_section(refusal: Refusal) -> None:
    assert refusal("training.epochs: 2\n").startswith(
        "config.yaml: training.epochs: expected a section training with a key"
    )


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "\ufeff", "---\n", "{}"])
def test_an_empty_file_is_all_defaults(load: Load, text: str) -> None:
    assert load(text) == Config()


def test_an_empty_section_is_its_defaults(load: Load) -> None:
    assert load("corpus:\ntraining:\n  # epochs: 5\n") == Config()


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(b"# caf\xe9\n")
    with pytest.raises(ConfigError, match=r"config\.yaml: expected UTF-8, found .* at byte 5\. Convert it"):
        load_config(path)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Lima\tB-LOC\n", ":1: found character '\\t' that cannot start any token."),
        ("in O\nLima B-LOC\n", ": expected sections such as `corpus:` and `training:`, found str."),
    ],
)
def test_a_corpus_for_a_configuration_is_told_its_place(tmp_path: Path, text: str, found: str) -> None:
    mend = "Mend the YAML"
    for name, remedy in (
        ("a.YAML", f"{mend}."),
        ("a.yml", f"{mend}."),
        ("a.conll", f"{mend}, or name a configuration: a corpus goes after --set corpus.train="),
    ):
        (tmp_path / name).write_text(text)
        with pytest.raises(ConfigError) as caught:
            load_config(tmp_path / name)
        assert str(caught.value) == f"{tmp_path / name}{found} {remedy}"


@pytest.mark.parametrize("name", ["absent.yaml", "."])
def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / name)
    assert str(caught.value).startswith(f"{tmp_path / name}: cannot read the configuration: ")
    assert "Check the path" in str(caught.value)


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


def test_a_folder_may_have_a_name_that_begins_like_a_home(
    tmp_path: Path, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load("", "corpus.train=./~mine/train.conll").corpus.train == tmp_path / "~mine/train.conll"


def test_a_path_in_a_section_may_start_where_one_stands(
    tmp_path: Path, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    (here / "own.conll").touch()
    monkeypatch.chdir(here)
    for override in ("corpus.train=own.conll", "corpus.train='own.conll'", "corpus={train: own.conll}"):
        assert load("", override).corpus.train == here / "own.conll"


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


def test_models_that_belong_together_are_alike_in_all_but_places_test_and_training(load: Load) -> None:
    one = load("", "corpus.train=here", "corpus.test=there", "training.epochs=9")
    for overrides, expected in (
        (["corpus.train=elsewhere", "training.seed=3"], []),
        (["corpus.train=here", "corpus.dev=dev"], ["corpus.dev"]),
        (["corpus.train=here", "features.shape=3", "words.dim=9"], ["words.dim", "features.shape"]),
    ):
        other = load("", *overrides)
        assert differing_setup(one, other) == differing_setup(other, one) == expected


def test_an_override_may_be_too_long_for_the_name_of_a_file(load: Load) -> None:
    assert load("", f"corpus.train={'x' * 5000}").corpus.train == Path.cwd() / ("x" * 5000)


def test_an_override_does_not_reach_into_a_value(refusal: Refusal) -> None:
    message = refusal("training: {epochs: 3}\n", "training.epochs.more=5")
    assert message.startswith("--set training.epochs.more=5: epochs is a value, not a section")


@pytest.mark.parametrize(
    ("text", "unknown", "nearest"),
    [
        ("training: {epoch: 5}", "training.epoch", "training.epochs"),
        ("training: {batchsize: 5}", "training.batchsize", "training.batch_size"),
        ("optimizer: {learning-rate: 0.1}", "optimizer.learning-rate", "optimizer.learning_rate"),
        ("trainning: {epochs: 5}", "trainning", "training"),
        ("epochs: 5", "epochs", "training.epochs"),
        ("learning_rate: 0.1", "learning_rate", "optimizer.learning_rate"),
        ("scorer: {patience: 5}", "scorer.patience", "training.patience"),
        ("corpus: {tags_column: 5}", "corpus.tags_column", "corpus.tag_column"),
        ("words: {dimension: 5}", "words.dimension", "words.dim"),
        ("scorer: {list: 5}", "scorer.list", ""),
        ("zzz: 5", "zzz", ""),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest_legal_one(
    refusal: Refusal, text: str, unknown: str, nearest: str
) -> None:
    message = refusal(text)
    assert message.startswith(f"config.yaml: {unknown}: there is no such key.")
    if nearest:
        assert f"Did you mean {nearest}?" in message


def test_a_key_like_no_other_is_answered_with_the_sections(refusal: Refusal) -> None:
    assert f"Sections: {', '.join(Config.model_fields)}." in refusal("zzzzzz: 5")


def test_a_key_like_no_other_of_its_section_is_answered_with_the_keys_there(refusal: Refusal) -> None:
    # By its section alone it would be like optimizer.name.
    assert refusal("optimizer: {lr: 0.1}").endswith(
        "optimizer.lr: there is no such key. Keys of optimizer: name, learning_rate, momentum, beta1, beta2, epsilon, "
        "weight_decay, table_rate, clip."
    )


def test_a_patience_without_an_end_is_told_how_it_is_written(refusal: Refusal) -> None:
    assert "training.patience: expected 1 or more epochs, or null for never, found -1." in refusal(
        "training: {patience: -1}"
    )


def test_an_unknown_key_is_named_before_a_wrong_value(refusal: Refusal) -> None:
    assert "training.epoch: there is no such key" in refusal("corpus: {comments: 5}\ntraining: {epoch: 5}\n")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("training.epochs", "2.5"),
        ("training.epochs", "true"),
        ("training.epochs", "[1]"),
        ("training.epochs", "'5'"),
        ("training.seed", "1_000"),
        ("optimizer.learning_rate", "fast"),
        ("optimizer.learning_rate", "true"),
        ("scorer.dropout", "half"),
        ("words.trained", "no"),
        ("words.trained", "1"),
        ("scorer.hidden", "wide"),
        ("scorer.hidden", "2.5"),
        ("scorer.activation", "3"),
        ("corpus.comments", "5"),
        ("corpus.train", "12"),
        ("corpus.entities", "5"),
        ("corpus.delimiter", "5"),
        ("features", "[shape]"),
        ("features.shape", "wide"),
        ("training", "5"),
        ("window", "[size]"),
    ],
)
def test_a_value_of_another_type_is_refused_with_its_key(refusal: Refusal, key: str, value: str) -> None:
    section, _, name = key.partition(".")
    message = refusal(f"{section}: {{{name}: {value}}}" if name else f"{section}: {value}")
    assert message.startswith(f"config.yaml: {key}: expected ")
    assert f"found {parse_yaml(value, 'x')!r}" in message


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("window.size", "0"),
        ("window.size", "4"),
        ("window.size", "101"),
        ("words.dim", "0"),
        ("scorer.dropout", "1"),
        ("scorer.input_dropout", "-0.1"),
        ("objective.margin", "0"),
        ("objective.margin", ".inf"),
        ("objective.margin", ".nan"),
        ("objective.l2", "-1"),
        ("objective.l2", ".inf"),
        ("optimizer.learning_rate", "0"),
        ("optimizer.learning_rate", ".inf"),
        ("training.epochs", "0"),
        ("training.batch_size", "0"),
        ("training.seed", "-1"),
        ("training.patience", "0"),
        ("features.shape", "0"),
        ("features.shape", "1000000"),
        ("words.dim", "1000000"),
        ("words.start", "1e7"),
        ("words.start", "1e-20"),
        ("objective.margin", "1e10"),
        ("objective.l2", "1e10"),
        ("objective.draws", "1000000"),
        ("optimizer.epsilon", "1e-40"),
        ("training.epochs", "1000000000000"),
        ("training.batch_size", "1000000000000"),
        ("window.sentence", "101"),
        ("words.extra", "-1"),
        ("words.size", "0"),
        ("scorer.per_type", "-1"),
        ("objective.outside_share", "0"),
        ("objective.draws", "0"),
        ("optimizer.clip", "0"),
        ("schedule.period", "0"),
        ("schedule.factor", "1.5"),
        ("training.threads", "2000"),
    ],
)
def test_a_value_out_of_range_is_refused_with_its_key(refusal: Refusal, key: str, value: str) -> None:
    section, _, name = key.partition(".")
    message = refusal(f"{section}: {{{name}: {value}}}")
    assert message.startswith(f"config.yaml: {key}: expected ")
    assert f"found {parse_yaml(value, 'x')!r}" in message


@pytest.mark.parametrize(
    "override",
    ["words.extra=0", "scorer.per_type=0", "objective.outside_share=1", "schedule.factor=1", "window.sentence=100"],
)
def test_the_ends_of_a_range_are_legal(load: Load, override: str) -> None:
    key, _, value = override.partition("=")
    assert value_of(load("", override), key) == float(value)


def test_an_even_window_is_told_why_it_must_be_odd(refusal: Refusal) -> None:
    assert "expected an odd number of words, so that one is the centre, found 4" in refusal("window: {size: 4}")


@pytest.mark.parametrize(
    ("value", "widths"), [("64", [64]), ("64, 32", [64, 32]), ("64,32", [64, 32]), ("[64, 32]", [64, 32])]
)
def test_widths_of_layers_are_written_in_a_file_as_after_set(load: Load, value: str, widths: list[int]) -> None:
    for config in (load(f"scorer:\n  hidden: {value}\n"), load("", f"scorer.hidden={value}")):
        assert config.scorer.hidden == widths
    assert as_config({}, {"scorer.hidden": 64}).scorer.hidden == [64]


def test_a_width_of_no_layer_is_named_where_it_stands(refusal: Refusal) -> None:
    for wrong, found in (("64, x", "'x'"), ("64, ", "''"), (f"64, {'9' * 5000}", "'999")):
        message = refusal(f"scorer:\n  hidden: '{wrong}'\n")
        assert message.startswith(f"config.yaml: scorer.hidden.1: expected a whole number, found {found}")


@pytest.mark.parametrize("hidden", ["[]", "0", "[0]", "[100, -1]", "[5.5]", str([1] * 101)])
def test_hidden_layers_are_one_or_more_positive_widths(refusal: Refusal, hidden: str) -> None:
    assert refusal(f"scorer: {{hidden: {hidden}}}").startswith("config.yaml: scorer.hidden")


@pytest.mark.parametrize(
    ("key", "names"),
    [
        ("scorer.activation", ACTIVATIONS),
        ("scorer.init", INITIALIZERS),
        ("preprocess.method", PREPROCESSORS),
        ("objective.corruption", CORRUPTIONS),
        ("optimizer.name", OPTIMIZERS),
        ("schedule.name", SCHEDULES),
        ("corpus.scheme", ["auto", "iob1", "iob2", "iobes", "bilou", "bmes"]),
        ("corpus.delimiter", ["auto", "tab", "space"]),
    ],
)
def test_an_illegal_choice_lists_the_legal_names_and_each_of_them_is_accepted(
    load: Load, refusal: Refusal, key: str, names: list[str]
) -> None:
    message = refusal("", f"{key}=bogus")
    assert message.startswith(f"config.yaml with {key}=bogus: {key}: expected ")
    assert "found 'bogus'" in message
    assert [name for name in names if name not in message] == []
    assert [value_of(load("", f"{key}={name}"), key) for name in names] == list(names)
    assert f"{', '.join(names)}" in str(dict(config_keys())[key].description)


def test_an_illegal_feature_lists_the_legal_ones_and_each_of_them_is_accepted(load: Load, refusal: Refusal) -> None:
    assert f"expected one of {', '.join(ALL_FEATURES)}, found 'bogus'" in refusal("features: {bogus: 3}")
    widths = dict.fromkeys(ALL_FEATURES, 3)
    assert load(f"features: {json.dumps(widths)}").features == widths


@pytest.mark.parametrize("column", [0, -1, 2])
def test_word_and_tag_need_columns_of_their_own(refusal: Refusal, column: int) -> None:
    message = refusal(f"corpus: {{word_column: {column}, tag_column: {column}}}")
    assert message == (
        f"config.yaml: corpus.tag_column: expected another column than corpus.word_column, found {column} for both. "
        "Set both."
    )


@pytest.mark.parametrize(
    "text", ["corpus: {train: 12}", "scorer: {hidden: []}", "corpus: 5", "corpus: {entities: 5}", "features: [shape]"]
)
def test_an_error_speaks_of_the_configuration_and_not_of_the_program(refusal: Refusal, text: str) -> None:
    message = refusal(text)
    assert [
        word for word in ("instance", "Config", "after validation", "dictionary", "1 more") if word in message
    ] == []


def test_wrong_entities_are_told_that_a_list_is_legal(refusal: Refusal) -> None:
    message = refusal("corpus: {entities: 5}")
    assert "all" in message
    assert "list" in message


def test_relative_paths_start_at_the_config_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "configs"
    folder.mkdir()
    (folder / "config.yaml").write_text("corpus: {train: ../data/train.conll, dev: dev.conll, test: /x/test.conll}\n")
    monkeypatch.chdir(tmp_path)
    corpus = load_config(Path("configs/config.yaml")).corpus
    assert corpus.train == tmp_path / "data" / "train.conll"
    assert corpus.dev == folder / "dev.conll"
    assert corpus.test == Path("/x/test.conll")


@pytest.mark.parametrize(
    ("places", "expected"),
    [(["configs"], "configs"), (["here"], "here"), (["configs", "here"], "configs"), ([], "here")],
    ids=["beside the config", "where one stands", "both", "neither"],
)
def test_a_path_in_an_override_may_start_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, places: list[str], expected: str
) -> None:
    for name in ("configs", "here"):
        (tmp_path / name).mkdir()
    for name in places:
        (tmp_path / name / "train.conll").touch()
    (tmp_path / "configs" / "config.yaml").touch()
    monkeypatch.chdir(tmp_path / "here")
    config = load_config(tmp_path / "configs" / "config.yaml", ["corpus.train=train.conll"])
    assert config.corpus.train == tmp_path / expected / "train.conll"


def test_a_tilde_is_the_home_folder(load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert load("corpus: {train: ~/train.conll}").corpus.train == tmp_path / "home" / "train.conll"


def test_a_path_whose_letters_the_locale_has_not_is_read_and_half_a_letter_is_not(
    tmp_path: Path, refusal: Refusal
) -> None:
    (tmp_path / "config.yaml").write_text("corpus: {train: dörfer/train.conll}", encoding="utf-8")
    code = "from pathlib import Path; from nerwin.config.reading import load_config; "
    code += "print(ascii(load_config(Path('config.yaml')).corpus.train.parts[-2:]))"
    environment = {**os.environ, "PYTHONUTF8": "0", "LC_ALL": "C", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == (f"{('dörfer', 'train.conll')!a}\n", "")
    assert "corpus.train: expected" in refusal(r'corpus: {train: "\ud800"}')


@pytest.mark.parametrize("overrides", [[], ["corpus.dev=~nobody-of-that-name/dev.conll"]], ids=["file", "override"])
def test_the_home_folder_of_nobody_is_refused(refusal: Refusal, overrides: list[str]) -> None:
    text = "" if overrides else "corpus: {dev: ~nobody-of-that-name/dev.conll}"
    assert "corpus.dev" in refusal(text, *overrides)


def test_every_key_has_a_description() -> None:
    sections = {name: info.description for name, info in Config.model_fields.items()}
    described = {**sections, **{key: info.description for key, info in config_keys()}}
    assert [key for key, description in described.items() if not description] == []


def test_an_override_of_more_digits_than_python_reads_is_refused_in_words(refusal: Refusal) -> None:
    assert refusal("", f"training.epochs={'9' * 4301}").endswith(f"99:1: {LONG_NUMBER}")


def test_how_many_other_keys_are_wrong_is_said(refusal: Callable[[str], str]) -> None:
    assert "wrong" not in refusal("training: {epochs: -1}")
    assert refusal("training: {epochs: -1, batch_size: 0}").endswith(" 1 more key is wrong.")
    assert refusal("training: {epochs: -1, epoch: 1}").endswith(" Did you mean training.epochs? 1 more key is wrong.")
    assert refusal("training: {epochs: -1, batch_size: 0}\nwords: {dim: 0}").endswith(". 2 more keys are wrong.")


def test_the_keys_that_others_rely_on_exist() -> None:
    promised = """
        corpus.train corpus.dev corpus.test corpus.word_column corpus.tag_column corpus.comments corpus.entities
        window.size words.dim words.vectors features scorer.hidden scorer.activation scorer.init scorer.dropout
        scorer.input_dropout preprocess.method objective.corruption objective.margin objective.l2 optimizer.name
        optimizer.learning_rate schedule.name training.epochs training.batch_size training.seed training.patience
    """
    assert set(promised.split()) - {key for key, _ in config_keys()} == set()


def test_the_promised_column_defaults() -> None:
    corpus = Config().corpus
    assert (corpus.word_column, corpus.tag_column, corpus.comments, corpus.entities) == (0, -1, None, "all")


def test_every_default_is_legal(tmp_path: Path) -> None:
    assert make_config(Config().to_dict(), base=tmp_path, where="defaults") == Config()


@pytest.mark.parametrize("key", [key for key, _ in config_keys()])
def test_every_key_refuses_a_value_of_no_sense(refusal: Refusal, key: str) -> None:
    section, _, name = key.partition(".")
    content = {section: {name: {"no": ["sense"]}} if name else {"no": ["sense"]}}
    assert refusal(json.dumps(content)).startswith(f"config.yaml: {key}")


RICH = """
corpus: {train: train.conll, dev: Łódź/dev.conll, comments: "#", entities: [NO, "1e3", "08", "null", LOC]}
words: {dim: 20, vectors: null, trained: false}
features: {shape: 5, suffix3: 4}
scorer: {hidden: [64, 32], dropout: 0.5}
objective: {l2: 1e-7, margin: 3}
optimizer: {learning_rate: 1e-3}
training: {patience: null, seed: 0}
"""


def test_a_resolved_config_is_read_back_from_any_folder(load: Load, tmp_path: Path) -> None:
    config = load(RICH)
    folder = tmp_path / "runs" / "one"
    folder.mkdir(parents=True)
    write_yaml(folder / "config.yaml", config.to_dict())
    assert load_config(folder / "config.yaml") == config


def test_a_resolved_config_holds_every_key_as_a_plain_value(load: Load) -> None:
    config = load(RICH)
    plain = config.to_dict()
    assert json.loads(json.dumps(plain)) == plain
    assert plain["corpus"]["entities"] == ["NO", "1e3", "08", "null", "LOC"]
    assert all(value_of(config, key) is not Ellipsis for key, _ in config_keys())


def test_a_written_config_keeps_the_order_of_its_keys(tmp_path: Path) -> None:
    write_yaml(tmp_path / "config.yaml", Config().to_dict())
    assert list(read_yaml(tmp_path / "config.yaml")) == list(Config.model_fields)


WORD = st.one_of(
    st.text("01289.eE+-_:nullNOyestrue~#=<", min_size=1, max_size=6),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
)
VALUE = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), WORD, st.lists(WORD, max_size=3))


@settings(derandomize=True, max_examples=150, deadline=None)
@given(st.dictionaries(WORD, VALUE, max_size=3))
def test_any_mapping_that_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, content: dict[str, Any]
) -> None:
    path = tmp_path_factory.mktemp("yaml") / "config.yaml"
    write_yaml(path, content)
    assert read_yaml(path) == content


def test_a_line_end_of_unicode_in_a_value_is_read_back(tmp_path: Path) -> None:
    """U+0085 ends a line in YAML, and would come back as a space."""
    content = {"corpus": {"train": "a\u0085b", "comments": "\u2028", "dev": "x\n\r\ny\x0b", "test": "\u00a0\ufeff"}}
    write_yaml(tmp_path / "config.yaml", content)
    assert read_yaml(tmp_path / "config.yaml") == content


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# ü\na: {b: old, c: 1} # x\n", "# ü\na: {b: 'n, w', c: 1} # x\n"),
        ("c:\na:\n  b: old\n  c: 2 # old", "c:\na:\n  b: 'n, w'\n  c: 2 # old"),
        ("a:\n  b: |-\n    old\n\n  c: 2\n", "a:\n  b: 'n, w'\n\n  c: 2\n"),
        ("\ufeffa:\r\n  b: 'o\r\n    ld' # x\r\n", "a:\r\n  b: 'n, w' # x\r\n"),
        ("a: {c: 1, b: old}\n", "a: {c: 1, b: 'n, w'}\n"),
    ],
    ids=["braces", "empty section", "text in lines", "mark and line ends", "last"],
)
def test_a_value_is_replaced_and_all_else_of_a_file_stays(tmp_path: Path, text: str, expected: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(text.encode("utf-8"))
    replace_values(path, {"a.b": "n, w"})
    assert path.read_bytes().decode("utf-8") == expected


def test_several_values_are_replaced_in_any_order(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("a: {b: long one, c: short}\n", encoding="utf-8")
    replace_values(path, {"a.c": "much longer", "a.b": "s"})
    assert path.read_text(encoding="utf-8") == "a: {b: s, c: much longer}\n"


@pytest.mark.parametrize("path", sorted((ROOT / "configs").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_config_is_legal(path: Path) -> None:
    config = load_config(path)
    assert make_config(config.to_dict(), base=Path("/"), where=path.name) == config
    shipped = [one for one in (config.corpus.train, config.corpus.dev, config.corpus.test) if one]
    assert [one for one in shipped if one.is_relative_to(ROOT) and not one.is_file()] == []


def test_the_quickstart_trains_on_the_shipped_corpus() -> None:
    corpus = load_config(ROOT / "configs" / "quickstart.yaml").corpus
    assert [corpus.train, corpus.dev, corpus.test] == [
        ROOT / "data" / f"{part}.conll" for part in ("train", "dev", "test")
    ]


def test_features_without_keys_are_none_and_blanks_around_types_are_no_part_of_them(load: Load) -> None:
    assert load("features:\n").features == {}
    assert load("corpus: {entities: 'LOC, PER'}\n").corpus.entities == ["LOC", "PER"]
