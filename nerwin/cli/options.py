"""Options that several commands have, in the same words."""

from pathlib import Path
from typing import Annotated

import typer

ModelArgument = Annotated[
    Path | None,
    typer.Argument(metavar="MODEL", help="A run folder, or its best/ or last/; default: the newest run under runs/."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
ConfigOption = Annotated[
    Path | None, typer.Option("--config", "-c", help="YAML configuration; default: the shipped quickstart.")
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Change a key of the configuration, e.g. training.epochs=5; repeatable."
    ),
]
DataOption = Annotated[
    Path | None,
    typer.Option("--data", help="Tagged corpus; default: the model's test part, else dev, else what was held out."),
]
