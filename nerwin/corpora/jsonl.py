"""JSON Lines: an object a line with a text and its entities in characters, as spaCy, doccano and Prodigy have it.

    {"text": "in Paris", "ents": [{"start": 3, "end": 8, "label": "LOC"}], "tokens": [{"start": 0, "end": 2}, ...]}

Entities may also be triples [start, end, label], under any of the names in ENTITIES. A text without "tokens" is a
document: the tokenizer takes it apart, and it is cut into sentences for forms that hold sentences. A text with "tokens"
is a sentence, or a document if they have an "id", as spaCy's have; its tokens are written again. The sentences of a
document may stand under "sents", as spaCy has them. What else an object holds comes back where JSON Lines are written.
What Prodigy's annotators rejected or ignored is left out.

What an object gives, a text alone, tokens as offsets, or words, `jsonl_objects` finds out once; words and offsets may
have tags in place of entities, for which see `jsonl_words`.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from nerwin.corpora.choices import Align
from nerwin.corpora.jsonl_objects import (
    Given,
    borders,
    brief,
    check_characters,
    given_by,
    list_under,
    read_object,
    write_object,
)
from nerwin.corpora.jsonl_words import WORD_KEYS, has_tags, tag_lists, tags_key, tags_of
from nerwin.corpora.passage import Counts, Passage, as_type, fitted_tokens, whole_tokens
from nerwin.errors import CorpusError
from nerwin.text.blanks import BLANK
from nerwin.text.tags import OUTSIDE, Span, iob2, spans
from nerwin.text.tokenizer import Token, tokenize

ACCEPTED, DECLINED = "accept", ("reject", "ignore")  # Prodigy's answers; a text it accepts may lack a list of spans
ENTITIES = ("ents", "entities", "spans", "label", "labels")  # displaCy, spaCy and doccano, Prodigy, doccano
SENTENCES = "sents"  # spaCy
LABELS = ("label", "labels", "type")  # of an entity; the first two also name labels of a whole text


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


def _passage(content: dict[str, Any], number: int, where: str, align: Align, counts: Counts) -> Passage:
    """A text with its entities; those that were moved or left out are counted.

    Tags tell the entities if there are any, and a list beside them has to say the same; else a list does. Words without
    either are asked for tags.
    """
    given = given_by(content, where)
    text, document = given.text, given.document
    tokens = tokenize(text) if given.kind == "text" else given.tokens
    listed = _entity_keys(content)
    if _is_tagged(content, given) or (given.kind == "words" and not listed):
        told = _tagged_characters(given, tags_of(content, len(given.parts), where))
        for key in listed:
            _check_same({_span(one, text, counts, where) for one in content[key]}, told, key, where)
        mend = "the tags"
    elif not listed and not text.strip():
        return Passage(text, [], [], number)
    else:
        told = [_span(one, text, counts, where) for one in _listed(content, listed, where)]
        twice = " (they count characters; JavaScript counts an emoji twice)" if text and max(text) > "\uffff" else ""
        others = ', give the text "tokens" of your own' if given.kind == "text" else ', or the "tokens"'
        mend = f"the offsets{twice}{others}"
    found = list(dict.fromkeys(told))  # duplicates add nothing
    remedy = f"Mend {mend}, or have entities moved (nerwin convert --align)."
    if align == "strict":
        entities = whole_tokens(tokens, found, text, where, remedy)
    else:
        entities, moved = fitted_tokens(tokens, found, text, where, expand=align == "expand")
        counts.moved += moved
        counts.lost += len(found) - len(entities)
    ends = _sentence_ends(content.get(SENTENCES), tokens) if document else ()
    return Passage(text, tokens, entities, number, document, ends, _others(content, given))


def _is_tagged(content: dict[str, Any], given: Given) -> bool:
    """Whether an object has tags for its words, or for its tokens as offsets."""
    return given.kind != "text" and has_tags(content, len(given.parts))


def _tagged_characters(given: Given, tags: Sequence[str]) -> list[Span]:
    """The entities, in characters, that the tags of words, or of tokens given as offsets, spell.

    O at one of blanks says nothing: it does not separate what stands before from what comes after.
    """
    tagged = [(part, tag) for part, tag in zip(given.parts, tags, strict=True) if tag != OUTSIDE or given.is_word(part)]
    found = spans([tag for _, tag in tagged])
    return [Span(tagged[first][0].start, tagged[end - 1][0].end, label) for first, end, label in found]


def _check_same(listed: set[Span], tagged: Iterable[Span], key: str, where: str) -> None:
    """Refuse entities beside tags that say something else; an empty list says nothing."""
    if listed and listed != set(tagged):
        raise CorpusError(
            f'{where}: expected the entities under "{key}" to be those of the tags, found others. Keep one of them.'
        )


def _entity_keys(content: dict[str, Any]) -> list[str]:
    """The keys under which an object lists entities in characters of its text; none without a text."""
    texted = content.get("text") is not None
    return [key for key in ENTITIES if texted and _are_meant_as_spans(content.get(key))]


def _listed(content: dict[str, Any], keys: Sequence[str], where: str) -> list[Any]:
    """The entities that an object lists, given the keys under which it does.

    Raises:
        CorpusError: there is no list of them, or more than one.
    """
    present = [key for key in ENTITIES if content.get(key) is not None]
    filled = [key for key in keys if content[key]]
    if len(filled) > 1:
        raise CorpusError(f"{where}: expected entities once, found {' and '.join(filled)}. Keep one of them.")
    if present:
        return list_under(content, (filled or keys or present)[0], where)
    if content.get("answer") == ACCEPTED:
        return []
    if null := next((key for key in ENTITIES if key in content), None):
        raise CorpusError(
            f'{where}: expected a list under "{null}", found null. A text without entities has an empty list '
            f"(jq -c '.{null} //= []' makes that)."
        )
    raise CorpusError(
        f"{where}: expected entities under one of {', '.join(ENTITIES)}, found {', '.join(content)}. "
        "Name them so; a text without any has an empty list."
    )


def _span(one: Any, text: str, counts: Counts, where: str) -> Span:
    """An entity from {"start", "end", "label"} or [start, end, label]."""
    if isinstance(one, dict):
        start, end = borders(one)
        label = next((one[key] for key in LABELS if one.get(key)), None)
        if isinstance(label, list) and len(label) == 1:  # as Label Studio has it
            (label,) = label
    else:
        start, end, label = one if isinstance(one, list) and len(one) == 3 else (None, None, None)
    if type(start) is not int or type(end) is not int:
        raise CorpusError(
            f"{where}: expected an entity with start and end as whole numbers and a label, found {brief(one)}. "
            'Write [0, 4, "LOC"] or {"start": 0, "end": 4, "label": "LOC"}.'
        )
    if not isinstance(label, str):
        found, remedy = (
            ("none", "Put it under label, labels or type.") if label is None else (brief(label), "Mend the line.")
        )
        raise CorpusError(f"{where}: expected an entity with one label, found {found} at {start} to {end}. {remedy}")
    check_characters(label, "label", where)
    if isinstance(one, dict) and 0 <= start < end <= len(text):
        _check_own_text(one.get("text"), start, end, text, where)
    return Span(start, end, as_type(label, counts, where))


def _check_own_text(own: Any, start: int, end: int, text: str, where: str) -> None:
    """Refuse offsets that an entity's own text disproves: they may count bytes, or the end may be the last letter."""
    there = text[start:end]
    if isinstance(own, str) and own.split() != there.split():  # some tools write blanks otherwise
        raise CorpusError(
            f'{where}: expected the entity "{own[:40]}" at {start}-{end}, found "{there[:40]}" '
            "there. Mend the offsets: they count characters from 0, and the end is the first one after the entity."
        )


