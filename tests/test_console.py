"""The terminal shows the text of files as it is, and takes no orders from it."""

import shutil
from pathlib import Path

import pytest
from rich.table import Table

from nerwin.cli.console import PlainConsole
from tests.commands import DONE, nerwin

TEXT = "[red]Ines[/] :cat: \x1b[31mLima\u202e"
SHOWN = r"[red]Ines[/] :cat: \x1b[31mLima\u202e"
ODD_NAME, SHOWN_NAME = "a\x07\nb", r"a\x07\nb"  # the name of a file that rings, and how it is shown


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch) -> PlainConsole:
    monkeypatch.setenv("COLUMNS", "100")
    return PlainConsole()


def test_neither_numbers_nor_paths_are_coloured(console: PlainConsole) -> None:
    assert not console._highlight


@pytest.mark.parametrize("word", ["\u0645\u06cc\u200c\u0634\u0648\u062f", "10\u00a0km", "\u3000"])
def test_joiners_and_spaces_are_letters_like_any_other(
    console: PlainConsole, capsys: pytest.CaptureFixture[str], word: str
) -> None:
    console.print(word, soft_wrap=True)
    assert capsys.readouterr().out == f"{word}\n"


def test_text_is_printed_as_it_is(console: PlainConsole, capsys: pytest.CaptureFixture[str]) -> None:
    console.print(f"{TEXT}\n{TEXT}", soft_wrap=True)
    assert capsys.readouterr().out == rf"{SHOWN}\n{SHOWN}" + "\n"


@pytest.mark.parametrize("where", ["title", "head", "cell"])
def test_so_is_that_of_tables(console: PlainConsole, capsys: pytest.CaptureFixture[str], where: str) -> None:
    table = Table(TEXT if where == "head" else "head", title=TEXT if where == "title" else None)
    table.add_row(TEXT if where == "cell" else "a cell that is wider than the title is")
    console.print(table)
    drawn = capsys.readouterr().out
    assert SHOWN in drawn
    assert "\x1b" not in drawn


@pytest.mark.parametrize(
    "words",
    [
        ("convert", f"{ODD_NAME}.conll", f"{ODD_NAME}.jsonl"),
        ("init", f"{ODD_NAME}.yaml"),
        ("train", "--config", "village.yaml", "--output", ODD_NAME),
        ("report", f"runs/{ODD_NAME}"),
        ("evaluate", f"runs/{ODD_NAME}"),
        ("info", f"runs/{ODD_NAME}"),
        ("data", f"{ODD_NAME}.conll"),
        ("tag", "--output", "found.txt"),
        ("inspect", "--word", "Mira"),
        ("average", f"runs/{ODD_NAME}", "runs/other", "--output", ODD_NAME),
        ("pretrain", "words.txt", "--output", f"{ODD_NAME}.vec", "--dim", "2", "--epochs", "1"),
    ],
    ids=lambda words: words[0],
)
def test_a_file_by_the_name_of_a_control_character_gives_the_terminal_no_orders(
    here: Path, words: tuple[str, ...]
) -> None:
    shutil.move("runs/village-1", f"runs/{ODD_NAME}")
    shutil.copy("village.conll", f"{ODD_NAME}.conll")
    (here / "words.txt").write_text("Mira left and Ines came\n" * 20)
    if words[0] == "average":
        settings = ("--set", "training.seed=9", "--set", "training.epochs=1")
        assert nerwin("train", "--config", "village.yaml", "--output", "runs/other", "-q", *settings).exit_code == DONE
    done = nerwin(*words, stdin="Mira left\n")
    assert "\x07" not in done.output
    assert SHOWN_NAME in done.output
