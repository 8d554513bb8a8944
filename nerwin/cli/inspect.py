"""`nerwin inspect`: what the detectors of a model have learned, a word's neighbours, one decision taken apart."""

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nerwin.cli.app import command, say
from nerwin.cli.options import JsonOption, ModelArgument
from nerwin.cli.tables import new_table, print_whole
from nerwin.counts import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from nerwin.analysis.inspection import Decision, Detector
    from nerwin.model.model import Model

SHOWN = 8  # detectors drawn; --json has all
SPELLED = {"B": "BS", "I": "IE"}  # the prefixes of scores that each prefix of IOB2 stands for
WIDE = 6  # scores drawn side by side: a tagger has four a type, more than a terminal is wide


@command
def inspect(
    model: ModelArgument = None,
    word: Annotated[
        str | None, typer.Option("--word", help="Show the words nearest to this one; with --window, explain its tag.")
    ] = None,
    window: Annotated[
        str | None, typer.Option("--window", help="Explain the decision on --word, or the middle word, of this text.")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", help="Corpus whose windows show what detectors react to; default: the configuration's dev part."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Look inside a model: its detectors, or one word, or one decision."""
    from nerwin.analysis.inspection import nearest_words, take_apart
    from nerwin.cli.console import PlainConsole
    from nerwin.errors import ConfigError
    from nerwin.model.files import load_model
    from nerwin.storage.folders import model_folder

    if data is not None and (word is not None or window is not None):
        other = "--word" if window is None else "--window"
        raise ConfigError(f"--data is for the detectors: expected it alone, found {other} too. Leave one of them out.")
    folder = model_folder(model)
    chosen = load_model(folder)
    if model is None:
        say(f"model: {folder}", err=True)
    answer: dict[str, Any]
    if window is not None:
        decision = take_apart(chosen, window, word)
        answer, draw = decision._asdict(), partial(_draw_decision, decision)
    elif word is not None:
        neighbours = nearest_words(chosen, word)
        answer, draw = {"word": word, "nearest": neighbours}, partial(_draw_neighbours, word, neighbours)
    else:
        detectors = _detectors(chosen, data)
        answer, draw = {"detectors": [one._asdict() for one in detectors]}, partial(_draw_detectors, detectors)
    if as_json:
        typer.echo(json.dumps(answer))
    else:
        draw(PlainConsole())


def _detectors(model: "Model", data: Path | None) -> "list[Detector]":
    from nerwin.analysis.inspection import inspect_detectors
    from nerwin.config.corpora import own_part, read_part
    from nerwin.errors import ConfigError

    config = model.config.corpus
    if data:
        corpus = read_part(data, config)
    elif config.dev or config.train:
        corpus = own_part(config, "dev" if config.dev else "train")
    else:
        raise ConfigError("corpus.dev: expected a corpus to draw windows from, found none. Name one with --data.")
    return inspect_detectors(model, corpus.words)


def _draw_neighbours(word: str, neighbours: list[tuple[str, float]], console: "Console") -> None:
    table = new_table(f"nearest to {word}", ["word"], ["cosine"])
    for neighbour, cosine in neighbours:
        table.add_row(neighbour, f"{cosine:.3f}")
    print_whole(console, table)


def _draw_decision(decision: "Decision", console: "Console") -> None:
    from nerwin.text.tags import OUTSIDE

    names = decision.names
    ranked = sorted(range(len(names)), key=lambda k: -decision.scores[k] - decision.rule[k])
    # What is decided, and O, which all others have to beat, are shown in any case.
    wanted = [*_spellings(decision, ranked)[:1], *(k for k in ranked if names[k] == OUTSIDE)]
    scores = sorted([*wanted, *[k for k in ranked if k not in wanted][: WIDE - len(wanted)]])
    highest = next((place for place, k in enumerate(ranked) if k not in scores), len(ranked))

    def cells(values: "Sequence[float]") -> list[str]:
        return [f"{values[k]:+.3f}" for k in scores]

    also = "".join(f", and {names[k]}" for k in ranked[highest:] if k in scores)
    shown = f", the {highest} highest of {len(names)}{also}; --json has all" if len(names) > len(scores) else ""
    title = f'scores of "{decision.words[decision.centre]}" by word{shown}'
    heads = [names[k] for k in scores]
    table = new_table(title, ["word"], heads)
    table.add_row("(empty window)", *cells(decision.base))
    for position, (word, shares) in enumerate(zip(decision.words, decision.positions, strict=True)):
        table.add_row(word, *cells(shares), style="bold" if position == decision.centre else "")
    table.add_section()
    table.add_row("score", *cells(decision.scores))
    table.add_row("decision rule", *cells(decision.rule))
    decided = [score + rule for score, rule in zip(decision.scores, decision.rule, strict=True)]
    table.add_row("in all", *cells(decided), style="bold")
    print_whole(console, table)
    how = " (IOB2), by the best tags of its whole sentence" if OUTSIDE in names else ""
    console.print(f'"{decision.words[decision.centre]}" is tagged {decision.tag}{how}', soft_wrap=True)
    strongest = sorted(range(len(decision.detectors)), key=lambda i: -max(map(abs, decision.detectors[i])))[:SHOWN]
    title = f"the {counted(len(strongest), 'detector')} with the largest shares"
    detectors = new_table(title, ["detector"], heads)
    for i in strongest:
        detectors.add_row(str(i), *cells(decision.detectors[i]))
    print_whole(console, detectors)


def _spellings(decision: "Decision", ranked: "Sequence[int]") -> list[int]:
    """The scores that may have spelled the tag which is decided, in IOB2, the highest first."""
    prefix, _, label = decision.tag.partition("-")
    spelled = {f"{one}-{label}" for one in SPELLED.get(prefix, "")}
    return [k for k in ranked if decision.names[k] in spelled]


def _draw_detectors(detectors: "list[Detector]", console: "Console") -> None:
    from rich.table import Table

    for one in detectors[:SHOWN]:
        largest = sorted(one.weights, key=lambda name: -abs(one.weights[name]))[:WIDE]
        weights = "".join(f"  {name} {weight:+.2f}" for name, weight in one.weights.items() if name in largest)
        console.print(f"detector {one.number}{weights}", style="table.title", soft_wrap=True)
        table = Table(show_header=False, box=None)
        table.add_column(no_wrap=True, style="dim")
        table.add_column()
        table.add_row("lit by", " | ".join(f"{text} ({a:.2f})" for text, a in one.most[:3]))
        table.add_row("dark for", " | ".join(f"{text} ({a:.2f})" for text, a in one.least[:3]))
        for place, likes, hates in zip(one.places, one.likes, one.hates, strict=True):
            table.add_row(place, f"likes {' '.join(likes[:4])}   hates {' '.join(hates[:4])}")
        print_whole(console, table)
        console.print()
    dead, saturated = sum(one.dead for one in detectors), sum(one.saturated for one in detectors)
    which = "strongest" if detectors[0].weights else "first"  # below further layers no weight says how strong they are
    count = len(detectors[0].weights)
    also = f", with the {WIDE} largest of their {count} weights; --json has all" if count > WIDE else ""
    said = f"{counted(len(detectors), 'detector')}: {dead} dead, {saturated} saturated; the {which} are shown{also}"
    console.print(said, soft_wrap=True)
