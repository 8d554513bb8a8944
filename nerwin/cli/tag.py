"""`nerwin tag`: entities in new text, raw or in columns, from a file or a pipe."""

import os
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
    if output is None:
        _write(tagged)
    else:
        _write_file(tagged, output)


def _write(texts: Iterable[str]) -> None:
    for text in texts:
        sys.stdout.buffer.write(text.encode())


def _write_file(texts: Iterable[str], path: Path) -> None:
    """Write beside the place and move there at the end, so that a broken run leaves nothing half written.

    What is no regular file (a pipe, /dev/null) is written to as it stands.
    """
    from nerwin.errors import CorpusError

    place = path.resolve()  # of a link, where it leads
    special = place.exists() and not place.is_file()
    beside = place if special else place.with_name(f".{place.name}.part")
    try:
        with beside.open("wb") as stream:
            for text in texts:
                stream.write(text.encode())
        if not special:
            os.replace(beside, place)
    except OSError as error:
        raise CorpusError(f"{path}: cannot write: {error.strerror}. Choose another --output.") from error
    finally:
        if not special:
            beside.unlink(missing_ok=True)
