"""JSON objects of words and their tags, as data sets of Hugging Face's are exported.

    {"tokens": ["in", "Paris"], "ner_tags": ["O", "B-LOC"]}

The words may also stand under "words"; beside a "text" these count only if they have tags, since they may be other
words than the text's. Without a text, words are joined as those of columns are; with one, they are found in it. Words
of blanks, as spaCy has them, are left out in the end, but have a tag.

The tags stand under one of TAGS: under one of SURE if names stand there, or else under a key that lists a tag for each
word. A list of their numbers beside them is ignored. Tags may also belong to tokens that are offsets.
"""

import re
from collections.abc import Sequence
from typing import Any

from nerwin.corpora.schemes import is_legal
from nerwin.counts import counted
from nerwin.errors import CorpusError
from nerwin.text.tags import is_tag

WORD_KEYS = ("tokens", "words")
SURE = ("ner_tags", "ner")
TAGS = (*SURE, "tags", "labels", "label")
NUMBERS = (
    "Write the tags' names: the data set knows them, its lines do not (with all its names in their order, "
    'jq -c \'.{} |= map(["O", "B-PER", "I-PER"][.])\' does that).'
)
WITH_BLANKS = 'Types have no blanks: write _ in their place (jq -c \'.{} |= map(gsub(" "; "_"))\' does that).'
NO_TYPE = "Write B- or I- before each type."
_HALF = re.compile("[\ud800-\udfff]")  # of a character, as an escape in JSON may be


def listed_words(content: dict[str, Any], where: str) -> list[str] | None:
    """The words of an object that brings words, and no offsets; None if it has none.

    Raises:
        CorpusError: empty words, or such that are no Unicode; the message starts with `where`.
    """
    words = _listed_words(content)
    for word in words or ():
        if not word or _HALF.search(word):
            raise CorpusError(
                f"{where}: expected words of one or more Unicode characters, found {word!r}. Mend the word."
            )
    return words


def _listed_words(content: dict[str, Any]) -> list[str] | None:
    texted = content.get("text") is not None
    for key in WORD_KEYS:
        words = content.get(key)
        if not isinstance(words, list) or not all(isinstance(one, str) for one in words):
            continue
        if not texted or (words and (key == "tokens" or _are_tagged(content, len(words)))):
            return words
    return None


def _are_tagged(content: dict[str, Any], count: int) -> bool:
    """Whether words beside a text, so many, are its own: it has no tokens, but a tag for each of them."""
    keys = _tags_keys(content, count) if content.get("tokens") is None else []
    return any(_were_tags(key, content[key], count) for key in keys)


def place_words(words: Sequence[str], text: str, where: str) -> list[dict[str, int]]:
    """Where words stand in their text, in the form of "tokens" that are offsets.

    Raises:
        CorpusError: a word is not there, or something else than blanks is skipped; the message starts with `where`.
    """
    places, end = [], 0
    for word in words:
        start = text.find(word, end)
        if start < 0 or text[end:start].strip():
            raise CorpusError(
                f'{where}: expected the words of the text in order, found "{word[:40]}" where the text has '
                f'"{text[end:].lstrip()[:40]}". Mend the words, or leave the text out.'
            )
        end = start + len(word)
        places.append({"start": start, "end": end})
    return places


def has_tags(content: dict[str, Any], count: int) -> bool:
    """Whether there are tags, or numbers of tags, for so many words; parts of speech do not count."""
    return any(key in SURE or _were_tags(key, content[key], count) for key in _tags_keys(content, count))


def tag_lists(content: dict[str, Any], count: int) -> list[str]:
    """The keys of all lists of tags, or of numbers of tags, for so many words."""
    return [key for key in TAGS if isinstance(content.get(key), list) and _were_tags(key, content[key], count)]


def tags_of(content: dict[str, Any], count: int, where: str) -> list[str]:
    """The tags of so many words, in any scheme.

    Raises:
        CorpusError: not a tag for each word, or several; the message starts with `where`.
    """
    keys = _tags_keys(content, count)
    if not keys:
        raise CorpusError(
            f"{where}: expected tags of the words under one of {', '.join(TAGS)}, found "
            f"{', '.join(content)}. Name them so."
        )
    if len(keys) > 1 and count:
        raise CorpusError(f"{where}: expected tags once, found {' and '.join(keys)}. Keep one of them.")
    tags: list[str] = content[keys[0]]
    if len(tags) != count:
        raise CorpusError(
            f"{where}: expected a tag for each of {counted(count, 'word')}, found {len(tags)}. Mend the line."
        )
    for tag in tags:
        if not (isinstance(tag, str) and is_legal(tag, "auto")):
            raise CorpusError(
                f"{where}: expected a tag such as O or B-PER, found {str(tag)[:40]}. {_for_tag(tag, keys[0])}"
            )
        if _HALF.search(tag):
            raise CorpusError(f"{where}: expected a tag such as O or B-PER, found {tag[:40]}. Mend the escapes.")
    return tags


def _for_tag(tag: Any, key: str) -> str:
    """What may be done about a tag that is none."""
    if isinstance(tag, int):
        return NUMBERS.format(key)
    spelled = isinstance(tag, str) and is_legal("_".join(tag.split()), "auto")
    return WITH_BLANKS.format(key) if spelled else NO_TYPE


def _tags_keys(content: dict[str, Any], count: int) -> list[str]:
    """The keys under which the tags of so many words may stand: several if that is doubtful.

    If none fits, the key that is most likely meant.
    """
    lists = [key for key in TAGS if isinstance(content.get(key), list)]
    named = [key for key in SURE if key in lists and any(isinstance(one, str) for one in content[key])]
    fitting = [key for key in lists if _may_be_tags(content[key], count)]
    legal = [key for key in fitting if all(isinstance(one, str) and is_tag(one) for one in content[key])]
    return named[:1] or legal or fitting[:1] or lists[:1]


def _may_be_tags(value: list[Any], count: int) -> bool:
    """Whether a list has a name or a number for each of so many words."""
    return len(value) == count and all(isinstance(one, str | int) for one in value)


def _were_tags(key: str, value: list[Any], count: int) -> bool:
    """Whether a key lists tags or their numbers for so many words; under one of SURE it can be nothing else."""
    return _may_be_tags(value, count) and (key in SURE or all(isinstance(one, int) or is_tag(one) for one in value))


def tags_key(content: dict[str, Any], count: int) -> str:
    """The key for new tags of so many words: that of the old ones, but never one of others, such as parts of speech.

    Where several keys may hold the old ones, none of them is replaced: the first of TAGS is asked before them.
    """
    keys = _tags_keys(content, count)
    return keys[0] if len(keys) == 1 and _were_tags(keys[0], content[keys[0]], count) else TAGS[0]
