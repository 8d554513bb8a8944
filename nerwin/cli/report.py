"""`nerwin report`: runs in one page, with their curves, scores and errors."""

import importlib.util
import os
from pathlib import Path
from typing import Annotated

import typer

from nerwin.cli.app import command, say, stream_path
from nerwin.cli.column_options import (
    SCORING_OPTIONS,
    CommentsOption,
    DelimiterOption,
    SchemeOption,
    TagColumnOption,
    WordColumnOption,
    chosen_keys,
    naming_options,
)
from nerwin.cli.options import DataOption
from nerwin.cli.output import write
from nerwin.cli.scored import as_own_file, tell_how_scored

NEEDED = ("jinja2", "matplotlib")  # the extra `report`


@command
def report(
    runs: Annotated[
        list[Path] | None,
        typer.Argument(metavar="RUN", help="Run folders, or models, such as averages; default: the newest run."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Page to write, -: standard output; default: report.html in the first run, or beside a model.",
        ),
    ] = None,
    data: DataOption = None,
    word_column: WordColumnOption = None,
    tag_column: TagColumnOption = None,
    delimiter: DelimiterOption = None,
    comments: CommentsOption = None,
    scheme: SchemeOption = None,
) -> None:
    """Write one page of curves, scores and errors, to be read offline; several runs stand side by side."""
    from nerwin.errors import ConfigError

    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise ConfigError(
            f'nerwin report: expected the extra "report", found no {", ".join(missing)}. Install it (README).'
        )
    from nerwin.model.files import read_sources
    from nerwin.report.contents import page_of, report_runs
    from nerwin.report.page import render
    from nerwin.storage.folders import model_folder, newest_folder

    folders = runs or [newest_folder()]
    place = stream_path(output or page_of(folders[0]))
    if place and output is None and os.path.islink(place):  # laid by whoever made the run, maybe
        raise ConfigError(f"{place}: expected a page or nothing, found a link. Name where it leads with --output.")
    if place and (output or place.exists()):
        _check_place(place)
    columns = chosen_keys(
        word_column=word_column, tag_column=tag_column, delimiter=delimiter, comments=comments, scheme=scheme
    )
    with naming_options(SCORING_OPTIONS):
        reports, closeup = report_runs(folders, data, columns)
    page = render(reports, closeup).encode("utf-8", "replace")  # a path may hold half a character
    write([page], place)
    for one in reports:
        chosen = one.config["corpus"]["entities"]
        known = as_own_file(one.data, one.config, read_sources(model_folder(one.folder)))
        tell_how_scored(one.folder, one.data, one.described, one.evaluation, one.types, chosen, known)
    if place is not None:
        say(f"{place}: {len(page):,} bytes")


def _check_place(path: Path) -> None:
    """See that a page can stand there, before the work is done.

    Raises:
        ConfigError: it is no place for a file, or that of a file which is no page.
    """
    from nerwin.errors import ConfigError

    if path.exists() and not path.is_file():
        found = "a folder" if path.is_dir() else "something else"
        raise ConfigError(f"{path}: expected the name of a file to write, found {found}. Choose another --output.")
    if path.is_file() and path.stat().st_size and not _is_page(path):
        raise ConfigError(f"{path}: expected a new file or an older page, found another file. Choose another --output.")
    if not path.parent.is_dir():
        raise ConfigError(f"{path}: expected a file in an existing folder, found no {path.parent}. Make it first.")


def _is_page(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(15).lower() == b"<!doctype html>"
