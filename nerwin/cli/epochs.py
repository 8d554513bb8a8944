"""The epochs of a training as they come: a table with curves on a terminal, else a line each."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from nerwin.training.state import Batched, EpochDone

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.progress import Progress
    from rich.table import Table

# Title and width of each column of the epoch table, and its turn to go on a narrow terminal: 3 first, 0 never.
COLUMNS = (
    ("epoch", 5, 0),
    ("loss", 7, 0),
    ("in margin", 9, 2),
    ("windows/s", 9, 3),
    ("P", 6, 1),
    ("R", 6, 1),
    ("dev F1", 6, 0),
    ("kept", 4, 0),  # the best so far, or the last
)
GAP = 2  # behind a column; rich before 15 has one behind the last, too
BLOCKS, ASCII = "▁▂▃▄▅▆▇█", "_.,-=+*#"


def draw(console: "Console", records: Iterable[Batched | EpochDone]) -> list[EpochDone]:
    """Draw the records of a training; returns those of the epochs."""
    drawing = console.is_terminal and not console.is_dumb_terminal and not console.quiet
    return _draw_live(console, records) if drawing else _draw_plain(console, records)


def sparkline(values: Sequence[float], *, ascii_only: bool = False) -> str:
    """A curve of one letter a value, from the lowest to the highest of them."""
    levels = ASCII if ascii_only else BLOCKS
    low, span = min(values, default=0.0), max(values, default=0.0) - min(values, default=0.0)
    return "".join(levels[round((value - low) / span * (len(levels) - 1)) if span else 0] for value in values)


def _draw_plain(console: "Console", records: Iterable[Batched | EpochDone]) -> list[EpochDone]:
    """One line an epoch."""
    done = []
    for record in records:
        if isinstance(record, EpochDone):
            done.append(record)
            console.print(_line(record), soft_wrap=True)
    return done


def _line(record: EpochDone) -> str:
    *cells, kept = _cells(record)
    named = [f"{title} {cell}" for (title, _, _), cell in zip(COLUMNS[:-1], cells, strict=True) if cell]
    return "  ".join([*named, *(["kept"] if kept else [])])


def _cells(record: EpochDone) -> list[str]:
    line = record.to_dict()
    return [
        str(record.epoch),
        f"{record.loss:.4f}",
        f"{record.active:.1%}",
        f"{line['windows_per_second']:,.0f}",
        *(f"{record.dev[name]:.4f}" if record.dev else "" for name in ("precision", "recall", "f1")),
        "*" if record.best and record.dev else "",
    ]


def _draw_live(console: "Console", records: Iterable[Batched | EpochDone]) -> list[EpochDone]:
    """A table row an epoch, above the curves so far and a bar with the time left in the epoch."""
    from rich.console import Group
    from rich.live import Live

    done: list[EpochDone] = []
    bar = _bar(console)
    task = bar.add_task("", total=None)
    console.print(table(console.width))
    with Live(bar, console=console, transient=True) as live:
        for record in records:
            if isinstance(record, EpochDone):
                done.append(record)
                console.print(table(console.width, record))
                live.update(Group(curves(console, done), bar))
                bar.reset(task)
            else:
                description = f"epoch {record.epoch}  loss {record.loss:.4f}"
                bar.update(task, description=description, completed=record.done, total=record.total)
    return done


def curves(console: "Console", done: Sequence[EpochDone]) -> "RenderableType":
    """How loss and dev F1 went, as far back as there is room."""
    from rich.text import Text

    room = max((console.width - len("loss    dev F1 ")) // 2, 1)
    ascii_only = console.options.ascii_only
    loss = sparkline([record.loss for record in done[-room:]], ascii_only=ascii_only)
    text = Text.assemble("loss ", (loss, "red"), no_wrap=True)
    if f1 := dev_curve(done[-room:], ascii_only=ascii_only):
        text.append("   dev F1 ").append(f1, "green")
    return text


def dev_curve(done: Sequence[EpochDone], *, ascii_only: bool) -> str:
    """How dev F1 went; nothing where dev is learned from."""
    return sparkline([record.dev["f1"] for record in done if record.dev], ascii_only=ascii_only)


def _bar(console: "Console") -> "Progress":
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        expand=True,
    )


def table(width: int, record: EpochDone | None = None) -> "Table":
    """The head of the epoch table, or one row of it: printed one by one, they line up."""
    from rich.table import Table

    row = Table(box=None, show_header=record is None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold")
    shown = _shown(width)
    for title, least, _ in shown:
        row.add_column(title, min_width=least, justify="right", no_wrap=True)
    if record is not None:
        cells = dict(zip(COLUMNS, _cells(record), strict=True))
        row.add_row(*(cells[column] for column in shown), style="bold green" if record.best else "")
    return row


def _shown(width: int) -> list[tuple[str, int, int]]:
    """The columns that a terminal of that width has room for."""
    for least_wanted in (3, 2, 1, 0):
        shown = [column for column in COLUMNS if column[2] <= least_wanted]
        if sum(column[1] + GAP for column in shown) <= width:
            break
    return shown
