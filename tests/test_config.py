"""The keys of a configuration: what each may be, errors that name the key, and the configurations that are shipped."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from nerwin.api import as_config
from nerwin.config.reading import differing_setup, load_config, make_config
from nerwin.config.settings import Config, config_keys
from nerwin.config.yaml_files import parse_yaml
from nerwin.corruption import CORRUPTIONS
from nerwin.network.activations import ACTIVATIONS
from nerwin.network.initializers import INITIALIZERS
from nerwin.network.preprocess import PREPROCESSORS
from nerwin.optim.rules import OPTIMIZERS
from nerwin.optim.schedules import SCHEDULES
from nerwin.text.features import ALL_FEATURES
from tests.configurations import Load, Refusal, value_of
from tests.conftest import ROOT


def test_models_that_belong_together_are_alike_in_all_but_places_test_and_training(load: Load) -> None:
    one = load("", "corpus.train=here", "corpus.test=there", "training.epochs=9")
    for overrides, expected in (
        (["corpus.train=elsewhere", "training.seed=3"], []),
        (["corpus.train=here", "corpus.dev=dev"], ["corpus.dev"]),
        (["corpus.train=here", "features.shape=3", "words.dim=9"], ["words.dim", "features.shape"]),
    ):
        other = load("", *overrides)
        assert differing_setup(one, other) == differing_setup(other, one) == expected


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


def test_every_key_has_a_description() -> None:
    sections = {name: info.description for name, info in Config.model_fields.items()}
    described = {**sections, **{key: info.description for key, info in config_keys()}}
    assert [key for key, description in described.items() if not description] == []


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
