"""JSON Lines: an object a line with a text and its entities in characters, as spaCy, doccano and Prodigy have it.

    {"text": "in Paris", "ents": [{"start": 3, "end": 8, "label": "LOC"}], "tokens": [{"start": 0, "end": 2}, ...]}

Offsets count characters of the text from 0, half open. Entities may also be triples [start, end, label], under any of
the names in ENTITIES. A text without "tokens" is a document, which the tokenizer takes apart, and which is cut into
sentences for the forms that have them; one with "tokens" is a sentence, whose tokens are written again. These may be
words, too, which stand in the text in this order. What Prodigy's annotators rejected or ignored is left out. A line
[text, {"entities": ...}], as spaCy 2 trains on, is such an object. Tags of words, in place of a text's entities: see
`jsonl_words`.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from nerwin.errors import CorpusError
from nerwin.text.choices import Align
from nerwin.text.files import BLANK
from nerwin.text.jsonl_words import WORD_KEYS, has_tags, listed_words, place_words, tagged_spans, with_tags
from nerwin.text.passage import Counts, Passage, fitted_tokens, join_words, whole_tokens
from nerwin.text.tags import Span, is_tag
from nerwin.text.tokenizer import Token, tokenize

DECLINED = ("reject", "ignore")
ENTITIES = ("ents", "entities", "spans", "label", "labels")  # displaCy, spaCy and doccano, Prodigy, doccano
LABELS = ("label", "labels", "type")  # of an entity
FULL_EXPORT = ("data", "annotations")  # of Label Studio

AN_OBJECT = "Write an object a line."
A_LINE = "Write an object a line (of a list, jq -c '.[]' makes that)."


def read_jsonl(lines: Iterable[str], path: str, counts: Counts, align: Align = "strict") -> Iterator[Passage]:
    """The passages of a file; blank lines, and texts of blanks alone, hold none.

    Args:
        align: strict refuses entities that are no whole tokens, or over each other; contract and expand move them, or
            leave them out (see `fitted_tokens`).

    Raises:
        CorpusError: with `path:line`: no such object, or entities that do not fit or lie outside.
    """
    for number, line in enumerate(lines, 1):
        if line.strip(BLANK):
            content = read_object(line, f"{path}:{number}")
            if content.get("answer") in DECLINED:
                counts.declined += 1
                continue
            passage = _passage(content, number, f"{path}:{number}", align, counts)
            if passage.tokens:
                yield passage
            else:
                counts.empty += 1


def read_object(line: str, where: str) -> dict[str, Any]:
    """The object of a line.

    Raises:
        CorpusError: it is none; the message starts with `where`.
    """
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise CorpusError(f"{where}: expected a JSON object, found bad JSON ({error}). {A_LINE}") from error
    if isinstance(found, list) and list(map(type, found)) == [str, dict]:  # a pair of spaCy 2
        text, others = found
        return {**others, "text": text}
    if not isinstance(found, dict):
        listed = isinstance(found, list) and all(isinstance(one, dict | list) for one in found)
        remedy = A_LINE if listed else AN_OBJECT
        raise CorpusError(f'{where}: expected a JSON object with a "text", found {line.strip()[:40]!r}. {remedy}')
    return found


def _passage(content: dict[str, Any], number: int, where: str, align: Align, counts: Counts) -> Passage:
    """A text with its entities; those that were moved or left out are counted."""
    text, tokens = text_of(content, where)
    words, offsets = listed_words(content, where), _offsets_keys(content)
    if words is not None and (has_tags(content, len(words)) or not offsets):
        passage = Passage(text, tokens or [], tagged_spans(content, len(words), where), number)
        for key in offsets:
            _check_same({_span(one, text, where) for one in content[key]}, passage, key, where)
        return passage
    told = [_span(one, text, where) for one in _list(content, _entities_key(content, where), where)]
    found = list(dict.fromkeys(told))  # duplicates add nothing
    if document := tokens is None:
        tokens = list(tokenize(text))
        remedy = 'Mend the offsets, give the text "tokens" of your own, or have entities moved (--align).'
    else:
        remedy = 'Mend the offsets, or the "tokens", or have entities moved (--align).'
    if align == "strict":
        return Passage(text, tokens, whole_tokens(tokens, found, text, where, remedy), number, document)
    entities, moved = fitted_tokens(tokens, found, text, where, expand=align == "expand")
    counts.moved += moved
    counts.lost += len(found) - len(entities)
    return Passage(text, tokens, entities, number, document)


def text_of(content: dict[str, Any], where: str) -> tuple[str, list[Token] | None]:
    """The text of an object, and its tokens if it brings some; words without a text are joined.

    Raises:
        CorpusError: no text, or tokens that do not fit it; the message starts with `where`.
    """
    words, text = listed_words(content, where), content.get("text")
    if words is not None and text is None:
        return join_words(words)
    if not isinstance(text, str):
        raise _no_text(content, where)
    _check_characters(text, "text", where)
    if words is not None:
        return text, _tokens(place_words(words, text, where), text, where)
    if content.get("tokens") is None:
        return text, None
    return text, _tokens(_list(content, "tokens", where), text, where)


def _no_text(content: dict[str, Any], where: str) -> CorpusError:
    """The error for an object without a text, which says what it has instead."""
    remedy = "Name the text so."
    words = [key for key in WORD_KEYS if isinstance(content.get(key), list | str)]
    if words and content.get("text") is None:
        found, remedy = f'{_brief(content[words[0]])} under "{words[0]}"', "List words alone, or give their text."
    elif "text" in content:
        found = _brief(content["text"])
    else:
        found = f"none among {', '.join(content)}"
    if all(key in content for key in FULL_EXPORT):
        remedy = "Export it as JSON-MIN."
    return CorpusError(f'{where}: expected a "text" of characters, or words under "tokens", found {found}. {remedy}')


def _check_characters(text: str, kind: str, where: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise CorpusError(
            f"{where}: expected a {kind} of Unicode characters, found half of one at {error.start}. Mend the escapes."
        ) from error


def _check_same(told: set[Span], tagged: Passage, key: str, where: str) -> None:
    """Refuse entities beside tags that say something else."""
    if told and told != set(tagged.characters):
        raise CorpusError(
            f'{where}: expected the entities under "{key}" to be those of the tags, found others. Keep one of them.'
        )


def _offsets_keys(content: dict[str, Any]) -> list[str]:
    """Where entities by the characters of a text stand; without a text, offsets count something else."""
    texted = content.get("text") is not None
    return [key for key in ENTITIES if texted and _are_spans(content.get(key))]


def _entities_key(content: dict[str, Any], where: str) -> str:
    """Where the entities stand, of which an object may tell once."""
    present = [key for key in ENTITIES if content.get(key) is not None]
    spans = _offsets_keys(content)
    filled = [key for key in spans if content[key]]
    if len(filled) > 1:
        raise CorpusError(f"{where}: expected entities once, found {' and '.join(filled)}. Keep one of them.")
    if not present:
        raise CorpusError(
            f"{where}: expected entities under one of {', '.join(ENTITIES)}, found {', '.join(content)}. "
            "Name them so; a text without any has an empty list."
        )
    return (filled or spans or present)[0]


def _list(content: dict[str, Any], key: str, where: str) -> list[Any]:
    value = content[key]
    if not isinstance(value, list):
        raise CorpusError(f'{where}: expected a list under "{key}", found {_brief(value)}. Mend the line.')
    return value


def _span(one: Any, text: str, where: str) -> Span:
    """An entity from {"start", "end", "label"} or [start, end, label]."""
    if isinstance(one, dict):
        start, end = _borders(one)
        label = next((one[key] for key in LABELS if one.get(key)), None)
        if isinstance(label, list) and len(label) == 1:  # as Label Studio has it
            (label,) = label
    else:
        start, end, label = one if isinstance(one, list) and len(one) == 3 else (None, None, None)
    if type(start) is not int or type(end) is not int or not isinstance(label, str):
        raise CorpusError(
            f"{where}: expected an entity with start and end as whole numbers and a label, found {_brief(one)}. "
            "Mend the line."
        )
    _check_characters(label, "label", where)
    if not is_tag(f"B-{label}"):
        raise CorpusError(f"{where}: expected a label of one word, found {_brief(label)}. Rename the label.")
    if isinstance(one, dict) and 0 <= start < end <= len(text):
        _check_own_text(one.get("text"), start, end, text, where)
    return Span(start, end, label)


def _check_own_text(own: Any, start: int, end: int, text: str, where: str) -> None:
    """Refuse offsets that an entity's own text disproves: they count bytes, or name the last letter as the end."""
    there = text[start:end]
    if isinstance(own, str) and own.split() != there.split():  # some tools write blanks otherwise
        raise CorpusError(
            f'{where}: expected the entity "{own[:40]}" at {start}-{end}, found "{there[:40]}" '
            "there. Mend the offsets: they count characters from 0, and the end is the first one after the entity."
        )


