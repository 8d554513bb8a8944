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
    naming_options,
)
from nerwin.cli.options import DataOption, JsonOption, ModelArgument
from nerwin.cli.scored import as_own_file, tell_how_scored
from nerwin.cli.tables import WIDEST, new_table, print_whole
from nerwin.counts import counted

if TYPE_CHECKING:
    from rich.table import Table

    from nerwin.evaluation.scores import Evaluation

MISTAKES = 15  # that are told of where the whole table is too wide


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
    config = tagger.model.config
    known = as_own_file(corpus.path, config.to_dict(), tagger.model.sources)
    tell_how_scored(folder, corpus.path, corpus.describe(), result, tagger.model.types, config.corpus.entities, known)
    console = PlainConsole()
    print_whole(console, _scores(result))
    whole = _confusion(result)
    fits = console.measure(whole, options=console.options.update(width=WIDEST)).maximum <= console.width
    shown = whole if fits else _mistakes(result)
    if shown.row_count:  # there may be no mistakes
        print_whole(console, shown)
    figures = [
        f"token accuracy {result.accuracy:.2%} of {counted(result.tokens, 'token')}",
        f"{counted(result.invalid_transitions, 'invalid transition')} found",
    ]
    if result.calibration_error is not None:  # an entity was found
        figures.append(f"calibration error of the entities' scores {result.calibration_error:.3f}")
    console.print("; ".join(figures), soft_wrap=True)


def _scores(result: "Evaluation") -> "Table":
    table = new_table("entities", ["type"], ["precision", "recall", "F1", "support"])
    rows = [*result.types.items(), ("all (conlleval)", result.overall), ("all (strict)", result.strict)]
    for label, score in rows:
        if label == "all (conlleval)":
            table.add_section()
        figures = (score.precision, score.recall, score.f1)
        table.add_row(label, *(f"{100 * figure:.2f}" for figure in figures), f"{score.support:,}")
    return table


def _confusion(result: "Evaluation") -> "Table":
    from rich.text import Text

    table = new_table("words by type: true in rows, found in columns", [""], result.confusion)
    for label, row in result.confusion.items():
        counts = (Text(f"{count:,}", "bold" if label == name else "") for name, count in row.items())
        table.add_row(label, *counts)
    return table


def _mistakes(result: "Evaluation") -> "Table":
    """What of the confusion is seen where the whole of it is too wide."""
    counts = [
        (count, true, found)
        for true, row in result.confusion.items()
        for found, count in row.items()
        if count and true != found
    ]
    table = new_table("frequent mistakes", ["true", "found"], ["words"])
    for count, true, found in sorted(counts, key=lambda one: -one[0])[:MISTAKES]:
        table.add_row(true, found, f"{count:,}")
    return table