def with_found(content: dict[str, Any], given: Given, ents: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """An object with its own entities and tags replaced by what was found, and with all else that it holds.

    It gets the entities if it has a text, and tags if it has words, or offsets that have tags.
    """
    tags = {}
    if given.kind == "words" or _is_tagged(content, given):
        tags[tags_key(content, len(given.parts))] = _tags_of(given.parts, ents)
    kept = {key: value for key, value in content.items() if key in tags or not _are_replaced(key, value)}
    return kept | tags if content.get("text") is None else {**kept, **tags, "ents": ents}


def _tags_of(parts: Sequence[Token], ents: Iterable[dict[str, Any]]) -> list[str]:
    """The tags of words, or of all offsets, those of blanks included, given the entities."""
    starts = [part.start for part in parts]
    found = (Span(bisect_left(starts, one["start"]), bisect_left(starts, one["end"]), one["label"]) for one in ents)
    return iob2(found, len(starts))


def _are_replaced(key: str, value: Any) -> bool:
    """Whether a value lists the entities of an object; an empty list may as well say that the text has no label."""
    return key in ENTITIES and _are_spans(value) and (bool(value) or key not in LABELS)


def _are_spans(value: Any) -> bool:
    """Whether a value lists entities: under the same names there may be labels of the whole text, or other things."""
    return isinstance(value, list) and all(map(_is_span, value))


def _are_meant_as_spans(value: Any) -> bool:
    """The same, be some of them damaged."""
    nested = isinstance(value, list) and all(isinstance(one, dict | list) for one in value)
    return nested and (not value or any(map(_is_meant_as_span, value)))


def _is_meant_as_span(one: Any) -> bool:
    """Whether a start or an end is a whole number; seconds, of speech, are none."""
    ends = borders(one) if isinstance(one, dict) else one[:2] if isinstance(one, list) and len(one) == 3 else ()
    return int in map(type, ends)


def _is_span(one: Any) -> bool:
    """Whether a value has the shape of an entity; what its label is like is not asked."""
    if isinstance(one, dict):
        return all(type(border) is int for border in borders(one))
    return isinstance(one, list) and [*map(type, one)] == [int, int, str]


def _sentence_ends(told: Any, tokens: Sequence[Token]) -> tuple[int, ...]:
    """Where sentences end, in tokens, that are told by their characters; nothing if something else is told."""
    if not told or not (_are_spans(told) and all(isinstance(one, dict) for one in told)):
        return ()
    starts = [token.start for token in tokens]
    ends = {bisect_left(starts, borders(one)[1]) for one in told}
    return tuple(sorted({*ends, len(tokens)} - {0}))


def _others(content: dict[str, Any], given: Given) -> dict[str, Any]:
    """What an object holds beside its text, words or tokens, tags and entities."""
    told = {"text", "tokens", "ents"}
    if given.kind != "text":
        for tagged in (given.parts, given.tokens):  # without blanks, others may be taken for tags
            told.update(tag_lists(content, len(tagged)))
    if given.kind == "words":
        told.update(WORD_KEYS)
    return {key: value for key, value in content.items() if key not in told and not _are_replaced(key, value)}


def write_jsonl(passages: Iterable[Passage], name: str) -> Iterator[str]:
    """A line a passage, under the names that `nerwin tag --format jsonl` uses, and what else its object held.

    Args:
        name: what messages call the source of the passages.

    Raises:
        CorpusError: an object held what cannot be written; the message starts with `name:line`.
    """
    for passage in passages:
        content: dict[str, Any] = {
            "text": passage.text,
            "ents": [span._asdict() for span in passage.characters],
        }
        # A document gets no "tokens" if its reader will find the same ones; else these are numbered, for without an
        # "id" they would be those of a sentence.
        if not (passage.document and tokenize(passage.text) == passage.tokens):
            tokens = [{"start": token.start, "end": token.end} for token in passage.tokens]
            content["tokens"] = [{"id": at, **one} for at, one in enumerate(tokens)] if passage.document else tokens
        yield write_object({**content, **passage.others}, f"{name}:{passage.line}")