def _borders(one: dict[str, Any]) -> tuple[Any, Any]:
    """start and end, which doccano calls start_offset and end_offset where it also exports relations."""
    return one.get("start", one.get("start_offset")), one.get("end", one.get("end_offset"))


def _tokens(given: list[Any], text: str, where: str) -> list[Token]:
    """The tokens that an object brings, without those of blanks alone, which no other form has.

    Raises:
        CorpusError: tokens out of order, outside the text, or that leave letters of it out.
    """
    tokens, position = [], 0
    for one in given:
        start, end = _borders(one) if isinstance(one, dict) else (None, None)
        if type(start) is not int or type(end) is not int or not position <= start < end <= len(text):
            raise CorpusError(
                f"{where}: expected tokens with start and end, in order and inside the text, found {_brief(one)}. "
                'Mend them, or leave "tokens" out.'
            )
        _check_gap(text, position, start, where)
        if text[start:end].strip(BLANK):
            tokens.append(Token(text[start:end], start, end))
        position = end
    _check_gap(text, position, len(text), where)
    return tokens


def _check_gap(text: str, start: int, end: int, where: str) -> None:
    if text[start:end].strip():
        raise CorpusError(
            f"{where}: expected tokens for the whole text, found none for {_brief(text[start:end].strip())} after "
            f'{start}. Mend them, or leave "tokens" out.'
        )


