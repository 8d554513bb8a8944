"""Untagged text as commands take it: raw, in columns, of which one holds the words, or in JSON objects."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from nerwin.corpora.columns import Columns

Input = Literal["text", "conll", "jsonl"]
InputOption = Annotated[
    Input,
    typer.Option(
        "--input",
        help="text: each line is a text; conll: a word a line, in columns; jsonl: an object a line, its text or words.",
    ),
]


def word_column_option(usual: str) -> Any:
    """The option that says which column holds the words, and in its help what it is without."""
    return typer.Option(
        "--word-column", metavar="N", help=f"conll: column of the words, -1 is the last; default: {usual}."
    )


def comments_option(usual: str) -> Any:
    """The option that says how comment lines start, and in its help what it is without."""
    return typer.Option("--comments", metavar="TEXT", help=f"conll: how comment lines start; default: {usual}.")


def columns_to_read(source: Input, word_column: int | None, comments: str | None, usual: "Columns") -> "Columns | None":
    """Where the words stand, if in columns: as usual, where an option does not say otherwise.

    Raises:
        ConfigError: options for columns without them.
    """
    from nerwin.errors import ConfigError

    if source == "conll":
        word = usual.word if word_column is None else word_column
        return usual._replace(word=word, comments=usual.comments if comments is None else comments)
    if word_column is not None or comments is not None:
        raise ConfigError(
            f"--word-column and --comments are for columns: expected --input conll, found {source}. Add --input conll."
        )
    return None
