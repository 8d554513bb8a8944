"""`nerwin tag`: entities in new text, raw or in columns, from a file or a pipe."""

import os
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TextIO, get_args

import typer

from nerwin.cli.app import command, interrupted, say, stream_path
from nerwin.cli.engine import EngineOption, SchedulerOption, workers
from nerwin.cli.form_hint import form_hint
from nerwin.cli.options import ModelArgument
from nerwin.cli.output import check_apart, check_spared, write
from nerwin.cli.untagged import Input, InputOption, columns_to_read, comments_option, word_column_option
from nerwin.collector import collector_paused
from nerwin.counts import counted

if TYPE_CHECKING:
    from nerwin.parallel.workers import Workers
    from nerwin.tagging.shards import Tagging


Format = Literal["conll", "jsonl", "inline"]
OF_FILES = (".html", ".txt", ".tsv")  # suffixes, beside those of forms, that hardly anybody gives a folder


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
    with collector_paused():  # modules and the model are many objects, and hardly a cycle
        from nerwin.config.corpora import columns_of
        from nerwin.config.reading import named_files
        from nerwin.errors import ConfigError
        from nerwin.storage.folders import model_folder
        from nerwin.tagging.ranges import saved_model
        from nerwin.tagging.renderings import HTML_END, HTML_HEAD
        from nerwin.tagging.shards import Frame, Tagging, cut_texts, shards_folder
        from nerwin.tagging.streaming import Task, tag_file
        from nerwin.tagging.tagger import load

        if page and form:
            raise ConfigError(f"--html is a format: expected it or --format, found both (--format {form}). Drop one.")
        staff = workers(engine, scheduler, jobs)
        folder = model_folder(model)
        tagger = load(folder, min_score)
    if model is None:
        say(f"model: {folder}", err=True)  # the newest run may be another one than the user has in mind
    config = tagger.model.config
    columns = columns_to_read(source, word_column, comments, columns_of(config.corpus))
    objects = source == "jsonl"
    files, output = files or [Path("-")], stream_path(output) if output else None
    hint = form_hint(source, files, columns)
    chosen = "html" if page else form or _usual(source, output if len(files) == 1 else None)
    frame, ending = (Frame(HTML_HEAD, HTML_END), ".html") if chosen == "html" else (Frame(), "")
    if chosen == "inline" and (odd := [one for one in tagger.model.types if "(" in one or ")" in one]):
        raise ConfigError(
            f"--format: expected types without parentheses, which inline markup cannot hold, found {odd[0]}. "
            "Take jsonl or conll."
        )
    texts = _with_outputs(files, output, ending)
    for _, target in texts:
        check_spared(target, named_files(config).values())
    if engine == "dask":
        shared, task = _on_disk(texts), Task(chosen, "", columns, objects=objects)
        (_, first), *others = shared
        place = first.parent / ".shards" if others else shards_folder(first)
        _run(Tagging(place, cut_texts(shared, task), saved_model(folder, min_score), task, frame), staff)
    else:
        for path, target in texts:
            with _bar(path, target) as progress:
                tagged = tag_file(tagger, path, chosen, columns, jobs, progress, objects=objects)
                write(frame.around(tagged), target)
    if hint:
        say(hint, err=True)


