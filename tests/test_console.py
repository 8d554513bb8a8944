"""The terminal shows the text of files as it is, and takes no orders from it."""

import pytest
from rich.table import Table

from nerwin.cli.console import PlainConsole

TEXT = "[red]Ines[/] :cat: \x1b[31mLima\u202e"
SHOWN = "[red]Ines[/] :cat: \ufffd[31mLima\ufffd"


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
    assert capsys.readouterr().out == f"{SHOWN}\n{SHOWN}\n"


@pytest.mark.parametrize("where", ["title", "head", "cell"])
def test_so_is_that_of_tables(console: PlainConsole, capsys: pytest.CaptureFixture[str], where: str) -> None:
    table = Table(TEXT if where == "head" else "head", title=TEXT if where == "title" else None)
    table.add_row(TEXT if where == "cell" else "a cell that is wider than the title is")
    console.print(table)
    drawn = capsys.readouterr().out
    assert SHOWN in drawn
    assert "\x1b" not in drawn
