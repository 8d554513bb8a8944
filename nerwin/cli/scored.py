"""What a command that scores a model says of the corpus: how it was read, and what its figures may not mean."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nerwin.cli.column_options import SCORING_OPTIONS, named_as_options

if TYPE_CHECKING:
    from nerwin.evaluation.scores import Evaluation
    from nerwin.files.fingerprints import Fingerprint

SEVERAL = 20  # entities: with so many, a perfect score on new text is not to be believed


def tell_how_scored(
    folder: Path,
    data: str,
    described: str,
    result: "Evaluation",
    types: Sequence[str],
    chosen: str | Sequence[str],
    known: str | None,
) -> None:
    """Say on stderr what a model was scored on, and why the figures may not mean what they seem to.

    Args:
        folder: of the model or its run. data, described: the path of the corpus, and how it was read.
        types: that the model knows. chosen: all, or the types that count in a corpus.
        known: what its being a file of the model's means, if it is one (`as_own_file`).
    """
    from nerwin.cli.console import PlainConsole

    console = PlainConsole(stderr=True)
    note = f"{folder} on {data}: {named_as_options(described, SCORING_OPTIONS)}"
    console.print(note, style="dim", soft_wrap=True)
    for doubt in _doubts(data, result, types, chosen):
        console.print(doubt, style="yellow", soft_wrap=True)
    if known:
        console.print(known, style="yellow", soft_wrap=True)


def as_own_file(data: str, config: dict[str, Any], sources: "Mapping[str, Fingerprint]") -> str | None:
    """What it means that a corpus is a file that a model was trained with, whatever its name is now, or that it was one
    before it changed; what can be read only once is not asked.

    Args:
        config: the model's, in plain values. sources: the model's files.
    """
    from nerwin.config.corpora import changed_part
    from nerwin.files.fingerprints import fingerprint_of

    if not os.path.isfile(data):  # Path.is_file fails where what stands behind a name makes it too long
        return None
    found = fingerprint_of(Path(data))
    refit = config["training"]["refit"] is not None  # dev was learned from too
    for part in ["corpus.train", *(["corpus.dev"] if refit else [])]:
        if sources.get(part) == found:
            return f"The model learned from this file, as {part}: the figures say nothing of new text."
    changed = changed_part(data, config, sources)
    return changed and f"The file is not what it was when the model was trained with it, as {changed}."


def _doubts(data: str, result: "Evaluation", types: Sequence[str], chosen: str | Sequence[str]) -> Iterator[str]:
    from nerwin.corpora.doubts import for_no_entity

    if result.accuracy == 1 and result.overall.support >= SEVERAL:
        yield (
            "Every tag is right: did the model write them, or learn from this file? Then the figures say nothing of "
            "new text."
        )
    there = [label for label, score in result.types.items() if score.support]
    if not there:
        which = "entity" if isinstance(chosen, str) else f"entity of {', '.join(chosen)}, all that the model learned"
        yield f"The corpus has no {which}. {named_as_options(for_no_entity(data), SCORING_OPTIONS)}"
    elif strange := [label for label in there if label not in types]:
        yield f"Types that the model does not know, so that it finds none: {', '.join(strange)}."
