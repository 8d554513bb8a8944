"""JSON objects, one a line, each with a text and maybe its tokens, as every command reads them that takes JSON Lines.

    {"text": "in Paris", "tokens": [{"start": 0, "end": 2}, {"start": 3, "end": 8}]}

Offsets count characters of the text from 0, half open. Tokens may be words, too, which stand in the text in this order,
or without a text. Tokens with an "id" are spaCy's, as Prodigy exports them: their text is a document, and any kind of
blanks among them is no word. A line [text, {"entities": ...}], as spaCy 2 trains on, is such an object.
"""

import json
import sys
from collections import Counter
from typing import Any, Literal, NamedTuple

from nerwin.corpora.jsonl_words import WORD_KEYS, listed_words, place_words
from nerwin.errors import CorpusError, too_many_digits
from nerwin.text.blanks import BLANK
from nerwin.text.joining import join_words
from nerwin.text.tokenizer import Token

FULL_EXPORT = ("data", "annotations")  # of Label Studio
SPACY_2 = "paragraphs"  # the key of sentences in the files that spaCy 2 trained on

AN_OBJECT = "Write an object a line."
A_LINE = "Write an object a line (of a list, jq -c '.[]' makes that)."
OF_SPACY_2 = "Is it spaCy 2's? Then make a .spacy file of the whole: python -m spacy convert IN.json . does that."


class Given(NamedTuple):
    """What an object gives: a text alone, a text with tokens as offsets, or words, which may have a text, too.

    kind: offsets with an "id" are numbered. parts: what tags may belong to: the words, or the tokens, those of blanks
    too. A text alone has none.
    """

    kind: Literal["text", "offsets", "numbered", "words"]
    text: str
    parts: list[Token]

    @property
    def document(self) -> bool:
        """Whether the text may be several sentences."""
        return self.kind in ("text", "numbered")

    @property
    def tokens(self) -> list[Token]:
        """The parts without those of blanks, which no other form can hold."""
        return [part for part in self.parts if self.is_word(part)]

    def is_word(self, part: Token) -> bool:
        """Whether a part is more than blanks; a no-break space may be a word, but is none among spaCy's tokens."""
        return bool(part.text.strip() if self.kind == "numbered" else part.text.strip(BLANK))


