"""The terminal, through Rich: text as it is, since most of it comes out of files that anybody may have made."""

from typing import Any

from rich.console import Console
from rich.text import Text

from nerwin.errors import printable


class PlainConsole(Console):
    """A console that prints a str as it is: brackets are no markup, `:key:` is no emoji, and control characters, which
    do not reach the terminal, are spelled out. Styles are for a Text, which the program itself has made."""

    def __init__(self, *, stderr: bool = False, quiet: bool = False) -> None:
        super().__init__(stderr=stderr, quiet=quiet, highlight=False, markup=False, emoji=False)

    def print(self, *objects: Any, **options: Any) -> None:
        """Print what the program says, a str as one line, whatever the names of files in it are."""
        super().print(*(printable(one) if isinstance(one, str) else one for one in objects), **options)

    def render_str(self, text: str, **options: Any) -> Text:
        """A string as Rich draws it, be it printed, a title or a cell of a table, whose line ends stay."""
        return super().render_str("\n".join(map(printable, text.split("\n"))), **options)
