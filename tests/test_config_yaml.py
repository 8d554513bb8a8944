"""A configuration as YAML: read as people mean it, refused by its line, and read back as it was written."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nerwin.config.reading import load_config
from nerwin.config.settings import Config, config_keys
from nerwin.config.yaml_files import parse_yaml, read_yaml, replace_values, write_yaml
from nerwin.errors import ConfigError
from tests.configurations import Load, Refusal, value_of

LONG_NUMBER = "expected whole numbers of at most 4,300 digits, found a longer one. Mend the YAML."


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


def test_an_override_of_more_digits_than_python_reads_is_refused_in_words(refusal: Refusal) -> None:
    assert refusal("", f"training.epochs={'9' * 4301}").endswith(f"99:1: {LONG_NUMBER}")


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
