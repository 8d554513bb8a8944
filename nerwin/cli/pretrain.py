"""`nerwin pretrain`: word vectors from untagged text, drawn as they grow."""

import contextlib
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nerwin.cli.app import command, interrupted, say, stream_path
from nerwin.cli.form_hint import form_hint
from nerwin.cli.interruption import interruption
from nerwin.cli.options import QuietOption
from nerwin.cli.output import check_apart
from nerwin.cli.untagged import Input, InputOption, columns_to_read, comments_option, word_column_option
from nerwin.counts import counted
from nerwin.pretraining.settings import OPTIONS, PretrainSettings, option
from nerwin.shell import command_line, plain_name

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from nerwin.corpora.columns import Columns
    from nerwin.pretraining.run import PretrainRun
    from nerwin.pretraining.text import Text
    from nerwin.pretraining.trainer import PretrainEpochDone


@command
def pretrain(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILES", help="UTF-8 text, plain or gzip; several are read in order; -: standard input."
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            help="File to write: .txt or .vec, also with .gz, for word2vec's text, .bin for its binary form.",
        ),
    ],
    source: InputOption = "text",
    word_column: Annotated[int | None, word_column_option("0")] = None,
    comments: Annotated[str | None, comments_option("none")] = None,
    dim: Annotated[int, typer.Option("--dim", help="Numbers in a word vector.")] = PretrainSettings.dim,
    vocabulary: Annotated[
        int, typer.Option("--vocabulary", help="Words that get a vector, the most frequent ones.")
    ] = PretrainSettings.vocabulary,
    window: Annotated[int, typer.Option("--window", help="Words in a window, odd.")] = PretrainSettings.window,
    epochs: Annotated[int, typer.Option("--epochs", help="Passes over the text.")] = PretrainSettings.epochs,
    learning_rate: Annotated[
        float, typer.Option("--learning-rate", help="The first learning rate; it falls to 0 in a straight line.")
    ] = PretrainSettings.learning_rate,
    seed: Annotated[int, typer.Option("--seed", help="Seed of every random choice.")] = PretrainSettings.seed,
    probes: Annotated[
        list[str] | None,
        typer.Option("--probe", metavar="WORD", help="Show this word's nearest neighbours as it learns; repeatable."),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue the run that stopped.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file, or a run that stopped.")] = False,
    quiet: QuietOption = False,
) -> None:
    """Learn word vectors from untagged text."""
    from nerwin.cli.console import PlainConsole
    from nerwin.corpora.columns import Columns
    from nerwin.pretraining.run import PretrainRun, check_output

    settings = PretrainSettings(dim, vocabulary, window, epochs, learning_rate, seed)
    sources, columns = _sources(files), columns_to_read(source, word_column, comments, Columns())
    check_apart(output, sources, output)
    check_output(output, resume=resume, overwrite=overwrite)
    console, hint = PlainConsole(stderr=True, quiet=quiet), form_hint(source, files, columns)
    text = _read(console, sources, settings, columns, objects=source == "jsonl")
    begin = PretrainRun.resume if resume else PretrainRun.start
    run = begin(output, text, settings)
    check_output(output, resume=resume, overwrite=overwrite)  # once more: reading may have taken its time
    if hint and not quiet:
        say(hint, err=True)
    probes = probes or []
    for word in probes:
        run.pretraining.row(word)  # refuses an unknown one
    before = run.pretraining.state.epoch * text.length + run.pretraining.state.tally.words
    started = time.perf_counter()
    try:
        _train(console, run, probes)
    except KeyboardInterrupt:
        again = _again(files, source, columns, output, settings, probes, quiet)
        epoch = min(run.pretraining.state.epoch + 1, epochs)
        piped = "with the same standard input " if None in sources else ""
        raise interrupted(f" in epoch {epoch}; {piped}continue with: {again}") from None
    seconds = time.perf_counter() - started
    words = epochs * text.length - before
    if not quiet:
        chosen = ("--set", f"words.vectors={plain_name(output)}", "--set", f"words.dim={dim}")
        then = command_line("nerwin", "init", "my.yaml", "--preset", "tagger-vectors", *chosen)
        console.print(f"next: {then}", style="dim", soft_wrap=True)
        say(
            f"{output}: {counted(len(run.pretraining.rows), 'vector')} of {counted(dim, 'number')}, from "
            f"{counted(words, 'word')} in {seconds:.0f} s ({words / max(seconds, 1e-9):,.0f} words/s)"
        )


