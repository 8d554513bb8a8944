"""JSON objects of words and their tags, as data sets of Hugging Face's are exported.

    {"tokens": ["in", "Paris"], "ner_tags": ["O", "B-LOC"]}

The words may also be "words"; beside a "text", which may have other words there, only where tags stand beside them.
Without a text they are joined as those of columns are; in a text they are placed. The tags stand under one of TAGS:
names under one of SURE, or else what is a tag for each word. Numbers beside them say the same. They may stand beside
tokens that are offsets, too.
"""

from collections.abc import Sequence
from typing import Any

from nerwin.counts import counted
from nerwin.errors import CorpusError
from nerwin.text.files import BLANK
from nerwin.text.schemes import is_legal
from nerwin.text.tags import Span, is_tag, spans

WORD_KEYS = ("tokens", "words")
SURE = ("ner_tags", "ner")
TAGS = (*SURE, "tags", "labels", "label")
NUMBERS = (
    "Write the tags' names: the data set knows them, its lines do not (with all its names in their order, "
    'jq -c \'.{} |= map(["O", "B-PER", "I-PER"][.])\' does that).'
)
NO_TYPE = "Write B- or I- before each type."


def listed_words(content: dict[str, Any], where: str) -> list[str] | None:
    """The words of an object that brings words, and no offsets; None if it has none.

    Raises:
        CorpusError: words of blanks alone, or that are no Unicode; the message starts with `where`.
    """
    words = _listed_words(content)
    for word in words or ():
        if not word.strip(BLANK) or _is_cut(word):
            raise CorpusError(
                f"{where}: expected words of Unicode characters that are more than blanks, found {word!r}. "
                "Mend the word."
            )
    return words


def _is_cut(text: str) -> bool:
    """Whether some of a text is half of a character, which escapes may be."""
    return any("\ud800" <= letter <= "\udfff" for letter in text)


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
    """Whether so many words beside a text are its own: it has no tokens, and a tag for each of them."""
    keys = _tags_keys(content, count) if content.get("tokens") is None else []
    return any(_were_tags(key, content[key], count) for key in keys)


def place_words(words: Sequence[str], text: str, where: str) -> list[dict[str, int]]:
    """Where words stand in their text, as objects that bring offsets say it.

    Raises:
        CorpusError: a word is not there, or after something else than blanks; the message starts with `where`.
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
    """Whether tags stand beside so many words, or their numbers; parts of speech are none."""
    return any(key in SURE or _were_tags(key, content[key], count) for key in _tags_keys(content, count))


def tagged_spans(content: dict[str, Any], count: int, where: str) -> list[Span]:
    """The entities that the tags of so many words spell, in any scheme, read by conlleval's rule.

    Raises:
        CorpusError: as `tags_of`.
    """
    return spans(tags_of(content, count, where))


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
            found, remedy = str(tag)[:40], NUMBERS.format(keys[0]) if isinstance(tag, int) else NO_TYPE
            raise CorpusError(f"{where}: expected a tag such as O or B-PER, found {found}. {remedy}")
        if _is_cut(tag):
            raise CorpusError(f"{where}: expected a tag such as O or B-PER, found {tag[:40]}. Mend the escapes.")
    return tags


def _tags_keys(content: dict[str, Any], count: int) -> list[str]:
    """Where the tags of so many words stand, several keys if that is doubtful; or else what may be meant by them."""
    lists = [key for key in TAGS if isinstance(content.get(key), list)]
    named = [key for key in SURE if key in lists and any(isinstance(one, str) for one in content[key])]
    fitting = [key for key in lists if _may_be_tags(content[key], count)]
    legal = [key for key in fitting if all(isinstance(one, str) and is_tag(one) for one in content[key])]
    return named[:1] or legal or fitting[:1] or lists[:1]


def _may_be_tags(value: Any, count: int) -> bool:
    """Whether a value lists a name or a number for each of so many words."""
    return isinstance(value, list) and len(value) == count and all(isinstance(one, str | int) for one in value)


def _were_tags(key: str, value: list[Any], count: int) -> bool:
    """Whether what a key lists for so many words is tags, their numbers, or what can be nothing else by its key."""
    return _may_be_tags(value, count) and (key in SURE or all(isinstance(one, int) or is_tag(one) for one in value))


def with_tags(content: dict[str, Any], tags: Sequence[str]) -> dict[str, Any]:
    """An object with these tags in place of its own, and all else that it holds, such as parts of speech.

    Where several keys may hold its own, none of them is replaced: the first of TAGS is asked before them.
    """
    keys, own = _tags_keys(content, len(tags)), TAGS[0]
    if len(keys) == 1 and _were_tags(keys[0], content[keys[0]], len(tags)):
        own = keys[0]
    return {**content, own: tags}
