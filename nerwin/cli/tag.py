"""`nerwin tag`: entities in new text, raw or in columns, from a file or a pipe."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, get_args

import typer

from nerwin.cli.app import command, say, stream_path
from nerwin.cli.engine import EngineOption, SchedulerOption, workers
from nerwin.cli.form_hint import STDIN, form_hint
from nerwin.cli.options import ModelArgument
from nerwin.cli.output import write
from nerwin.cli.tag_bars import file_bar, tag_in_shards
from nerwin.cli.tag_files import on_disk, with_outputs
from nerwin.cli.untagged import Input, InputOption, columns_to_read, comments_option, word_column_option
from nerwin.collector import collector_paused

Format = Literal["conll", "jsonl", "inline"]


@command
def tag(
    model: ModelArgument = None,
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help="What to tag; default: -, standard input. Several need --output."),
    ] = None,
    source: InputOption = "text",
    word_column: Annotated[int | None, word_column_option("as in training")] = None,
    comments: Annotated[str | None, comments_option("as in training")] = None,
    form: Annotated[
        Format | None,
        typer.Option(
            "--format",
            help="Form of the output; default: by its suffix, else as --input, but text as inline.",
        ),
    ] = None,
    page: Annotated[bool, typer.Option("--html", help="Write a web page.")] = False,
    min_score: Annotated[
        float,
        typer.Option(
            "--min-score", min=0, max=1, help="Leave out entities that are less likely than this to be right."
        ),
    ] = 0.0,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="File to write; of several files, the folder to write into; default: -, standard output.",
        ),
    ] = None,
    jobs: Annotated[
        int,
        typer.Option("--jobs", "-j", min=1, show_default=False, help="Processes for a long file; default: one a core."),
    ] = os.cpu_count() or 1,
    engine: EngineOption = "local",
    scheduler: SchedulerOption = None,
) -> None:
    """Tag text: entities as \\[text](TYPE), as columns, as JSON lines or as a page."""
    files, output = files or [STDIN], stream_path(output) if output else None
    with collector_paused():  # modules and the model are many objects, and hardly a cycle
        from nerwin.config.reading import named_files
        from nerwin.files.opening import is_typed
        from nerwin.storage.folders import model_folder
        from nerwin.tagging.streaming import tag_file
        from nerwin.tagging.tagger import load
        from nerwin.tagging.task import Task

        rendering = _rendering(form, page, source, output, folder=len(files) > 1)
        staff = workers(engine, scheduler, jobs)
        folder = model_folder(model)
        tagger = load(folder, min_score)
    if model is None:
        say(f"model: {folder}", err=True)  # the newest run may be another one than the user has in mind
    if rendering == "inline":
        _check_types(tagger.model.types)
    config = tagger.model.config
    columns = columns_to_read(source, word_column, comments, config.corpus.columns)
    task = Task(rendering, columns, objects=source == "jsonl")
    texts = with_outputs(files, output, ".html" if page else "", named_files(config).values())
    hint = form_hint(source, files, columns)
    if STDIN in files and is_typed(None):
        say("tags what is typed here, until Ctrl-D", err=True)  # else it would seem to hang
    if engine == "dask":
        from nerwin.tagging.ranges import saved_model
        from nerwin.tagging.shards import Tagging

        tag_in_shards(Tagging(on_disk(texts), saved_model(folder, min_score), task), staff)
    else:
        for path, target in texts:
            with file_bar(path, target) as progress:
                write(tag_file(tagger, path, task, jobs, progress), target, at_once=True)
    if hint:
        say(hint, err=True)


def _rendering(form: Format | None, page: bool, source: Input, output: Path | None, *, folder: bool) -> str:
    """How the tagged text is written: as asked for, or else as the output's suffix says, or as the input is.

    Colours are only for the eyes of who wants them (no-color.org).

    Args:
        output: what is written; None for standard output. folder: whether it is a folder.

    Raises:
        ConfigError: two ways are asked for, or the suffix is that of a form which `tag` does not write.
    """
    from nerwin.corpora.suffixes import form_by_suffix
    from nerwin.errors import ConfigError
    from nerwin.files.opening import suffix_of

    if page and form:
        raise ConfigError(f"--html is a format: expected it or --format, found both (--format {form}). Drop one.")
    if page or form:
        return form or "html"
    if output and not folder and suffix_of(output) == ".html":
        return "html"
    if output and not folder and (named := form_by_suffix(output)):
        if named not in get_args(Format):
            raise ConfigError(
                f"--output {output}: expected a suffix of {', '.join(get_args(Format))} or none of a form, found that "
                f"of {named}. Choose another, or name the --format; nerwin convert writes {named}."
            )
        return named
    if source != "text":
        return source
    seen = output is None and sys.stdout.isatty()
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return "colour" if seen and wanted else "inline"


def _check_types(types: Sequence[str]) -> None:
    """Refuse types that inline markup cannot hold.

    Raises:
        ConfigError: there is one.
    """
    from nerwin.errors import ConfigError

    if odd := [one for one in types if "(" in one or ")" in one]:
        raise ConfigError(
            f"--format: expected types without parentheses, which inline markup cannot hold, found {odd[0]}. "
            "Take jsonl or conll."
        )
