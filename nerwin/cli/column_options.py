"""The keys of `corpus` that say where words and tags stand, as options of commands without a configuration."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from nerwin.corpora.choices import Delimiter, Scheme

OPTIONS = {"word_column": "--word-column", "tag_column": "--tag-column", "comments": "--comments"}
SCORING_OPTIONS = OPTIONS | {"scheme": "--scheme", "delimiter": "--delimiter"}

WordColumnOption = Annotated[
    int | None, typer.Option("--word-column", metavar="N", help="Column of the words; default: as in training.")
]
TagColumnOption = Annotated[
    int | None, typer.Option("--tag-column", metavar="N", help="Column of the tags; default: as in training.")
]
DelimiterOption = Annotated[
    Delimiter | None, typer.Option("--delimiter", help="What separates columns; default: as in training.")
]
CommentsOption = Annotated[
    str | None, typer.Option("--comments", metavar="TEXT", help="How comment lines start; default: as in training.")
]
SchemeOption = Annotated[
    Scheme | None, typer.Option("--scheme", help="How tags spell entities; default: as in training.")
]


def chosen_keys(**options: Any) -> dict[str, Any]:
    """The keys of `corpus` whose options were given, of those in SCORING_OPTIONS."""
    return {key: value for key, value in options.items() if value is not None}


@contextmanager
def naming_options(options: dict[str, str]) -> Iterator[None]:
    """What is raised here about a corpus names options where it named keys of a configuration."""
    from nerwin.errors import ConfigError, CorpusError

    try:
        yield
    except (ConfigError, CorpusError) as error:
        raise type(error)(named_as_options(str(error), options)) from error


def named_as_options(text: str, options: dict[str, str] = OPTIONS) -> str:
    """A message that names options where it named keys of a configuration."""
    key = re.compile(rf"corpus\.({'|'.join(options)})")
    return key.sub(lambda found: options[found[1]], text)
