"""Inline markup: one sentence a line, each entity as [text](TYPE), for corpora that people write and correct by hand.

    [Zhang Wei](PER) joins [Aston Villa](ORG)

Lines that start with "# ", or are "#" alone, are comments. A backslash makes a bracket, a "#" or a backslash an
ordinary character.

The tokens are the tokenizer's, unless the file's first line is SPACED: then words are separated by spaces, and a space
after a backslash is part of a word. So the words of another tokenizer survive.
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

from nerwin.corpora.passage import Passage, from_words, whole_tokens
from nerwin.corpora.writable import check_lines
from nerwin.errors import CorpusError
from nerwin.text.blanks import BLANK
from nerwin.text.tags import Span
from nerwin.text.tokenizer import Token, tokenize

SPACED = "# words: apart by spaces"

_INNER = "\n"  # stands for a space inside a word until words are taken apart; no line has one of its own
_ESCAPED = r"\\[\[\]\\#]"
_ENTITY = re.compile(rf"{_ESCAPED}|\[(?P<text>(?:[^\[\]\\]|\\.)+)\]\((?P<label>[^\s()]+)\)", re.DOTALL)
_BRACKET = re.compile(rf"{_ESCAPED}|(?P<lone>[\[\]])")
_ESCAPE = re.compile(r"\\([\[\]\\#])")
_ESCAPE_OR_SPACE = re.compile(r"\\([\[\]\\# ])")
_SPACED_WORD = re.compile(r"[^ ]+")
_LABEL = re.compile(r"[^\s()]+")


def read_inline(lines: Iterable[str], path: str) -> Iterator[Passage]:
    """The sentences of some lines.

    Raises:
        CorpusError: a bracket without its partner, an entity that begins or ends inside a token, or a word of blanks
            alone; the message starts with `path:line`.
    """
    spaced = False
    for number, line in enumerate(lines, 1):
        spaced = spaced or (number == 1 and line == SPACED)
        if line.rstrip(BLANK) in ("", "#") or line.startswith("# "):
            continue
        where = f"{path}:{number}"
        text, found = _strip_markup(line, where, _ESCAPE_OR_SPACE if spaced else _ESCAPE)
        tokens = _spaced_tokens(text, where) if spaced else tokenize(text)
        if tokens or found:
            text = text.replace(_INNER, " ")
            remedy = "Move the brackets, or put a space between them and the rest of the token."
            yield Passage(text, tokens, whole_tokens(tokens, found, text, where, remedy), number)


def _spaced_tokens(text: str, where: str) -> list[Token]:
    tokens = [
        Token(match.group().replace(_INNER, " "), match.start(), match.end()) for match in _SPACED_WORD.finditer(text)
    ]
    for word, _, _ in tokens:
        if not word.strip(BLANK):
            raise CorpusError(
                f"{where}: expected words that are more than blanks, found {word!r}. Take it out, or join it to a word."
            )
    return tokens


def _strip_markup(line: str, where: str, escape: re.Pattern[str]) -> tuple[str, list[Span]]:
    """The bare text of a line and its entities in character offsets."""
    text, found, position = "", [], 0
    for match in _ENTITY.finditer(line):
        if match["label"] is None:  # an escaped character, matched so that it cannot begin an entity
            continue
        text += _plain(line[position : match.start()], where, escape)
        inner = _plain(match["text"], where, escape)
        found.append(Span(len(text), len(text) + len(inner), match["label"]))
        text += inner
        position = match.end()
    return text + _plain(line[position:], where, escape), found


def _plain(piece: str, where: str, escape: re.Pattern[str]) -> str:
    if bracket := next((match for match in _BRACKET.finditer(piece) if match["lone"]), None):
        raise CorpusError(
            f'{where}: expected entities as [text](TYPE), found a lone "{bracket.group()}" at "{piece[:40]}". '
            "Close the entity, or write a backslash before the bracket."
        )
    return escape.sub(lambda match: _INNER if match[1] == " " else match[1], piece)


def write_inline(passages: Sequence[Passage], name: str) -> Iterator[str]:
    """The lines of a file: the texts as they are if reading finds the same tokens in all of them, else SPACED words.

    Args:
        name: what messages call the source of the passages.

    Raises:
        CorpusError: a type or a word that the markup cannot hold; the message starts with `name:line`.
    """
    for passage in passages:
        for label in passage.labels:
            _check_label(label, f"{name}:{passage.line}")
    if all(_is_natural(passage) for passage in passages):
        return (format_inline(passage.text, passage.characters) for passage in passages)
    return itertools.chain([SPACED], (_format_spaced(passage, name) for passage in passages))


def _check_label(label: str, where: str) -> None:
    if not _LABEL.fullmatch(label):
        raise CorpusError(
            f'{where}: expected a type without blanks or parentheses, found "{label}", which inline '
            "markup cannot hold. Rename the type, or write another form."
        )


def _is_natural(passage: Passage) -> bool:
    """Whether the tokens of a passage are found again in its bare text."""
    text = passage.text
    return not set("\n\r\ufeff") & set(text) and tokenize(text) == passage.tokens


def _format_spaced(passage: Passage, name: str) -> str:
    check_lines(passage.words, f"{name}:{passage.line}", "inline markup")
    words = [word.replace(" ", _INNER) for word in passage.words]
    spaced = from_words(words, passage.entities, passage.line, spaced=True)
    return format_inline(spaced.text, spaced.characters).replace(_INNER, "\\ ")


def format_inline(text: str, found: Iterable[Span]) -> str:
    """Mark up a text with entities in character offsets: the inverse of reading a line."""
    escape = _escape if any(mark in text for mark in "[]\\") else str  # hardly any text has one
    pieces, position = [], 0
    for start, end, label in found:
        pieces += [escape(text[position:start]), f"[{escape(text[start:end])}]({label})"]
        position = end
    line = "".join([*pieces, escape(text[position:])])
    return f"\\{line}" if line.startswith("#") else line


def _escape(piece: str) -> str:
    return re.sub(r"([\[\]\\])", r"\\\1", piece)
