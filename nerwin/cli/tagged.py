"""Tagged corpora as commands take them: the keys of `corpus` that say where words and tags stand, as options."""

import re
from typing import Annotated

import typer

from nerwin.errors import CorpusError

WordColumnOption = Annotated[
    int | None, typer.Option("--word-column", metavar="N", help="Column of the words; -1 is the last.")
]
TagColumnOption = Annotated[
    int | None, typer.Option("--tag-column", metavar="N", help="Column of the tags; -1 is the last.")
]
CommentsOption = Annotated[
    str | None, typer.Option("--comments", metavar="TEXT", help="Lines that start with this are comments.")
]
OPTIONS = {"word_column": "--word-column", "tag_column": "--tag-column", "comments": "--comments"}


def named_as_options(error: CorpusError, options: dict[str, str] = OPTIONS) -> CorpusError:
    """An error that names options where it named keys of a configuration."""
    key = re.compile(rf"corpus\.({'|'.join(options)})")
    return CorpusError(key.sub(lambda found: options[found[1]], str(error)))
