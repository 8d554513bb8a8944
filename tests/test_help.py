"""Help, the version, and what commands load before they need it."""

import re

import pytest

from nerwin import __version__
from nerwin.cli import app
from tests.commands import BAD, DONE, nerwin
from tests.conftest import ROOT
from tests.processes import python

COMMANDS = [one.callback.__name__ for one in app.registered_commands if one.callback]


def help_of(*words: str) -> str:
    """What a command's help says, in one line."""
    return " ".join(nerwin(*words, "--help").stdout.replace("│", " ").split())


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_the_short_flag_of_help_gives_the_same(command: str) -> None:
    done = nerwin(*command.split(), "-h")
    assert done.exit_code == DONE
    assert "Usage: " in done.stdout
    assert done.stdout == nerwin(*command.split(), "--help").stdout


def test_the_help_tells_a_newcomer_where_to_begin() -> None:
    assert "To begin, `nerwin train` trains on a small corpus" in help_of()


def test_the_help_has_the_commands_in_the_order_of_the_readme() -> None:
    listed = re.findall(r"^│ ([a-z]+) ", nerwin("--help").stdout, re.MULTILINE)
    table = re.findall(r"^\| `nerwin ([a-z]+) ", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert listed == table
    assert sorted(listed) == sorted(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_an_option_says_its_default_once(command: str) -> None:
    _, *options = help_of(command).split(" --")
    assert [one for one in options if one.count("default:") > 1] == []


def test_the_help_of_tag_shows_the_markup_as_it_is() -> None:
    assert "[text](TYPE)" in nerwin("tag", "--help").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("train my.yaml", "(my.yaml). Put a configuration after --config, a key after --set."),
        ("gradcheck my.yaml", "(my.yaml). Put a configuration after --config, a key after --set."),
        ("compare --vary training.seed=1,2 my.yaml", "(my.yaml). Put a configuration after --config, a key after"),
        ("compare my.yaml", "(my.yaml). Put a configuration after --config, a key after"),
        ("evaluate runs/a test.conll", "(test.conll). Put a corpus after --data."),
        ("config my.yaml training.seed=1", "(training.seed=1). Put a key after --set."),
        ("info runs/a \x1b[2J", r"(\x1b[2J)."),
    ],
)
def test_an_argument_too_many_is_told_where_it_belongs(words: str, said: str) -> None:
    done = nerwin(*words.split())
    assert done.exit_code == BAD
    assert f"Got unexpected extra argument(s) {said}" in " ".join(done.stderr.replace("│", " ").split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("data x.conll --comments #", "No such option: --comments. Write --set corpus.comments=..."),
        ("data x.conll --word-column=1", "No such option: --word-column. Write --set corpus.word_column=..."),
        ("train --scheme iob2", "No such option: --scheme. Write --set corpus.scheme=..."),
        ("train --epochs 5", "No such option: --epochs. Write --set training.epochs=..."),
        ("config --config my.yaml", "No such option: --config. Name the configuration without it"),
        ("data -c my.yaml", "No such option: -c. Name the configuration without it"),
        ("train --name adam", "Write --set optimizer.name=... or --set schedule.name=..."),
    ],
)
def test_an_option_of_other_commands_or_that_is_a_key_is_told_what_to_write(words: str, said: str) -> None:
    done = nerwin(*words.split())
    assert done.exit_code == BAD
    assert said in " ".join(done.stderr.replace("│", " ").split())
    assert "Possible options" not in done.stderr


@pytest.mark.parametrize("words", ["inspect --comments #", "train --frobnicate", "init --config my.yaml"])
def test_an_option_that_stands_for_nothing_else_is_only_refused(words: str) -> None:
    refused = nerwin(*words.split()).stderr
    assert "No such option" in refused
    assert "Write" not in refused
    assert "Name the" not in refused


def test_a_value_that_an_option_has_not_is_told_without_pydantics_name_for_it() -> None:
    done = nerwin("init", "--preset", "nope")
    assert done.exit_code == BAD
    assert ": 'nope' is not one of 'lecture'" in " ".join(done.stderr.replace("│", " ").split())


def test_the_version_is_printed_alone() -> None:
    done = nerwin("--version")
    assert (done.exit_code, done.stdout, done.stderr) == (DONE, f"{__version__}\n", "")


def loaded_by(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has loaded at its exit."""
    report = "import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr)); "
    done = python("-c", report + code)
    assert done.returncode == 0, done.stderr
    return {name.partition(".")[0] for name in done.stderr.split()}


def test_importing_nerwin_loads_neither_typer_nor_rich_nor_pydantic() -> None:
    loaded = loaded_by("import nerwin")
    assert "nerwin" in loaded
    assert not loaded & {"typer", "click", "rich", "pydantic", "yaml", "numpy"}


def test_a_run_is_found_before_numpy_is_loaded() -> None:
    assert "numpy" not in loaded_by("import nerwin.storage.folders")


def test_help_loads_no_numpy() -> None:
    loaded = loaded_by("sys.argv = ['nerwin', '--help']; from nerwin.cli import app; app()")
    assert {"nerwin", "typer"} <= loaded
    assert not loaded & {"numpy", "pydantic", "yaml"}


def test_importing_the_library_half_loads_no_terminal() -> None:
    loaded = loaded_by("import nerwin; nerwin.load")
    assert "numpy" in loaded
    assert not loaded & {"typer", "click", "rich"}


def test_python_m_nerwin_is_the_command() -> None:
    done = python("-m", "nerwin", "--version")
    assert (done.returncode, done.stdout, done.stderr) == (DONE, f"{__version__}\n", "")
