"""`nerwin gradcheck`: every derived gradient of a configuration's network against central differences."""

import json
from pathlib import Path
from typing import Annotated

import typer

from nerwin.cli.app import command


@command
def gradcheck(
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="YAML configuration; default: the shipped quickstart.")
    ] = None,
    overrides: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a key of the configuration.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check the gradients of a configuration's network numerically; exit 1 where one is wrong."""
    from rich.console import Console
    from rich.table import Table

    from nerwin.network.gradcheck import EPSILON, TOLERANCE
    from nerwin.shipped import QUICKSTART, shipped
    from nerwin.training.config import load_config
    from nerwin.training.gradients import check_gradients

    checks = check_gradients(load_config(config or shipped(QUICKSTART), overrides or ()))
    worst = max(check.error for check in checks)
    passed = all(check.passed for check in checks)
    if as_json:
        rows = [{**check._asdict(), "passed": check.passed} for check in checks]
        typer.echo(json.dumps({"passed": passed, "max_relative_error": worst, "checks": rows}))
    else:
        table = Table(title=f"central differences, ε = {EPSILON:g}, bound {TOLERANCE:g}", title_justify="left")
        for title in ("tensor", "shape", "entries", "‖derived‖", "‖numeric‖", "relative error", ""):
            table.add_column(title, justify="left" if title == "tensor" else "right")
        for check in checks:
            table.add_row(
                check.name,
                "x".join(map(str, check.shape)),
                str(check.entries),
                f"{check.analytic:.4e}",
                f"{check.numeric:.4e}",
                f"{check.error:.1e}",
                "ok" if check.passed else "[red]WRONG[/]",
            )
        Console().print(table)
    if not passed:
        raise typer.Exit(1)
