"""`nerwin data`: what a corpus holds, before anything is trained on it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nerwin.cli.app import command
from nerwin.cli.options import JsonOption
from nerwin.cli.tables import new_table, print_whole
from nerwin.counts import counted

if TYPE_CHECKING:
    from rich.table import Table

    from nerwin.analysis.part import PartSurvey
    from nerwin.analysis.survey import Conflict, Survey
    from nerwin.config.settings import Config

SHOWN = 5  # conflicts that are drawn; --json has all
MOST_ROWS = 1000  # types that are drawn: of more, which may be words, a table would take minutes; --json has all


@command
def data(
    sources: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="CONFIG|FILES",
            help="A YAML configuration, or files in the order train, dev, test; default: the shipped quickstart.",
        ),
    ] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change a key of the configuration, e.g. corpus.tag_column=2."),
    ] = None,
    as_json: JsonOption = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 if there is a warning.")] = False,
) -> None:
    """Describe a corpus: sizes, types, what dev and test share with train, slips. Its warnings say what to do."""
    from nerwin.analysis.advice import advise
    from nerwin.analysis.survey import survey

    found = survey(_config(sources or [], overrides or []))
    warnings = list(advise(found))
    if as_json:
        typer.echo(json.dumps({**found.to_dict(), "warnings": warnings}))
    else:
        _draw(found, warnings)
    if strict and warnings:
        raise typer.Exit(1)


def _config(sources: list[Path], overrides: list[str]) -> "Config":
    """The configuration that is named, or the defaults with some files.

    Raises:
        ConfigError: more than a configuration, or more files than there are parts.
    """
    from nerwin.analysis.survey import PARTS
    from nerwin.config.reading import configure, load_config
    from nerwin.config.yaml_files import SUFFIXES
    from nerwin.errors import ConfigError
    from nerwin.shipped import QUICKSTART, shipped

    if not sources:
        return load_config(shipped(QUICKSTART), overrides)
    named = [source for source in sources if source.suffix.lower() in SUFFIXES]
    if named and len(sources) > 1:
        raise ConfigError(f"{named[0]}: expected a configuration alone, or files of a corpus, found both. Name either.")
    if named:
        return load_config(named[0], overrides)
    if len(sources) > len(PARTS):
        raise ConfigError(f"FILES: expected {', '.join(PARTS)} at most, found {len(sources)} files. Name fewer.")
    files = {name: str(path) for name, path in zip(PARTS, sources, strict=False)}
    return configure({"corpus": files}, overrides, base=Path(), where="FILES")


def _draw(found: "Survey", warnings: list[str]) -> None:
    from nerwin.cli.console import PlainConsole

    console = PlainConsole()
    for name, part in found.parts.items():
        console.print(f"{name:<5} {part.path}", style="dim", soft_wrap=True)
    print_whole(console, _figures(found.parts))
    print_whole(console, _types(found.parts))
    for conflict in found.conflicts[:SHOWN]:
        console.print(_told(conflict), soft_wrap=True)
    for warning in warnings:
        console.print(f"warning: {warning}", style="yellow", soft_wrap=True)
    console.print(counted(len(warnings), "warning") if warnings else "no warnings", style="bold")


def _told(conflict: "Conflict") -> str:
    from nerwin.text.joining import join_words

    return f'in several ways: "{join_words(conflict.words)[0][:60]}" at {", ".join(conflict.places)}'


def _figures(parts: "dict[str, PartSurvey]") -> "Table":
    table = new_table("the corpus", [""], parts)
    for title, tell in _rows(parts):
        table.add_row(title, *(tell(part) for part in parts.values()))
    return table


def _rows(parts: "dict[str, PartSurvey]") -> "Iterator[tuple[str, Callable[[PartSurvey], str]]]":
    """The title of each row, and what it tells of a part."""
    yield "tag scheme", lambda part: part.scheme.upper()
    yield "columns by", lambda part: part.delimiter
    if any(part.comments for part in parts.values()):
        yield "comment lines", lambda part: f"{part.comments:,}"
    if any(part.docstarts for part in parts.values()):
        yield "-DOCSTART- lines", lambda part: f"{part.docstarts:,}"
    if any(part.tag_columns for part in parts.values()):
        yield "tags also in column", lambda part: ", ".join(map(str, part.tag_columns))
    yield "sentences", lambda part: f"{part.sentences:,}"
    yield "words", lambda part: f"{part.words:,}"
    yield "distinct words", lambda part: f"{part.forms:,}"
    yield "entities", lambda part: f"{part.entities:,}"
    yield "sentences without any", lambda part: f"{part.without_entities / part.sentences:.1%}"
    yield "words a sentence, median", lambda part: f"{part.lengths.median:.0f}"
    yield "95 % have at most", lambda part: f"{part.lengths.most:.0f}"
    yield "longest", lambda part: f"{part.lengths.longest:,}"
    if any(part.unseen for part in parts.values()):
        yield "words not in train", lambda part: f"{part.unseen.words:.1%}" if part.unseen else ""
        yield "entities not in train", lambda part: f"{part.unseen.entities:.1%}" if part.unseen else ""
    for earlier in list(parts)[:-1]:
        yield f"sentences also in {earlier}", lambda part, name=earlier: _shared(part, name)  # type: ignore[misc]
    yield "sentences that come again", lambda part: f"{part.repeated:,}"
    yield "invalid transitions", lambda part: f"{len(part.invalid):,}"
    if any(part.vectors for part in parts.values()):
        yield "words with a vector", lambda part: f"{part.vectors.words:.1%}" if part.vectors else ""
        yield "of those in entities", lambda part: f"{part.vectors.entities:.1%}" if part.vectors else ""


def _shared(part: "PartSurvey", name: str) -> str:
    return f"{len(part.shared[name]):,}" if name in part.shared else ""


def _types(parts: "dict[str, PartSurvey]") -> "Table":
    table = new_table("entities by type", ["type"], parts)
    labels = sorted({label for part in parts.values() for label in part.types})
    for label in labels[:MOST_ROWS]:
        table.add_row(label, *(f"{part.types.get(label, 0):,}" for part in parts.values()))
    if len(labels) > MOST_ROWS:
        table.add_row(f"and {len(labels) - MOST_ROWS:,} more")
    return table
