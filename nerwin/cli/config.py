"""`nerwin config`: what a configuration comes to, and a schema of all there can be."""

import json
from pathlib import Path
from typing import Annotated

import typer

from nerwin.cli.app import command
from nerwin.cli.options import SetOption
from nerwin.cli.output import write
from nerwin.counts import counted


@command
def config(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="A YAML configuration; default: the shipped quickstart.")
    ] = None,
    overrides: SetOption = None,
    schema: Annotated[bool, typer.Option("--schema", help="Print a JSON Schema for editors.")] = False,
) -> None:
    """Print a configuration with all its defaults, and what differs from them."""
    from nerwin.config.reading import json_schema, load_config
    from nerwin.config.template import differences, template
    from nerwin.errors import ConfigError
    from nerwin.shipped import QUICKSTART, shipped

    if schema:
        if file is not None or overrides:
            raise ConfigError(
                "--schema is the same for all configurations: expected it alone, found FILE or --set. Leave these out."
            )
        typer.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))
        return
    path = file or shipped(QUICKSTART)
    loaded = load_config(path, overrides or ())
    changes = differences(loaded)
    differ = f"{counted(len(changes), 'key differs', 'keys differ')} from the defaults:"
    told = [differ, *changes] if changes else ["all defaults"]
    write([template(loaded, "\n#   ".join(told)).encode()], None)
