"""`nerwin tag`: entities in new text, raw or in columns, from a file or a pipe."""

import os
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
    form: Annotated[Format | None, typer.Option("--format", help="Default: inline for text, conll for conll.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write here; default: standard output.")] = None,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", min=1, help="Processes for a long file; default: one a core.")
    ] = os.cpu_count() or 1,
) -> None:
    """Tag text: entities as \\[text](TYPE), as columns or as JSON lines."""
    from nerwin.training.data import columns_of
    from nerwin.training.run import model_folder
    from nerwin.training.streaming import tag_file
    from nerwin.training.tagger import load

    tagger = load(model_folder(model))
    columns = columns_of(tagger.model.config.corpus) if source is Input.conll else None
    usual = Format.conll if source is Input.conll else Format.inline
    tagged = tag_file(tagger, source_path(file), (form or usual).value, columns, jobs)
    write((text.encode() for text in tagged), output)
