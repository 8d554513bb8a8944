"""Untagged text as commands take it: raw, or in columns, of which one holds the words."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from nerwin.text.columns import Columns

COLUMN_ENDINGS = (".conll", ".conllu", ".iob", ".iob2", ".bio", ".iobes", ".bioes")  # how files of columns are called


class Input(StrEnum):
    """The forms in which commands read untagged text."""

    text = "text"
    conll = "conll"


WordColumnOption = Annotated[
    int | None,
    typer.Option(
        "--word-column", metavar="N", help="conll: column of the words, -1 is the last; default: the model's, else 0."
    ),
]
CommentsOption = Annotated[
    str | None,
    typer.Option(
        "--comments", metavar="TEXT", help="conll: how comment lines start; default: as the model has it, else none."
    ),
]


def hint_at_columns(source: Input, files: Sequence[Path]) -> None:
    """Say on stderr that a file which is read as text has the name of one in columns."""
    named = [file for file in files if source is Input.text and file.name.removesuffix(".gz").endswith(COLUMN_ENDINGS)]
    if named:
        typer.echo(f"{named[0]}: read as text, each line for itself; for a word a line add --input conll", err=True)


def columns_to_read(source: Input, word_column: int | None, comments: str | None, usual: "Columns") -> "Columns | None":
    """Where the words stand, if in columns: as usual, where an option does not say otherwise.

    Raises:
        ConfigError: options for columns without them.
    """
    from nerwin.errors import ConfigError

    if source is Input.conll:
        word = usual.word if word_column is None else word_column
        return usual._replace(word=word, comments=usual.comments if comments is None else comments)
    if word_column is not None or comments is not None:
        raise ConfigError("--word-column and --comments are for columns: expected --input conll, found text. Add it.")
    return None
