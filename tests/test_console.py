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
