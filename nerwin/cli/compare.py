"""`nerwin compare`: the same training with other choices, side by side."""

import json
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nerwin.cli.app import command, interrupted
from nerwin.cli.engine import EngineOption, SchedulerOption, workers
from nerwin.cli.interruption import at_the_end
from nerwin.cli.options import ConfigOption
from nerwin.cli.tables import print_whole
from nerwin.cli.threads import configured_threads
from nerwin.counts import counted

if TYPE_CHECKING:
    from rich.table import Table

    from nerwin.comparison.results import Result, Row


@command
def compare(
    vary: Annotated[
        list[str],
        typer.Option(
            "--vary",
            metavar="KEY=VALUE,VALUE",
            help="A key and the values to try, e.g. training.seed=1,2,3; repeatable.",
        ),
    ],
    config: ConfigOption = None,
    overrides: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a key for all trainings; repeatable.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Folder; default: one under runs/, named after the configuration."),
    ] = None,
    jobs: Annotated[
        int,
        typer.Option(
            "--jobs", "-j", min=1, show_default=False, help="Trainings at a time, a process each; default: one a core."
        ),
    ] = os.cpu_count() or 1,
    engine: EngineOption = "local",
    scheduler: SchedulerOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print every training as a line of JSON, the best setting first.")
    ] = False,
) -> None:
    """Train with all combinations of some values, and rank them; the same command again skips what is finished."""
    from nerwin.cli.console import PlainConsole
    from nerwin.errors import ConfigError
    from nerwin.shell import command_line
    from nerwin.shipped import QUICKSTART, shipped

    path, overrides = config or shipped(QUICKSTART), overrides or []
    configured_threads(path, overrides)
    from nerwin.comparison.comparison import Comparison, folder_of
    from nerwin.comparison.grid import grid, keys_of, replaced
    from nerwin.comparison.results import ranked, summarise
    from nerwin.config.reading import taken_apart

    staff, wanted = workers(engine, scheduler, jobs), grid(vary)
    if lost := replaced(keys_of([taken_apart(overrides)]), keys_of(wanted)):
        raise ConfigError(
            f"--set {lost[0]}: expected a key that is the same in all cells, found it in --vary. Drop one."
        )
    folder = output or folder_of(path, overrides)
    comparison = Comparison(folder, path, overrides, wanted)
    console, cells = PlainConsole(stderr=True), comparison.cells
    done = comparison.finished()
    console.print(f"{folder}: {counted(len(cells), 'cell')}, {len(done)} finished before", soft_wrap=True)
    for note in (*comparison.left_out(), *comparison.without_effect()):
        console.print(note, style="dim", soft_wrap=True)
    try:
        with at_the_end(signal.default_int_handler):
            for result in comparison.run(staff):
                done.append(result)
                console.print(f"{len(done)}/{len(cells)}  {_line(result)}", soft_wrap=True)
    except KeyboardInterrupt:
        raise interrupted(f" after {len(done)} of {counted(len(cells), 'cell')}; the same command continues") from None
    rows = summarise(done)
    best = next((row.runs for row in rows if row.runs), None)
    if as_json:
        for line in ranked(rows, folder):
            typer.echo(json.dumps(line))
    else:
        print_whole(PlainConsole(), _table(rows, keys_of(wanted)))
        console.print(f"every cell: {folder}/results.jsonl", soft_wrap=True)
        if best:
            console.print(f"best: {command_line(*(folder / run for run in best))}", soft_wrap=True)
    if not best:
        raise typer.Exit(1)


def _line(result: "Result") -> str:
    from nerwin.comparison.grid import called

    outcome = f"dev F1 {result.f1:.4f}" if result.error is None else f"failed: {result.error}"
    return f"{called(result.cell)}  {outcome}"


def _table(rows: "list[Row]", keys: list[str]) -> "Table":
    from rich.table import Table

    from nerwin.comparison.results import SEED

    table = Table()
    shown = [key for key in keys if key != SEED]
    for key in shown:
        table.add_column(key.replace(".", ".\n"))
    several = any(row.tried > 1 for row in rows)
    for title in ("dev F1", *(["spread", "seeds"] if several else []), "epochs", "time", "in margin"):
        table.add_column(title, justify="right")
    for row in rows:
        own = dict(part.split("=", 1) for part in row.setting)
        values = [own.get(key, "") for key in shown]
        if not row.runs:
            table.add_row(*values, "failed", *(["", "0"] if several else []), "", "", "", style="red")
            continue
        trained = len(row.runs)
        count = str(trained) if trained == row.tried else f"{trained} of {row.tried}"
        seeds = [f"{row.spread:.4f}" if trained > 1 else "", count] if several else []
        figures = (f"{row.epochs:.0f}", f"{row.seconds:.1f} s", f"{row.active:.1%}")
        table.add_row(*values, f"{row.f1:.4f}", *seeds, *figures)
    return table
