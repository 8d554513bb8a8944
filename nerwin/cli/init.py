"""`nerwin init`: a configuration to start from, with every key explained."""

from pathlib import Path
from typing import Annotated, Literal, get_args

import typer

from nerwin.cli.app import command, say, stream_path
from nerwin.cli.output import check_new, write

Preset = Literal["lecture", "quickstart", "tagger", "fast", "tagger-vectors"]


@command
def init(
    file: Annotated[Path, typer.Argument(metavar="FILE|-", help="What to write; -: standard output.")] = Path("-"),
    preset: Annotated[Preset, typer.Option("--preset", help="Preset to start from.")] = "tagger",
    overrides: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a key of the preset; repeatable.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace FILE.")] = False,
) -> None:
    """Write a complete configuration: every key with its default and what it means."""
    from nerwin.config.reading import configure, load_config, taken_apart
    from nerwin.config.template import template
    from nerwin.errors import ConfigError
    from nerwin.shell import command_line
    from nerwin.shipped import shipped

    if file.name in get_args(Preset):
        raise ConfigError(f"{file}: expected a file, found the name of a preset. Write --preset {file.name}.")
    place = stream_path(file)
    check_new(place, overwrite=overwrite)
    chosen = taken_apart(overrides or [])
    if any(one.startswith("corpus.train=") for one in chosen):  # the shipped parts are of another corpus
        chosen = ["corpus.dev=null", "corpus.test=null", *chosen]
    base = (place.parent if place else Path()).resolve()  # where relative paths that are set start
    values = load_config(shipped(f"configs/{preset}.yaml")).to_dict()
    config = configure(values, chosen, base=base, where=f"the preset {preset}")
    title = f"All keys of nerwin, with the values of the preset {preset}. Relative paths start at this file."
    write([template(config, title, place and base).encode()], place)
    if place is not None:
        say(f"{file}: the preset {preset}, every key explained", err=True)
        say(f"next: {command_line('nerwin', 'train', '--config', file)}", err=True)
