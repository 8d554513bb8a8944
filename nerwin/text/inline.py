"""Inline markup: one sentence a line, each entity as [text](TYPE), for corpora that people write and correct by hand.

    [Zhang Wei](PER) joins [Aston Villa](ORG)

Lines that start with "# " are comments. A backslash makes a bracket, a "#" or a backslash an ordinary character.
"""

import re
from collections.abc import Iterable, Iterator

from nerwin.errors import CorpusError
from nerwin.text.files import BLANK
from nerwin.text.tags import Span, iob2
from nerwin.text.tokenizer import Token, tokenize

INLINE_SUFFIXES = (".inline",)

_ESCAPED = r"\\[\[\]\\#]"
_ENTITY = re.compile(rf"{_ESCAPED}|\[(?P<text>(?:[^\[\]\\]|\\.)+)\]\((?P<label>[^\s()]+)\)", re.DOTALL)
_BRACKET = re.compile(rf"{_ESCAPED}|(?P<lone>[\[\]])")
_ESCAPE = re.compile(r"\\([\[\]\\#])")


def parse_inline(lines: Iterable[str], path: str) -> Iterator[tuple[int, list[str], list[str]]]:
    """The (line number, words, IOB2 tags) of each sentence.

    Raises:
        CorpusError: a bracket without its partner, or an entity that begins or ends inside a token.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip(BLANK) or line.startswith("# "):
            continue
        text, found = _strip_markup(line, f"{path}:{number}")
        tokens = list(tokenize(text))
        if not tokens:
            continue
        tags = iob2(_token_spans(tokens, found, text, f"{path}:{number}"), len(tokens))
        yield number, [token.text for token in tokens], tags


def _strip_markup(line: str, where: str) -> tuple[str, list[Span]]:
    """The bare text of a line and its entities in character offsets."""
    text, found, position = "", [], 0
    for match in _ENTITY.finditer(line):
        if match["label"] is None:  # an escaped character, matched so that it cannot begin an entity
            continue
        text += _plain(line[position : match.start()], where)
        inner = _plain(match["text"], where)
        found.append(Span(len(text), len(text) + len(inner), match["label"]))
        text += inner
        position = match.end()
    return text + _plain(line[position:], where), found


def _plain(piece: str, where: str) -> str:
    if bracket := next((match for match in _BRACKET.finditer(piece) if match["lone"]), None):
        raise CorpusError(
            f'{where}: expected entities as [text](TYPE), found a lone "{bracket.group()}" at "{piece[:40]}". '
            "Close the entity, or write a backslash before the bracket."
        )
    return _ESCAPE.sub(r"\1", piece)


def _token_spans(tokens: list[Token], found: list[Span], text: str, where: str) -> list[Span]:
    """Character spans as token spans."""
    starts = {token.start: index for index, token in enumerate(tokens)}
    ends = {token.end: index + 1 for index, token in enumerate(tokens)}
    for span in found:
        if span.start not in starts or span.end not in ends:
            raise CorpusError(
                f'{where}: expected an entity of whole tokens, found "{text[span.start : span.end]}" inside a longer '
                "token. Move the brackets, or put a space between them and the rest of the token."
            )
    return [Span(starts[span.start], ends[span.end], span.label) for span in found]


def format_inline(text: str, found: Iterable[Span]) -> str:
    """Mark up a text with entities in character offsets: the inverse of reading a line."""
    pieces, position = [], 0
    for start, end, label in found:
        pieces += [_escape(text[position:start]), f"[{_escape(text[start:end])}]({label})"]
        position = end
    line = "".join([*pieces, _escape(text[position:])])
    return f"\\{line}" if line.startswith("#") else line


def _escape(piece: str) -> str:
    return re.sub(r"([\[\]\\])", r"\\\1", piece)
