"""`nerwin evaluate`: how well a model tags a corpus whose tags are known."""

import json
from typing import TYPE_CHECKING

import typer

from nerwin.cli.app import command
from nerwin.cli.column_options import (
    SCORING_OPTIONS,
    CommentsOption,
    DelimiterOption,
    SchemeOption,
    TagColumnOption,
    WordColumnOption,
    chosen_keys,
    named_as_options,
    naming_options,
)
from nerwin.cli.options import DataOption, JsonOption, ModelArgument
from nerwin.cli.tables import WIDEST, print_whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.table import Table

    from nerwin.evaluation.scores import Evaluation

MISTAKES = 15  # that are told of where the whole table is too wide
SEVERAL = 20  # entities that no model finds all of, in new text, with nothing besides


@command
def evaluate(
    model: ModelArgument = None,
    data: DataOption = None,
    word_column: WordColumnOption = None,
    tag_column: TagColumnOption = None,
    delimiter: DelimiterOption = None,
    comments: CommentsOption = None,
    scheme: SchemeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Score a model on a tagged corpus: precision, recall and F1 of whole entities."""
    from nerwin.api import score
    from nerwin.cli.console import PlainConsole
    from nerwin.storage.folders import model_folder
    from nerwin.tagging.tagger import load

    folder = model_folder(model)
    columns = chosen_keys(
        word_column=word_column, tag_column=tag_column, delimiter=delimiter, comments=comments, scheme=scheme
    )
    tagger = load(folder)
    with naming_options(SCORING_OPTIONS):
        corpus, result = score(tagger, data, columns)
    if as_json:
        typer.echo(json.dumps(result.to_dict()))
        return
    note = f"{folder} on {corpus.path}: {named_as_options(corpus.describe(), SCORING_OPTIONS)}"
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
        f"{result.invalid_transitions} invalid transitions found; "
        f"calibration error of the entities' scores {result.calibration_error:.3f}",
    )


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
