"""A piece of text with its tokens and entities: what every form of a tagged corpus says in its own way.

Entities in characters of the text become spans of tokens. They have to be whole tokens, inside the text, and apart;
what does not fit is refused, or moved if that is asked for.
"""

import itertools
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from nerwin.counts import counted
from nerwin.errors import CorpusError
from nerwin.text.blanks import BLANK
from nerwin.text.joining import join_words
from nerwin.text.sentences import cut_into_sentences
from nerwin.text.tags import BLANKS, Span
from nerwin.text.tokenizer import Token

_BLANKS = re.compile(f"[{BLANK}]+")


class Passage(NamedTuple):
    """A text, its tokens, its entities as spans of tokens, in order, and the line (or document) it comes from.

    document: whether it may be several sentences. ends: of these, in tokens, where they have been told apart. others:
    what else its object in JSON Lines holds; no other form can.
    """

    text: str
    tokens: list[Token]
    entities: list[Span]
    line: int
    document: bool = False
    ends: Sequence[int] = ()
    others: Mapping[str, Any] = MappingProxyType({})

    @property
    def words(self) -> list[str]:
        return [token.text for token in self.tokens]

    @property
    def labels(self) -> list[str]:
        """The types of the entities."""
        return [entity.label for entity in self.entities]

    @property
    def characters(self) -> Iterator[Span]:
        """The entities as spans of characters of the text."""
        return (Span(self.tokens[start].start, self.tokens[end - 1].end, label) for start, end, label in self.entities)


@dataclass
class Counts:
    """What reading a file left out or changed.

    declined: texts left out for their "answer". empty: texts left out as they have no words. moved, lost: entities that
    were moved or left out. unsaid: words without annotation. spelled: labels whose blanks became underscores.
    """

    declined: int = 0
    empty: int = 0
    moved: int = 0
    lost: int = 0
    unsaid: int = 0
    spelled: int = 0

    @property
    def said(self) -> list[str]:
        """These counts in words, of what there is any."""
        said = {
            f'{self.declined:,} left out whose "answer" is reject or ignore': self.declined,
            f"{self.empty:,} left out without a word": self.empty,
            f"{counted(self.moved, 'entity', 'entities')} moved to whole tokens": self.moved,
            counted(
                self.lost,
                "entity left out, which is no whole tokens or stands over others",
                "entities left out, which are no whole tokens or stand over others",
            ): self.lost,
            f"{counted(self.unsaid, 'word')} without annotation, read as O": self.unsaid,
            f"{counted(self.spelled, 'label')} with blanks, written with _": self.spelled,
        }
        return [what for what, count in said.items() if count]


def as_type(label: str, counts: Counts, where: str) -> str:
    """A label as a type, which has no blanks: _ stands in their place, and they are counted.

    Raises:
        CorpusError: nothing else is in it; the message starts with `where`.
    """
    if BLANKS.isdisjoint(label) and label:
        return label
    spelled = _BLANKS.sub("_", label.strip(BLANK))
    if not spelled:
        raise CorpusError(f'{where}: expected a label, found "{label}". Name the entity.')
    counts.spelled += 1
    return spelled


def sentences_of(passage: Passage) -> Iterator[Passage]:
    """A passage itself, or the sentences of a document, none of which ends inside an entity."""
    if not passage.document:
        yield passage
        return
    tokens, entities = passage.tokens, passage.entities
    firsts = [one.start for one in entities]
    start = first = 0
    for end in passage.ends or itertools.accumulate(map(len, cut_into_sentences(passage.text, tokens))):
        after = bisect_left(firsts, end)  # the first entity that begins behind the border
        if after and entities[after - 1].end > end:
            continue
        offset = tokens[start].start
        yield Passage(
            passage.text[offset : tokens[end - 1].end],
            [Token(token.text, token.start - offset, token.end - offset) for token in tokens[start:end]],
            [Span(one.start - start, one.end - start, one.label) for one in entities[first:after]],
            passage.line,
        )
        start, first = end, after


def from_words(words: Iterable[str], entities: list[Span], line: int, *, spaced: bool = False) -> Passage:
    """The passage of a sentence whose text is not known: its words as `join_words` joins them."""
    return Passage(*join_words(words, spaced=spaced), entities, line)


def whole_tokens(tokens: Sequence[Token], found: Iterable[Span], text: str, where: str, remedy: str) -> list[Span]:
    """Spans of characters as spans of tokens, in order.

    Args:
        remedy: what to do about an entity that begins or ends inside a token.

    Raises:
        CorpusError: an entity outside the text, not of whole tokens, or over another; the message starts with `where`.
    """
    starts = {token.start: index for index, token in enumerate(tokens)}
    ends = {token.end: index + 1 for index, token in enumerate(tokens)}
    spans: list[Span] = []
    before = Span(0, 0, "")
    for span in sorted(found):
        _check_inside(span, text, where)
        start, end, label = span
        if start < before.end:
            raise CorpusError(
                f"{where}: expected entities apart, found {_quoted(text, before)} and {_quoted(text, span)} over each "
                "other. Keep one of them, or have the longest kept (nerwin convert --align)."
            )
        if start not in starts or end not in ends:
            raise CorpusError(
                f"{where}: expected an entity of whole tokens, found {_quoted(text, span)} with {_cut(tokens, span)}. "
                f"{remedy}"
            )
        spans.append(Span(starts[start], ends[end], label))
        before = span
    return spans


def fitted_tokens(
    tokens: Sequence[Token], found: Sequence[Span], text: str, where: str, *, expand: bool
) -> tuple[list[Span], int]:
    """Spans of characters as spans of tokens, in order; of spans that overlap, the longest is kept.

    Args:
        expand: whether a span takes all tokens that it touches, or only those inside it.

    Returns:
        The spans of tokens, and how many of them were moved.

    Raises:
        CorpusError: an entity outside the text; the message starts with `where`.
    """
    starts, ends = [token.start for token in tokens], [token.end for token in tokens]
    fitted: list[tuple[Span, bool]] = []
    for span in found:
        _check_inside(span, text, where)
        start, end, label = span
        first, last = (
            (bisect_right(ends, start), bisect_left(starts, end))
            if expand
            else (bisect_left(starts, start), bisect_right(ends, end))
        )
        if first < last:
            fitted.append((Span(first, last, label), (starts[first], ends[last - 1]) == (start, end)))
    kept: list[Span] = []
    taken, moved = bytearray(len(tokens)), 0
    for span, as_it_was in sorted(fitted, key=lambda one: (one[0].start - one[0].end, not one[1], one[0])):
        start, end, _ = span
        if not any(taken[start:end]):
            taken[start:end] = b"\1" * (end - start)
            kept.append(span)
            moved += not as_it_was
    return sorted(kept), moved


def _check_inside(span: Span, text: str, where: str) -> None:
    start, end, label = span
    if not 0 <= start < end <= len(text):
        raise CorpusError(
            f"{where}: expected an entity inside the text of {counted(len(text), 'character')}, found {label} at "
            f"{start} to {end}. Count characters from 0, the end being the first one after it."
        )


def _quoted(text: str, span: Span) -> str:
    return f'"{text[span.start : span.end][:40]}" ({span.label})'


def _cut(tokens: Iterable[Token], span: Span) -> str:
    """What is wrong with an entity's borders, in words."""
    for token in tokens:
        if token.start < span.start < token.end or token.start < span.end < token.end:
            return f'a border inside the token "{token.text[:40]}"'
    return "a border between tokens"
