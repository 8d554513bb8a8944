"""How far `nerwin tag` is, as bars on a terminal: with a file, or with the shards of several."""

import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from nerwin.cli.app import interrupted
from nerwin.counts import counted

if TYPE_CHECKING:
    from nerwin.parallel.workers import Workers
    from nerwin.tagging.shards import Tagging


@contextmanager
def file_bar(path: Path | None, target: Path | None) -> Iterator[Callable[[int], object]]:
    """How far a file is tagged, on a terminal that does not show what is tagged."""
    seen = sys.stderr.isatty() and (target is not None or _goes_to_a_file(sys.stdout))
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
    from nerwin.files.opening import is_gzip, reading

    console = PlainConsole(stderr=True)
    with reading(str(path)):
        total = None if is_gzip(path) else path.stat().st_size
    name = TextColumn("{task.description}", markup=False)
    columns = (name, BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(printable(path.name), total=total)
        yield lambda size: bar.advance(task, size)


def _goes_to_a_file(stream: TextIO) -> bool:
    """Whether a stream is a regular file; what goes into a pipe may still come out on the terminal."""
    return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)


def tag_in_shards(tagging: "Tagging", staff: "Workers") -> None:
    """Tag with workers, showing how many shards are done.

    Raises:
        typer.Exit: at Ctrl-C, how to go on being said.
    """
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
            told = f"{tagging.folder}: {counted(tagging.size, 'piece')}, {before} tagged before"
            console.print(told, soft_wrap=True)
            bar = progress.add_task("", total=tagging.size, completed=before)
            for done in counts:
                progress.update(bar, completed=done)
    except KeyboardInterrupt:
        raise interrupted(f" after {done} of {counted(tagging.size, 'piece')}; the same command continues") from None
