"""`nerwin tag`: entities in new text, raw or in columns, from a file or a pipe."""

import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from nerwin.cli.app import Input, command, source_path


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
) -> None:
    """Tag text: entities as \\[text](TYPE), as columns or as JSON lines."""
    from nerwin.text.files import read_lines, source_name
    from nerwin.training.data import columns_of
    from nerwin.training.run import model_folder
    from nerwin.training.streaming import tag_columns, tag_texts
    from nerwin.training.tagger import load

    tagger = load(model_folder(model))
    path = source_path(file)
    lines = read_lines(path)
    if source is Input.text:
        tagged = tag_texts(tagger, lines, (form or Format.inline).value)
    else:
        columns = columns_of(tagger.model.config.corpus)
        tagged = tag_columns(tagger, lines, columns, (form or Format.conll).value, source_name(path))
    if output is None:
        _write(tagged)
    else:
        _write_file(tagged, output)


def _write(lines: Iterable[str]) -> None:
    stream = sys.stdout.buffer
    for line in lines:
        stream.write(f"{line}\n".encode())


def _write_file(lines: Iterable[str], path: Path) -> None:
    """Write beside the place and move there at the end, so that a broken run leaves nothing half written."""
    import os

    from nerwin.errors import CorpusError

    beside = path.with_name(f".{path.name}.part")
    try:
        with beside.open("wb") as stream:
            for line in lines:
                stream.write(f"{line}\n".encode())
        os.replace(beside, path)
    except OSError as error:
        raise CorpusError(f"{path}: cannot write: {error.strerror}. Choose another --output.") from error
    finally:
        beside.unlink(missing_ok=True)
