"""A piece of text with its tokens and entities: what every form of a tagged corpus says, each in its own way.

Entities come in characters of the text and go to tokens only where they are whole tokens, inside the text, and apart:
what does not fit is refused rather than moved.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from nerwin.errors import CorpusError, printable
from nerwin.text.files import BLANK
from nerwin.text.tags import Span
from nerwin.text.tokenizer import Token


class Passage(NamedTuple):
    """A text, its tokens, its entities as spans of tokens, in order, and the line (or document) it comes from."""

    text: str
    tokens: list[Token]
    entities: list[Span]
    line: int

    @property
    def words(self) -> list[str]:
        return [token.text for token in self.tokens]

    @property
    def characters(self) -> Iterator[Span]:
        """The entities as spans of characters of the text."""
        return (Span(self.tokens[start].start, self.tokens[end - 1].end, label) for start, end, label in self.entities)


def from_words(words: Iterable[str], entities: list[Span], line: int) -> Passage:
    """The passage of a sentence whose text is not known: its words with single spaces between them."""
    tokens, position = [], 0
    for word in words:
        tokens.append(Token(word, position, position + len(word)))
        position += len(word) + 1
    return Passage(" ".join(token.text for token in tokens), tokens, entities, line)


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
        start, end, label = span
        if not 0 <= start < end <= len(text):
            raise CorpusError(
                f"{where}: expected an entity inside the text of {len(text)} characters, found {label} at {start} to "
                f"{end}. Count characters from 0, the end being the first one after it."
            )
        if start < before.end:
            raise CorpusError(
                f"{where}: expected entities apart, found {_quoted(text, before)} and {_quoted(text, span)} over each "
                "other. Keep one of them."
            )
        if start not in starts or end not in ends:
            raise CorpusError(
                f"{where}: expected an entity of whole tokens, found {_quoted(text, span)} with {_cut(tokens, span)}. "
                f"{remedy}"
            )
        spans.append(Span(starts[start], ends[end], label))
        before = span
    return spans


def _quoted(text: str, span: Span) -> str:
    return f'"{printable(text[span.start : span.end])[:40]}" ({span.label})'


def _cut(tokens: Iterable[Token], span: Span) -> str:
    """Which token an entity cuts, in words."""
    for token in tokens:
        if token.start < span.start < token.end or token.start < span.end < token.end:
            return f'a border inside the token "{printable(token.text)[:40]}"'
    return "a border between tokens"


def check_lines(words: Iterable[str], where: str, form: str) -> None:
    """Refuse words that no form with a line a token or a sentence can hold.

    Raises:
        CorpusError: a word of blanks alone, or with a line break; the message starts with `where`.
    """
    for word in words:
        if not word.strip(BLANK) or "\n" in word or "\r" in word:
            raise CorpusError(
                f"{where}: expected words without line breaks that are more than blanks, found {word!r}, which {form} "
                "cannot hold. Mend the word, or write .jsonl."
            )
