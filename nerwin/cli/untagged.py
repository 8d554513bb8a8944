"""Untagged text as commands take it: raw, in columns, of which one holds the words, or in JSON objects."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from nerwin.text.columns import Columns

Input = Literal["text", "conll", "jsonl"]
WordColumnOption = Annotated[
    int | None,
    typer.Option(
        "--word-column", metavar="N", help="conll: column of the words, -1 is the last; default: a model's, else 0."
    ),
]
CommentsOption = Annotated[
    str | None,
    typer.Option(
        "--comments", metavar="TEXT", help="conll: how comment lines start; default: as a model has it, else none."
    ),
]


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
