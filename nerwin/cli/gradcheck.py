"""`nerwin gradcheck`: every derived gradient of a configuration's network against central differences."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from nerwin.cli.app import command
from nerwin.cli.options import ConfigOption, JsonOption, SetOption
from nerwin.cli.tables import new_table, print_whole

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from nerwin.network.gradcheck import Check

TAKEN_BY_ALL = ("corpus.", "corpus=", "training.", "training=")


@command
def gradcheck(
    config: ConfigOption = None,
    overrides: SetOption = None,
    everything: Annotated[
        bool,
        typer.Option(
            "--all", help="Check small networks for every combination of techniques, on the configuration's corpus."
        ),
    ] = False,
    one_sided: Annotated[
        bool, typer.Option("--one-sided", help="One-sided differences, whose error is O(ε) and not O(ε²); ε is 1e-5.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Compare elemental, vectorised and numeric gradients (lecture 1.5, 1.6, 2.1); exit 1 if one is wrong."""
    from nerwin.cli.console import PlainConsole
    from nerwin.config.reading import load_config
    from nerwin.errors import ConfigError
    from nerwin.pretraining.gradcheck import check_center
    from nerwin.shipped import QUICKSTART, shipped
    from nerwin.training.gradcheck import check_all, check_config

    if everything and one_sided:
        raise ConfigError("--one-sided shows one network's errors: expected it without --all, found both. Drop one.")
    settings = load_config(config or shipped(QUICKSTART), overrides or ())
    if everything and (others := [one for one in overrides or () if not one.startswith(TAKEN_BY_ALL)]):
        raise ConfigError(
            f"--all makes networks of its own: expected --set for corpus or training alone, found {others[0]}. "
            "Leave it out, or leave out --all."
        )
    checks = [*check_all(settings), *check_center()] if everything else check_config(settings, one_sided=one_sided)
    worst = _worst(checks)
    passed = all(check.passed for check in checks)
    if as_json:
        rows = [{**check._asdict(), "passed": check.passed} for check in checks]
        typer.echo(json.dumps({"passed": passed, "max_relative_error": worst, "checks": rows}))
    else:
        print_whole(PlainConsole(), _grid_table(checks) if everything else _tensor_table(checks))
        typer.echo(f"{len(checks)} checks, worst relative error {worst:.1e}, {'all right' if passed else 'WRONG'}")
    if not passed:
        raise typer.Exit(1)


def _worst(checks: "list[Check]") -> float:
    """The largest distance of a vectorised gradient from the numeric or the elemental one."""
    return max(max(check.error, check.elemental_error) for check in checks)


def _verdict(passed: bool) -> "Text":
    from rich.text import Text

    return Text("ok") if passed else Text("WRONG", "red")


def _tensor_table(checks: "list[Check]") -> "Table":
    """A row a tensor, the three gradients side by side, and how far the vectorised one is from either of the others."""
    seconds = checks[0].seconds
    table = new_table(
        "norms of the three gradients, and the vectorised one's largest relative error",
        ["tensor"],
        ["shape", "entries", "elemental", "vectorised", "numeric", "error", ""],
    )
    for check in checks:
        table.add_row(
            check.name,
            "x".join(map(str, check.shape)),
            str(check.entries),
            *(f"{norm:.2e}" for norm in (check.elemental, check.vectorised, check.numeric)),
            f"{_worst([check]):.1e}",
            _verdict(check.passed),
        )
    table.add_section()
    numeric = sum(check.seconds[2] for check in checks)
    table.add_row("time", "", "", *(f"{time:.1g} s" for time in (seconds[0], seconds[1], numeric)), "", "")
    return table


def _grid_table(checks: "list[Check]") -> "Table":
    """A row for each corruption and activation: how many tensors were checked, and the worst error."""
    table = new_table(
        "every combination of techniques", ["corruption", "activation"], ["networks", "tensors", "worst error", ""]
    )
    groups: dict[tuple[str, ...], list[Check]] = {}
    for check in checks:
        groups.setdefault(tuple(check.setting.split()[:2]), []).append(check)
    for names, group in groups.items():
        networks = len({check.setting for check in group})
        passed = all(check.passed for check in group)
        table.add_row(*names, str(networks), str(len(group)), f"{_worst(group):.1e}", _verdict(passed))
    return table
