"""Tables of figures on standard output, whatever its width."""

import copy
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Column, Table

WIDEST = 10_000  # columns; no table takes so many
WORDS = 15  # letters that a column of words keeps on a narrow terminal: most parts of a key have fewer
FRAME = 3  # what a column takes beside its cells: a line, and a blank at both sides


def new_table(title: str, words: Iterable[str], numbers: Iterable[str] = ()) -> "Table":
    """A table without rows, given the heads of its columns: first those of words, then those of numbers."""
    from rich.table import Table

    table = Table(*words, title=title)
    for head in numbers:
        table.add_column(head, justify="right")
    return table


def print_whole(console: "Console", table: "Table") -> None:
    """Print a table that cuts no figure and no name off: as wide as it is, unless a terminal is narrower.

    Its title is a line of its own, which rich would fold to the width of the table.
    """
    if table.title:
        console.print(table.title, style="table.title", soft_wrap=True)
        table.title = None
    tables = _fitted(console, table) if console.is_terminal else [table]
    width = console.width
    console.width = width if console.is_terminal else WIDEST
    for one in tables:
        console.print(one)
    console.width = width


def _fitted(console: "Console", table: "Table") -> "list[Table]":
    """A table as a terminal has room for it: words are folded, never figures; columns of figures that do not fit beside
    them follow in further tables, behind the same words.
    """
    unlimited = console.options.update(width=WIDEST)

    def widest(*cells: "RenderableType") -> int:
        return max((console.measure(cell, options=unlimited).maximum for cell in cells), default=0)

    if widest(table) <= console.width:
        return [table]
    words = [column for column in table.columns if column.justify == "left"]
    figures = [column for column in table.columns if column.justify != "left"]
    room = console.width - 1 - sum(min(widest(column.header, *column.cells), WORDS) + FRAME for column in words)
    pieces: list[list[Column]] = [[]]
    left = room
    for column in figures:
        head = min(console.measure(column.header, options=unlimited).minimum, console.width // 2)
        column.width = max(head, widest(*column.cells))
        if pieces[-1] and left < column.width + FRAME:
            pieces.append([])
            left = room
        pieces[-1].append(column)
        left -= column.width + FRAME
    for column in table.columns:
        column.overflow = "fold"
    return [_with_columns(table, [*words, *piece]) for piece in pieces]


def _with_columns(table: "Table", columns: "list[Column]") -> "Table":
    piece = copy.copy(table)
    piece.columns = columns
    return piece
