"""Tables of figures on standard output, whatever its width."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

WIDEST = 10_000  # columns; no table takes so many


def new_table(title: str, words: Iterable[str], numbers: Iterable[str] = ()) -> "Table":
    """A table without rows, given the heads of its columns: first those of words, then those of numbers."""
    from rich.table import Table

    table = Table(*words, title=title, title_justify="left")
    for head in numbers:
        table.add_column(head, justify="right")
    return table


def print_whole(console: "Console", table: "Table") -> None:
    """Print a table that cuts no figure and no name off: on a terminal that is too narrow, its lines break instead.

    Its title is a line of its own, which rich would fold to the width of the table.
    """
    if table.title:
        console.print(table.title, style="table.title", soft_wrap=True)
        table.title = None
    for column in table.columns:
        if column.no_wrap:  # rich takes the longest word for what it needs at least
            column.min_width = max(console.measure(cell).maximum for cell in (column.header, *column.cells))
    least = console.measure(table, options=console.options.update(width=WIDEST)).minimum
    width = console.width
    console.width = max(width, least)
    console.print(table)
    console.width = width