def _with_each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of the pairs that stand in it; Python would take the last of a name, and lose the others."""
    found = dict(pairs)
    if len(found) < len(pairs):
        name, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise CorpusError(f"expected each name in an object once, found {brief(name)} more often. Mend the line.")
    return found


_DECODER = json.JSONDecoder(object_pairs_hook=_with_each_once)


def read_object(line: str, where: str) -> dict[str, Any]:
    """The object of a line.

    Raises:
        CorpusError: it is none, or a name stands more than once in an object, or a pair has two texts; the message
            starts with `where`.
    """
    try:
        found = _DECODER.decode(line)
    except CorpusError as error:
        raise CorpusError(f"{where}: {error}") from error
    except (json.JSONDecodeError, RecursionError) as error:
        found, remedy = f"bad JSON ({error})", A_LINE
        if line.startswith("\ufeff"):  # of a file that was joined to another; nobody sees it
            found, remedy = "a byte-order mark (U+FEFF) before it", "Delete the mark."
        raise CorpusError(f"{where}: expected a JSON object, found {found}. {remedy}") from error
    except ValueError as error:  # it is JSON, but Python limits the length of whole numbers
        raise CorpusError(f"{where}: {too_many_digits()}. Write it in quotation marks.") from error
    if _is_pair(found):
        text, others = found
        own = others.get("text")
        if own not in (None, text):
            raise CorpusError(
                f'{where}: expected one text in a pair, found {brief(text)} and, under "text", {brief(own)}. '
                "Take one of them out."
            )
        return {**others, "text": text}
    if not isinstance(found, dict):
        nested = isinstance(found, list) and all(isinstance(one, dict | list) for one in found)
        remedy = A_LINE if nested else AN_OBJECT
        raise CorpusError(f'{where}: expected a JSON object with a "text", found {line.strip()[:40]!r}. {remedy}')
    return found


def write_object(content: dict[str, Any], where: str) -> str:
    """The line of an object that has been read.

    Raises:
        CorpusError: what it holds cannot be written as JSON, or in UTF-8; the message starts with `where`.
    """
    try:
        line = json.dumps(content, ensure_ascii=False, allow_nan=False)
    except ValueError as error:  # Python reads numbers that may not be written, the large ones as infinity
        raise CorpusError(
            f"{where}: expected numbers below {sys.float_info.max:.2g}, found a larger one, or NaN or Infinity, "
            "which JSON has not. Write it in quotation marks, or null."
        ) from error
    except RecursionError as error:
        raise CorpusError(f"{where}: expected JSON, found too deep a nesting ({error}). Mend the line.") from error
    check_characters(line, "line", where)
    return line


def given_by(content: dict[str, Any], where: str) -> Given:
    """What an object gives; words without a text are joined to one.

    Raises:
        CorpusError: no text, or tokens that do not fit it; the message starts with `where`.
    """
    words, text = listed_words(content, where), content.get("text")
    if words is not None and text is None:
        return Given("words", *join_words(words))
    if not isinstance(text, str):
        raise _no_text(content, where)
    check_characters(text, "text", where)
    if words is not None:
        return Given("words", text, _tokens(place_words(words, text, where), text, where))
    if content.get("tokens") is None:
        return Given("text", text, [])
    offsets = list_under(content, "tokens", where)
    parts = _tokens(offsets, text, where)
    return Given("numbered" if all("id" in one for one in offsets) else "offsets", text, parts)


def _no_text(content: dict[str, Any], where: str) -> CorpusError:
    """The error for an object without a text, which says what it has instead."""
    remedy = "Name the text so."
    words = [key for key in WORD_KEYS if isinstance(content.get(key), list | str)]
    if words and content.get("text") is None:
        found, remedy = f'{brief(content[words[0]])} under "{words[0]}"', "List words alone, or give their text."
    elif "text" in content:
        found = brief(content["text"])
    else:
        found = f"none among {', '.join(content)}" if content else "an empty object"
    lists = [key for key, value in content.items() if isinstance(value, list) and any(map(_may_be_line, value))]
    strings = [key for key, value in content.items() if isinstance(value, str) and key.isidentifier()]
    if all(key in content for key in FULL_EXPORT):
        remedy = "Export it as JSON-MIN."
    elif SPACY_2 in lists:
        remedy = OF_SPACY_2
    elif len(lists) == 1 and lists[0].isidentifier() and "text" not in content and not words:
        remedy = f"Are its texts under {lists[0]}? Then write an object a line (jq -c '.{lists[0]}[]' makes that)."
    elif strings and "text" not in content and not words:
        key = max(strings, key=lambda one: len(content[one]))
        remedy = f"Is it under {key}? Then name it so (jq -c '.text = .{key} | del(.{key})' does that)."
    return CorpusError(f'{where}: expected a "text" of characters, or words under "tokens", found {found}. {remedy}')


def _may_be_line(value: Any) -> bool:
    """Whether a value may be what a line holds: an object, but no entity, or a pair of spaCy 2."""
    return _is_pair(value) or (isinstance(value, dict) and borders(value) == (None, None))


def _is_pair(value: Any) -> bool:
    """Whether a value is a text and an object, as spaCy 2 trains on."""
    return isinstance(value, list) and list(map(type, value)) == [str, dict]


def check_characters(text: str, kind: str, where: str) -> None:
    """Refuse what UTF-8 cannot hold: escapes may be half of a character.

    Raises:
        CorpusError: it is such a text; the message starts with `where`.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise CorpusError(
            f"{where}: expected a {kind} of Unicode characters, found half of one at {error.start}. Mend the escapes."
        ) from error


def _tokens(given: list[Any], text: str, where: str) -> list[Token]:
    """The tokens at the offsets that an object brings.

    Raises:
        CorpusError: tokens out of order, outside the text, or that leave letters of it out.
    """
    tokens, position = [], 0
    for one in given:
        start, end = borders(one) if isinstance(one, dict) else (None, None)
        if type(start) is not int or type(end) is not int or not position <= start < end <= len(text):
            raise CorpusError(
                f"{where}: expected tokens with start and end, in order and inside the text, found {brief(one)}. "
                'Mend them, or leave "tokens" out.'
            )
        _check_gap(text, position, start, where)
        tokens.append(Token(text[start:end], start, end))
        position = end
    _check_gap(text, position, len(text), where)
    return tokens


def _check_gap(text: str, start: int, end: int, where: str) -> None:
    if text[start:end].strip():
        raise CorpusError(
            f"{where}: expected tokens for the whole text, found none for {brief(text[start:end].strip())} after "
            f'{start}. Mend them, or leave "tokens" out.'
        )


def borders(one: dict[str, Any]) -> tuple[Any, Any]:
    """start and end, which doccano calls start_offset and end_offset where it also exports relations."""
    return one.get("start", one.get("start_offset")), one.get("end", one.get("end_offset"))


def list_under(content: dict[str, Any], key: str, where: str) -> list[Any]:
    """The list under a key that is there.

    Raises:
        CorpusError: it is no list; the message starts with `where`.
    """
    value = content[key]
    if not isinstance(value, list):
        raise CorpusError(f'{where}: expected a list under "{key}", found {brief(value)}. Mend the line.')
    return value


def brief(value: Any) -> str:
    """A value for a message: its JSON, cut where it is long."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except RecursionError:  # nested as deeply as can just be read
        text = "[[[..."
    return text if len(text) <= 40 else f"{text[:37]}..."
