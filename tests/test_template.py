"""Configurations as people read them: complete, explained, and the same when they are read back."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nerwin.cli.init import Preset
from nerwin.config.kinds import WIDEST
from nerwin.config.reading import json_schema, load_config, make_config
from nerwin.config.settings import Config, config_keys
from nerwin.config.template import WIDTH, differences, template
from nerwin.config.yaml_files import format_value, parse_yaml
from nerwin.network.activations import ACTIVATIONS
from nerwin.optim.rules import OPTIMIZERS
from nerwin.text.features import ALL_FEATURES
from tests.commands import nerwin
from tests.conftest import ROOT

CONFIGS = sorted((ROOT / "configs").glob("*.yaml"))


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read_back(text: str, folder: Path) -> Config:
    (folder / "written.yaml").write_text(text, encoding="utf-8")
    return load_config(folder / "written.yaml")


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_a_template_is_read_back_as_the_same_configuration(path: Path, here: Path) -> None:
    config = load_config(path)
    assert read_back(template(config, "title"), here) == config


def test_every_key_stands_in_it_with_its_default_and_meaning() -> None:
    lines = template(Config(), "title").splitlines()
    for key, field in config_keys():
        name = key.rpartition(".")[2]
        (line,) = [one for one in lines if f"# {field.description}" in one and one.strip().startswith(f"{name}: ")]
        assert "default:" not in line
    assert "  seed: 1                     # seed of every random choice" in lines


def test_the_default_is_told_where_the_value_is_another() -> None:
    config = make_config({"training": {"seed": 7}, "scorer": {"hidden": [100] * 9}}, base=ROOT, where="x")
    lines = template(config, "title").splitlines()
    assert "  seed: 7                     # seed of every random choice; default: 1" in lines
    # A long value has its meaning above it.
    above = lines.index("  # detectors of each hidden layer; default: [100]")
    assert lines[above + 1] == f"  hidden: {[100] * 9}"
    assert differences(config) == [f"scorer.hidden: {[100] * 9} (default: [100])", "training.seed: 7 (default: 1)"]


def test_a_value_of_any_length_is_apart_from_its_meaning() -> None:
    for length in range(1, WIDTH):
        corpus = {"comments": "x" * length}
        text = template(make_config({"corpus": corpus}, base=Path.cwd(), where="x"), "a title")
        assert parse_yaml(text, "x")["corpus"]["comments"] == corpus["comments"]


def test_letters_of_all_languages_are_written_as_they_are() -> None:
    assert format_value(["dörfer", "東京"]) == "[dörfer, 東京]"


@settings(derandomize=True, max_examples=200, deadline=None)
@example(comments="a long line " * 20, types=["PER"] * 40, rate=1.0)
@given(
    comments=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8),
    types=st.lists(st.text("#:{}[],&*!|>'\"%@` \n\tnullyes12", max_size=6), max_size=3),
    rate=st.floats(1e-300, 1e300),
)
def test_any_value_is_one_line_and_read_back(comments: str, types: list[str], rate: float) -> None:
    for value in (comments, types, rate, {"weights": dict.fromkeys(types, rate)}):
        text = format_value(value)
        assert "\n" not in text
        assert parse_yaml(f"a:\n  key: {text} # meaning\n", "x") == {"a": {"key": value}}


# nerwin init


@pytest.mark.parametrize("preset", get_args(Preset))
def test_init_writes_what_loads_and_equals_the_preset(preset: str) -> None:
    done = nerwin("init", "my.yaml", "--preset", preset)
    said = f"my.yaml: the preset {preset}, every key explained\nnext: nerwin train --config my.yaml\n"
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", said)
    written = load_config(Path("my.yaml"))
    assert written == load_config(ROOT / "configs" / f"{preset}.yaml")
    assert written.corpus.train is not None
    assert written.corpus.train.is_file()


@pytest.mark.parametrize("words", [[], ["-"]])
def test_init_prints_the_tagger_where_nothing_is_named(words: list[str], here: Path) -> None:
    done = nerwin("init", *words)
    assert (done.exit_code, done.stderr) == (0, "")
    assert read_back(done.stdout, here) == load_config(ROOT / "configs" / "tagger.yaml")
    assert done.stdout.startswith("# All keys of nerwin, with the values of the preset tagger.")


@pytest.mark.parametrize("train", ["corpus.train=mine.conll", "corpus={train: mine.conll, word_column: 0}"])
def test_init_takes_overrides(train: str) -> None:
    Path("mine.conll").write_text("a O\n")
    assert nerwin("init", "my.yaml", "--set", train, "--set", "training.seed=7").exit_code == 0
    written = load_config(Path("my.yaml"))
    assert (written.corpus.train, written.training.seed) == (Path("mine.conll").resolve(), 7)
    assert (written.corpus.dev, written.corpus.test) == (None, None)  # the preset's are of another corpus


def test_what_lies_below_a_configuration_moves_with_it(here: Path) -> None:
    for folder in ("one/data", "other"):
        Path(folder).mkdir(parents=True)
    for place in ("one/data/train.conll", "other/dev.conll"):
        Path(place).write_text("a O\n")
    settings = ["--set", "corpus.train=one/data/train.conll", "--set", "corpus.dev=other/dev.conll"]
    assert nerwin("init", "one/my.yaml", *settings).exit_code == 0
    assert "  train: data/train.conll " in Path("one/my.yaml").read_text()
    Path("one").rename("two")
    written = load_config(Path("two/my.yaml"))
    assert written.corpus.train == here / "two/data/train.conll"
    assert written.corpus.dev == here / "other/dev.conll"


def test_a_name_that_begins_like_a_home_folder_stays_one(here: Path) -> None:
    Path("~root").mkdir()  # whose home there is
    for place in ("~t.conll", "~root/dev.conll"):
        Path(place).write_text("a O\n")
    Path("below").mkdir()
    settings = ["--set", "corpus.train=./~t.conll", "--set", "corpus.dev=./~root/dev.conll"]
    for file in ("my.yaml", "below/my.yaml"):
        assert nerwin("init", file, *settings).exit_code == 0
        written = load_config(Path(file)).corpus
        assert (written.train, written.dev) == (here / "~t.conll", here / "~root/dev.conll")
    assert "  train: ./~t.conll " in Path("my.yaml").read_text()


def test_a_value_that_a_preset_cannot_have_is_told_with_its_name() -> None:
    done = nerwin("init", "-", "--preset", "fast", "--set", "corpus.word_column=-1")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("nerwin: the preset fast: corpus.tag_column: expected another column than corpus.wo")


def test_the_name_of_a_preset_is_no_file(here: Path) -> None:
    done = nerwin("init", "fast")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == "nerwin: fast: expected a file, found the name of a preset. Write --preset fast.\n"
    assert list(here.iterdir()) == []


def test_init_replaces_a_file_only_where_told_to() -> None:
    Path("my.yaml").write_text("old")
    done = nerwin("init", "my.yaml")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == (
        "nerwin: my.yaml: expected a new file, found one. Choose another, or replace it with --overwrite.\n"
    )
    assert Path("my.yaml").read_text() == "old"
    assert nerwin("init", "my.yaml", "--overwrite").exit_code == 0
    assert load_config(Path("my.yaml")) == load_config(ROOT / "configs" / "tagger.yaml")


@pytest.mark.parametrize(
    "words", [["no/my.yaml"], ["my.yaml", "--set", "training.sed=7"], ["my.yaml", "--preset", "x"]]
)
def test_init_that_fails_writes_nothing(words: list[str], here: Path) -> None:
    done = nerwin("init", *words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert list(here.iterdir()) == []


# nerwin config


def test_config_prints_what_differs_and_all_the_rest(here: Path) -> None:
    Path("my.yaml").write_text("corpus: {train: mine.conll}\nscorer:\n  hidden: [8]\n")
    done = nerwin("config", "my.yaml", "--set", "training.seed=7")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines()[:5] == [
        "# 3 keys differ from the defaults:",
        f"#   corpus.train: {here}/mine.conll (default: null)",
        "#   scorer.hidden: [8] (default: [100])",
        "#   training.seed: 7 (default: 1)",
        "",
    ]
    assert read_back(done.stdout, here) == load_config(Path("my.yaml"), ["training.seed=7"])


def test_config_says_so_where_nothing_differs() -> None:
    Path("my.yaml").write_text("")
    assert nerwin("config", "my.yaml").stdout.startswith("# all defaults\n\ncorpus:")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["no.yaml"], "no.yaml: cannot read the configuration"),
        (["--set", "training.sed=7"], "training.sed: there is no such key. Did you mean training.seed?"),
        (
            ["my.yaml", "--schema"],
            "--schema is the same for all configurations: expected it alone, found FILE or --set.",
        ),
    ],
)
def test_config_refuses_in_one_line(words: list[str], message: str) -> None:
    done = nerwin("config", *words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert message in done.stderr


# the schema


def properties() -> dict[str, dict[str, Any]]:
    """The schema of each key."""
    schema = json_schema()
    found: dict[str, dict[str, Any]] = {}
    for name, one in schema["properties"].items():
        if "$ref" in one:
            section = schema["$defs"][one["$ref"].rpartition("/")[2]]
            assert section["additionalProperties"] is False
            found |= {f"{name}.{key}": value for key, value in section["properties"].items()}
        else:
            found[name] = one
    assert schema["additionalProperties"] is False
    return found


def test_the_schema_has_every_key_with_its_meaning() -> None:
    found = properties()
    described = {key: field.description for key, field in config_keys()}
    assert {key: one["description"] for key, one in found.items()} == described


def test_the_schema_knows_names_and_ranges() -> None:
    found = properties()
    assert found["scorer.activation"]["enum"] == list(ACTIVATIONS)
    assert found["optimizer.name"]["enum"] == list(OPTIMIZERS)
    assert found["features"]["propertyNames"]["enum"] == list(ALL_FEATURES)
    width = {"minimum": 1, "maximum": WIDEST, "type": ["integer", "null"]}
    assert found["features"]["additionalProperties"] == width
    assert found["corpus.scheme"]["enum"] == ["auto", "iob1", "iob2", "iobes", "bilou", "bmes", "types"]
    assert found["training.epochs"]["minimum"] == 1
    assert (found["optimizer.beta1"]["minimum"], found["optimizer.beta1"]["exclusiveMaximum"]) == (0, 1)


def test_the_schema_is_printed_as_json() -> None:
    done = nerwin("config", "--schema")
    assert (done.exit_code, done.stderr) == (0, "")
    assert json.loads(done.stdout) == json_schema()
