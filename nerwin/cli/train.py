"""`nerwin train`: from a configuration to a run folder, drawn as it goes."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nerwin.cli.app import INTERRUPTED, command
from nerwin.cli.interruption import interruption
from nerwin.cli.threads import configured_threads

if TYPE_CHECKING:
    from threading import Event

    from rich.console import Console
    from rich.progress import Progress
    from rich.table import Table

    from nerwin.training.run import Run
    from nerwin.training.trainer import Batched, EpochDone

# Title and width of each column of the epoch table.
COLUMNS = (
    ("epoch", 5),
    ("loss", 7),
    ("in margin", 9),
    ("windows/s", 9),
    ("P", 6),
    ("R", 6),
    ("dev F1", 6),
    ("best", 4),
)


@command
def train(
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="YAML configuration; default: the shipped quickstart.")
    ] = None,
    overrides: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a key of the configuration.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Run folder; default: the next free one under runs/.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue the run in --output.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the run in --output.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Train a tagger on a corpus in columns."""
    from rich.console import Console

    from nerwin.errors import ConfigError
    from nerwin.shipped import QUICKSTART, shipped

    path = config or shipped(QUICKSTART)
    configured_threads(path, overrides or ())
    from nerwin.training.config import load_config
    from nerwin.training.run import Run, new_folder, newest_folder

    if resume and overwrite:
        raise ConfigError("--resume continues a run and --overwrite replaces it: expected one of them, found both.")
    settings = load_config(path, overrides or ())
    if resume:
        run = Run.resume(output or newest_folder(), settings)
    else:
        run = Run.start(output or new_folder(path.stem), settings, overwrite=overwrite)
    console = Console(stderr=True, quiet=quiet, highlight=False)
    for note in run.parts.notes:
        console.print(note, style="dim", markup=False, soft_wrap=True)
    try:
        with interruption() as asked:
            records = _until(asked, run)
            last = _draw_terminal(console, records) if console.is_terminal else _draw_plain(console, records)
    except KeyboardInterrupt:
        again = _again(config, overrides, run.folder)
        typer.echo(f"nerwin: interrupted, saved {run.saved}; continue with: {again}", err=True)
        raise typer.Exit(INTERRUPTED) from None
    _conclude(console, run, last)
    if not quiet:
        typer.echo(f"{run.folder}: best dev F1 {run.trainer.state.best_f1:.4f}, epoch {run.trainer.state.best_epoch}")


def _again(config: Path | None, overrides: list[str] | None, folder: Path) -> str:
    """The command that continues the run."""
    import shlex

    words = ["nerwin", "train", *(["--config", str(config)] if config else [])]
    for override in overrides or ():
        words += ["--set", override]
    return shlex.join([*words, "--output", str(folder), "--resume"])


def _until(asked: "Event", run: "Run") -> "Iterator[Batched | EpochDone]":
    """The records of a training, until somebody asks for its end.

    Raises:
        KeyboardInterrupt: after what is done has been saved.
    """
    for record in run.train():
        yield record
        if asked.is_set():
            run.pause()
            raise KeyboardInterrupt


def _draw_plain(console: "Console", records: "Iterable[Batched | EpochDone]") -> "EpochDone | None":
    """One line an epoch."""
    from nerwin.training.trainer import EpochDone

    last = None
    for record in records:
        if isinstance(record, EpochDone):
            last = record
            console.print(_line(record), soft_wrap=True)
    return last


def _line(record: "EpochDone") -> str:
    titles = [title for title, _ in COLUMNS]
    return "  ".join(f"{title} {cell}".strip() for title, cell in zip(titles[:-1], _cells(record), strict=False)) + (
        "  best" if record.best else ""
    )


def _cells(record: "EpochDone") -> list[str]:
    line = record.to_dict()
    return [
        str(record.epoch),
        f"{record.loss:.4f}",
        f"{record.active:.1%}",
        f"{line['windows_per_second']:,.0f}",
        *(f"{record.dev[name]:.4f}" for name in ("precision", "recall", "f1")),
        "*" if record.best else "",
    ]


def _draw_terminal(console: "Console", records: "Iterable[Batched | EpochDone]") -> "EpochDone | None":
    """A table row an epoch, above a live bar with the time left in the epoch."""
    from nerwin.training.trainer import EpochDone

    console.print(_table())
    last = None
    with _bar(console) as bar:
        task = bar.add_task("", total=None)
        for record in records:
            if isinstance(record, EpochDone):
                last = record
                console.print(_table(record))
                bar.reset(task)
            else:
                bar.update(
                    task,
                    description=f"epoch {record.epoch}  loss {record.loss:.4f}",
                    completed=record.done,
                    total=record.total,
                )
    return last


def _bar(console: "Console") -> "Progress":
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )


def _table(record: "EpochDone | None" = None) -> "Table":
    """The head of the epoch table, or one row of it: printed one by one, they line up."""
    from rich.table import Table

    table = Table(box=None, show_header=record is None, pad_edge=False, header_style="bold")
    for title, width in COLUMNS:
        table.add_column(title, min_width=width, justify="right", no_wrap=True)
    if record is not None:
        table.add_row(*_cells(record), style="bold green" if record.best else "")
    return table


def _conclude(console: "Console", run: "Run", last: "EpochDone | None") -> None:
    """Why training stopped, and what to type next."""
    state = run.trainer.state
    console.print(f"stopped: {state.stop}", soft_wrap=True)
    if last is not None:
        console.print(f"pairs ranked right on dev, last epoch: {last.dev['ranked']:.2%}", soft_wrap=True)
    corpus = run.trainer.config.corpus
    data = "" if corpus.test or corpus.dev else " --data FILE"
    console.print(f"next: nerwin evaluate {run.folder}{data}", soft_wrap=True, markup=False)
