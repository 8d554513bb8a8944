"""Mistakes in their sentences, as the page shows them: a line with the true entities, and one with those found."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from nerwin.evaluation.mistakes import KINDS, Mistake
from nerwin.report.contents import Closeup
from nerwin.report.familiarity import name_of
from nerwin.text.joining import join_words
from nerwin.text.tags import Span

SHOWN = 100  # mistakes of a kind
AROUND = 20  # words before and after a mistake; a sentence can be very long


class Piece(NamedTuple):
    """Some words of a line; of an entity if they have a label, and of the mistake itself if it is their own."""

    text: str
    label: str | None = None
    own: bool = False


class Shown(NamedTuple):
    """A mistake as it is drawn; seen: whether training has the name, None where that is not known."""

    mistake: Mistake
    line: int
    seen: bool | None
    gold: list[Piece]
    found: list[Piece]


class Group(NamedTuple):
    """The mistakes of a kind, of which some are shown."""

    kind: str
    meaning: str
    total: int
    shown: list[Shown]


def groups(closeup: Closeup) -> list[Group]:
    """Every kind with a selection of its mistakes that is spread evenly over the corpus."""
    made = []
    for kind, meaning in KINDS.items():
        mistakes = [one for one in closeup.mistakes if one.kind == kind]
        shown = [_show(one, closeup) for one in spread(mistakes, SHOWN)]
        made.append(Group(kind, meaning, len(mistakes), shown))
    return made


def spread(mistakes: Sequence[Mistake], count: int) -> list[Mistake]:
    """At most `count` of them, at equal distances."""
    if len(mistakes) <= count:
        return list(mistakes)
    return [mistakes[i * len(mistakes) // count] for i in range(count)]


def _show(mistake: Mistake, closeup: Closeup) -> Shown:
    sentence = closeup.corpus.sentences[mistake.sentence]
    seen = None if closeup.names is None else name_of(sentence.words, mistake.about) in closeup.names
    marked = [span for span in (mistake.gold, mistake.found) if span]
    start = max(min(span.start for span in marked) - AROUND, 0)
    end = min(max(span.end for span in marked) + AROUND, len(sentence.words))
    gold, found = (
        line_of(sentence.words, spans[mistake.sentence], own, start, end)
        for spans, own in ((closeup.gold, mistake.gold), (closeup.found, mistake.found))
    )
    return Shown(mistake, sentence.lines[mistake.about.start], seen, gold, found)


def line_of(words: Sequence[str], spans: Iterable[Span], own: Span | None, start: int, end: int) -> list[Piece]:
    """The words from `start` to `end` in pieces, with what is left out as "…"; an entity at the border is whole."""
    text, tokens = join_words(words)

    def between(first: int, last: int) -> str:
        return text[tokens[first].start : tokens[last - 1].end] if first < last else ""

    pieces, at = [], start
    for span in sorted(spans):
        if span.end > start and span.start < end:
            pieces += [
                Piece(between(at, span.start)),
                Piece(between(span.start, span.end), span.label, span == own),
            ]
            at = span.end
    pieces.append(Piece(between(at, end)))
    before, after = [Piece("…")] * (start > 0), [Piece("…")] * (end < len(words))
    return [*before, *(piece for piece in pieces if piece.text), *after]