@contextmanager
def _bar(path: Path | None, target: Path | None) -> Iterator[Callable[[int], object]]:
    """How far a file is tagged, on a terminal that does not show what is tagged."""
    terminal = sys.stderr is not None and sys.stderr.isatty()  # closed, it is None
    seen = terminal and (target is not None or _goes_to_a_file(sys.stdout))
    if path is None or not path.is_file() or not seen:
        yield lambda size: None
        return
    from rich.progress import (  # a tenth of the start
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    from nerwin.cli.console import PlainConsole
    from nerwin.errors import printable
    from nerwin.text.files import is_gzip, reading

    console = PlainConsole(stderr=True)
    with reading(str(path)):
        total = None if is_gzip(path) else path.stat().st_size
    name = TextColumn("{task.description}", markup=False)
    columns = (name, BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(printable(path.name), total=total)
        yield lambda size: bar.advance(task, size)


def _with_outputs(files: Sequence[Path], output: Path | None, ending: str) -> list[tuple[Path | None, Path | None]]:
    """What to read and where to write; None for standard input and output. Several files go into a folder, made here,
    where they keep their names but for the .gz of what is packed, and get an ending.

    Raises:
        ConfigError: several files without a folder, or of the same name; a file that is to be an output too.
    """
    from nerwin.errors import ConfigError
    from nerwin.text.files import check_readable, suffix_of, unpacked_name
    from nerwin.text.suffixes import form_by_suffix

    sources = [stream_path(file) for file in files]
    if len(files) == 1:
        if output:
            check_apart(output, sources, output)
        return [(sources[0], output)]
    if output is None or Path("-") in files:
        raise ConfigError(
            f"FILE...: expected one file, or files and --output, a folder, found {len(files)} and "
            + ("no folder. Name one with --output" if output is None else "standard input among them. Take it out")
            + ", or tag them one by one."
        )
    if (form_by_suffix(output) or suffix_of(output) in OF_FILES) and not output.exists():
        raise ConfigError(
            f"--output {output}: expected a folder for {len(files)} files, found the name of a file. "
            "Name a folder, and what to write with --format or --html."
        )
    placed: dict[Path, Path] = {}
    for file in files:
        target = output / f"{unpacked_name(file)}{ending}"
        if target in placed:
            raise ConfigError(f"{file}: expected files of different names, found {placed[target]} too. Rename one.")
        check_readable(file)
        check_apart(target, sources, output)
        placed[target] = file
    try:
        output.mkdir(exist_ok=True)
    except OSError as error:
        raise ConfigError(f"--output {output}: cannot make the folder: {error.strerror}. Choose another.") from error
    return [(file, target) for target, file in placed.items()]


def _on_disk(texts: Sequence[tuple[Path | None, Path | None]]) -> list[tuple[Path, Path]]:
    """The same texts, of which workers that share nothing but a disk with this machine can read and write each.

    Raises:
        ConfigError: standard input or output, or something that is no file.
    """
    from nerwin.errors import ConfigError
    from nerwin.text.files import is_packed

    shared = []
    for path, target in texts:
        if path is None or target is None:
            found = "standard input" if path is None else "no file to write"
            raise ConfigError(f"--engine dask: expected a file to read and --output, found {found}. Name both.")
        for one in (path, target):
            if one.exists() and not one.is_file():
                raise ConfigError(f"{one}: expected a file, found a folder or a pipe. Choose another.")
        if is_packed(target):
            raise ConfigError(f"{target}: expected a name without .gz, as --engine dask packs nothing. Take it off.")
        if not target.parent.is_dir():
            raise ConfigError(
                f"{target}: expected a file in an existing folder, found no {target.parent}. Make it first."
            )
        shared.append((path, target))
    return shared


def _run(tagging: "Tagging", staff: "Workers") -> None:
    """Tag in shards; how far it is stands on a terminal."""
    from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

    from nerwin.cli.console import PlainConsole

    console, done = PlainConsole(stderr=True), 0
    progress = Progress(
        *Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn(),
        console=console, transient=True,
    )  # fmt: skip
    try:
        # Where there is no terminal it is not even begun: Rich before 14.3 ends a disabled one with an empty line.
        with progress if console.is_terminal else nullcontext(), closing(tagging.run(staff)) as counts:
            before = done = next(counts)
            console.print(f"{tagging.folder}: {counted(tagging.size, 'piece')}, {before} tagged before")
            bar = progress.add_task("", total=tagging.size, completed=before)
            for done in counts:
                progress.update(bar, completed=done)
    except KeyboardInterrupt:
        raise interrupted(f" after {done} of {counted(tagging.size, 'piece')}; the same command continues") from None


def _goes_to_a_file(stream: TextIO) -> bool:
    """Whether a stream is a regular file; what goes into a pipe may still come out on the terminal."""
    return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)


def _usual(source: Input, output: Path | None) -> str:
    """The format where none is asked for: that of the output's suffix, or else of the input.

    Colours are only for the eyes of who wants them (no-color.org).

    Raises:
        ConfigError: the suffix is that of a form which `tag` does not write.
    """
    from nerwin.errors import ConfigError
    from nerwin.text.files import suffix_of
    from nerwin.text.suffixes import form_by_suffix

    if output and suffix_of(output) == ".html":
        return "html"
    if output and (named := form_by_suffix(output)):
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