def _brief(value: Any) -> str:
    try:
        text = json.dumps(value)
    except RecursionError:  # nested as deeply as can just be read
        text = "[[[..."
    return text if len(text) <= 40 else f"{text[:37]}..."


def with_found(
    content: dict[str, Any], ents: Sequence[dict[str, Any]], tags: Sequence[str], where: str
) -> dict[str, Any]:
    """An object with what was found in place of what it says itself, and all else that it holds: these entities if it
    has a text, these tags if it has words.
    """
    answer = content if listed_words(content, where) is None else with_tags(content, tags)
    kept = {key: value for key, value in answer.items() if value is tags or not (key in ENTITIES and _are_spans(value))}
    return kept if content.get("text") is None else {**kept, "ents": ents}


def _are_spans(value: Any) -> bool:
    """Whether a value lists entities: under the same names there may be labels of the whole text."""
    return isinstance(value, list) and all(isinstance(one, dict | list) for one in value)


def write_object(content: dict[str, Any], where: str) -> str:
    """The line of an object that has been read.

    Raises:
        CorpusError: what it holds is no text in UTF-8, or no JSON; the message starts with `where`.
    """
    try:
        line = json.dumps(content, ensure_ascii=False, allow_nan=False)
    except (ValueError, RecursionError) as error:  # Python reads more than may be written
        raise CorpusError(f"{where}: expected JSON, found what is none ({error}). Mend the line.") from error
    _check_characters(line, "line", where)
    return line


def write_jsonl(passages: Iterable[Passage]) -> Iterator[str]:
    """A line a passage, under the names that `nerwin tag --format jsonl` uses."""
    for passage in passages:
        content: dict[str, Any] = {
            "text": passage.text,
            "ents": [span._asdict() for span in passage.characters],
        }
        # A document has none where its reader finds the same: with "tokens" it would be a sentence.
        if not (passage.document and list(tokenize(passage.text)) == passage.tokens):
            content["tokens"] = [{"start": token.start, "end": token.end} for token in passage.tokens]
        yield json.dumps(content, ensure_ascii=False)