def _sources(files: list[Path]) -> list[Path | None]:
    """The files to read, None for standard input.

    Raises:
        ConfigError: standard input is named twice, though it can be read once.
    """
    from nerwin.errors import ConfigError

    sources = [stream_path(file) for file in files]
    if sources.count(None) > 1:
        raise ConfigError('FILES: expected standard input, "-", once, found it twice. Name it once.')
    return sources


def _read(
    console: "Console",
    sources: list[Path | None],
    settings: PretrainSettings,
    columns: "Columns | None",
    *,
    objects: bool,
) -> "Text":
    """Read the text, and say how long it is and how much of it gets vectors."""
    from nerwin.pretraining.text import read_text
    from nerwin.text.vocabulary import KNOWN, UNKNOWN

    started = time.perf_counter()
    with console.status("reading the text") if console.is_terminal else contextlib.nullcontext():
        text = read_text(sources, settings.vocabulary, settings.window, columns, objects=objects)
    known = 1 - text.counts[UNKNOWN] / text.length
    console.print(
        f"read {counted(text.length, 'word')} in {time.perf_counter() - started:.0f} s; "
        f"{known:.1%} are among the {len(text.words) - KNOWN:,} that get a vector",
        style="dim",
        soft_wrap=True,
    )
    return text


def _again(
    files: list[Path],
    source: Input,
    columns: "Columns | None",
    output: Path,
    settings: PretrainSettings,
    probes: list[str],
    quiet: bool,
) -> str:
    """The command that continues the run."""
    words: list[str | Path] = ["nerwin", "pretrain", *files, "--output", output]
    if source != "text":
        words += ["--input", source]
    if columns:
        words += ["--word-column", str(columns.word)]
        words += ["--comments", columns.comments] if columns.comments else []
    for name in OPTIONS:
        if getattr(settings, name) != getattr(PretrainSettings, name):
            words += [option(name), str(getattr(settings, name))]
    for word in probes:
        words += ["--probe", word]
    return command_line(*words, *(["--quiet"] if quiet else []), "--resume")


def _train(console: "Console", run: "PretrainRun", probes: list[str]) -> None:
    """A line an epoch with the probes' neighbours, on a terminal above a live bar with the time left.

    Raises:
        KeyboardInterrupt: after the state has been saved.
    """
    from nerwin.pretraining.trainer import PretrainEpochDone

    bar = _bar(console)
    # Where there is no terminal it is not even begun: Rich before 14.3 ends a disabled one with an empty line.
    shown = bar if console.is_terminal else contextlib.nullcontext()
    # Left to Python's end of the records, a second Ctrl-C there would be a traceback.
    with interruption() as asked, shown, contextlib.closing(run.train()) as records:
        task = bar.add_task("", total=None, rate="")
        for record in records:
            if isinstance(record, PretrainEpochDone):
                _print_epoch(console, run, record, probes)
            else:
                bar.update(
                    task,
                    description=f"epoch {record.epoch}  loss {record.loss:.4f}",
                    completed=record.done,
                    total=record.total,
                    rate=f"{record.rate:,.0f} words/s",
                )
            if asked.is_set():
                run.save()
                raise KeyboardInterrupt


def _print_epoch(console: "Console", run: "PretrainRun", record: "PretrainEpochDone", probes: list[str]) -> None:
    left = (run.pretraining.settings.epochs - record.epoch) * record.seconds
    rate = record.words / max(record.seconds, 1e-9)
    console.print(
        f"epoch {record.epoch}  loss {record.loss:.4f}  in margin {record.active:.1%}  words/s {rate:,.0f}  "
        f"left {left / 60:.1f} min",
        soft_wrap=True,
    )
    for word in probes:
        console.print(f"  {word}: {' '.join(run.pretraining.neighbours(word))}", soft_wrap=True)


def _bar(console: "Console") -> "Progress":
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        TaskProgressColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
