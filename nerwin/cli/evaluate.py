"""`nerwin evaluate`: how well a model tags a corpus whose tags are known."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from nerwin.cli.app import command
from nerwin.cli.options import DataOption, JsonOption, ModelArgument
from nerwin.cli.tables import WIDEST, print_whole
from nerwin.cli.tagged import SCORED, named_as_options
from nerwin.text.choices import Delimiter, Scheme

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

    from rich.table import Table

    from nerwin.evaluation.scores import Evaluation

MISTAKES = 15  # that are told of where the whole table is too wide
SEVERAL = 20  # entities that no model finds all of, in new text, with nothing besides


@command
def evaluate(
    model: ModelArgument = None,
    data: DataOption = None,
    word_column: Annotated[
        int | None, typer.Option("--word-column", metavar="N", help="Column of the words; default: as in training.")
    ] = None,
    tag_column: Annotated[
        int | None, typer.Option("--tag-column", metavar="N", help="Column of the tags; default: as in training.")
    ] = None,
    delimiter: Annotated[
        Delimiter | None, typer.Option("--delimiter", help="What separates columns; default: as in training.")
    ] = None,
    comments: Annotated[
        str | None,
        typer.Option("--comments", metavar="TEXT", help="How comment lines start; default: as in training."),
    ] = None,
    scheme: Annotated[
        Scheme | None, typer.Option("--scheme", help="How tags spell entities; default: as in training.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Score a model on a tagged corpus: precision, recall and F1 of whole entities."""
    from nerwin.api import score
    from nerwin.cli.console import PlainConsole
    from nerwin.errors import CorpusError
    from nerwin.storage.folders import model_folder
    from nerwin.tagging.tagger import load

    folder = model_folder(model)
    keys = {
        "word_column": word_column,
        "tag_column": tag_column,
        "delimiter": delimiter,
        "comments": comments,
        "scheme": scheme,
    }
    chosen = {key: value for key, value in keys.items() if value is not None}
    tagger = load(folder)
    own = tagger.model.config.corpus
    _check_columns(data or own.test or own.dev or own.train, chosen)
    try:
        corpus, result = score(tagger, data, chosen)
    except CorpusError as error:
        raise CorpusError(named_as_options(str(error), SCORED)) from error
    if as_json:
        typer.echo(json.dumps(result.to_dict()))
        return
    note = f"{folder} on {corpus.path}: {named_as_options(corpus.describe(), SCORED)}"
    errors = PlainConsole(stderr=True)
    errors.print(note, style="dim", soft_wrap=True)
    for doubt in _doubts(result, tagger.model.types, tagger.model.config.corpus.entities):
        errors.print(doubt, style="yellow", soft_wrap=True)
    console = PlainConsole()
    print_whole(console, _scores(result))
    whole = _confusion(result)
    fits = console.measure(whole, options=console.options.update(width=WIDEST)).maximum <= console.width
    console.print(whole if fits else _mistakes(result))
    console.print(
        f"token accuracy {result.accuracy:.2%} of {result.tokens:,} tokens; "
        f"{result.invalid_transitions} invalid transitions; "
        f"calibration error of the entities' scores {result.calibration_error:.3f}",
    )


def _check_columns(path: "Path | None", chosen: "dict[str, Any]") -> None:
    """Refuse keys of columns for what has none."""
    from nerwin.errors import ConfigError
    from nerwin.text.suffixes import form_of

    if path and chosen and form_of(path) == "inline":
        option = SCORED[next(iter(chosen))]
        raise ConfigError(f"{option}: expected a corpus in columns, found inline markup. Leave it out.")


def _doubts(result: "Evaluation", types: list[str], chosen: "str | list[str]") -> "Iterator[str]":
    """Why the figures may not mean what they seem to.

    Args:
        types: that the model knows. chosen: all, or the types that count in a corpus.
    """
    if result.accuracy == 1 and result.overall.support >= SEVERAL:
        yield "Every tag is right: did the model write them, or learn from this file? Then it says nothing of others."
    there = [label for label, score in result.types.items() if score.support]
    if not there:
        which = "entity" if isinstance(chosen, str) else f"entity of {', '.join(chosen)}, all that the model learned"
        yield f"The corpus has no {which}: is the column of the tags another (--tag-column)?"
    elif strange := [label for label in there if label not in types]:
        yield f"Types that the model does not know, so that it finds none: {', '.join(strange)}."


def _scores(result: "Evaluation") -> "Table":
    from rich.table import Table

    table = Table(title="entities", title_justify="left")
    table.add_column("type")
    for title in ("precision", "recall", "F1", "support"):
        table.add_column(title, justify="right")
    rows = [*result.types.items(), ("all (conlleval)", result.overall), ("all (strict)", result.strict)]
    for label, score in rows:
        if label == "all (conlleval)":
            table.add_section()
        figures = (score.precision, score.recall, score.f1)
        table.add_row(label, *(f"{100 * figure:.2f}" for figure in figures), f"{score.support:,}")
    return table


def _confusion(result: "Evaluation") -> "Table":
    from rich.table import Table
    from rich.text import Text

    table = Table(title="words by type: true in rows, found in columns", title_justify="left")
    table.add_column("")
    for label in result.confusion:
        table.add_column(label, justify="right")
    for label, row in result.confusion.items():
        counts = (Text(f"{count:,}", "bold" if label == name else "") for name, count in row.items())
        table.add_row(label, *counts)
    return table


def _mistakes(result: "Evaluation") -> "Table":
    """What of the confusion is seen where the whole of it is too wide."""
    from rich.table import Table

    counts = [
        (count, true, found)
        for true, row in result.confusion.items()
        for found, count in row.items()
        if count and true != found
    ]
    table = Table(title="frequent mistakes", title_justify="left")
    for title in ("true", "found"):
        table.add_column(title)
    table.add_column("words", justify="right")
    for count, true, found in sorted(counts, key=lambda one: -one[0])[:MISTAKES]:
        table.add_row(true, found, f"{count:,}")
    return table
