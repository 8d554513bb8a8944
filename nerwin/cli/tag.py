"""`nerwin tag`: entities in new text, raw or in columns, from a file or a pipe."""

import itertools
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from nerwin.cli.app import Input, command, source_path
from nerwin.cli.output import write


class Format(StrEnum):
    conll = "conll"
    jsonl = "jsonl"
    inline = "inline"


@command
def tag(
    model: Annotated[
        Path | None, typer.Argument(help="A run folder, or its best/ or last/; default: the newest run.")
    ] = None,
    file: Annotated[Path, typer.Argument(help="What to tag; -: standard input.")] = Path("-"),
    source: Annotated[
        Input, typer.Option("--input", help="text: a text a line; conll: a word a line in columns.")
    ] = Input.text,
    form: Annotated[
        Format | None, typer.Option("--format", help="Default: conll for conll, else inline, in colour on a terminal.")
    ] = None,
    page: Annotated[bool, typer.Option("--html", help="Write a web page.")] = False,
    min_score: Annotated[
        float, typer.Option("--min-score", min=0, max=1, help="Leave out entities less likely to be right.")
    ] = 0.0,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write here; default: standard output.")] = None,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", min=1, help="Processes for a long file; default: one a core.")
    ] = os.cpu_count() or 1,
) -> None:
    """Tag text: entities as \\[text](TYPE), as columns, as JSON lines or as a page."""
    from nerwin.errors import ConfigError
    from nerwin.training.data import columns_of
    from nerwin.training.renderings import HTML_END, HTML_HEAD
    from nerwin.training.run import model_folder
    from nerwin.training.streaming import tag_file
    from nerwin.training.tagger import load

    if page and form:
        raise ConfigError(f"--html is a format: expected it or --format, found both (--format {form.value}). Drop one.")
    tagger = load(model_folder(model), min_score)
    columns = columns_of(tagger.model.config.corpus) if source is Input.conll else None
    chosen = "html" if page else form.value if form else _usual(source, output)
    tagged = tag_file(tagger, source_path(file), chosen, columns, jobs)
    if page:
        tagged = itertools.chain([HTML_HEAD], tagged, [HTML_END])
    write((text.encode() for text in tagged), output)


def _usual(source: Input, output: Path | None) -> str:
    """The format where none is asked for: colours only for the eyes of who wants them (no-color.org)."""
    if source is Input.conll:
        return Format.conll.value
    seen = output is None and sys.stdout.isatty()
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return "colour" if seen and wanted else Format.inline.value
