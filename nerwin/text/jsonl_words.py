"""JSON objects of words and their tags, as data sets of Hugging Face's are exported: no text, no offsets.

    {"tokens": ["in", "Paris"], "ner_tags": ["O", "B-LOC"]}

The text of such words is not known; they are joined as those of columns are.
"""

from collections.abc import Sequence
from typing import Any

from nerwin.errors import CorpusError, printable
from nerwin.text.files import BLANK
from nerwin.text.passage import Passage, from_words
from nerwin.text.tags import is_tag, spans

TAGS = ("ner_tags", "tags", "labels", "label")
NUMBERS = "Write the tags' names: the data set knows them, its lines do not."
NO_TYPE = "Write B- or I- before each type."


def words_of(content: dict[str, Any], where: str) -> list[str] | None:
    """The words of an object whose "tokens" are words and no offsets; None if it has none.

    Raises:
        CorpusError: words of blanks alone, or that are no Unicode; the message starts with `where`.
    """
    words = content.get("tokens")
    if not isinstance(words, list) or not all(isinstance(one, str) for one in words):
        return None
    if not words and content.get("text") is not None:
        return None
    for word in words:
        if not word.strip(BLANK) or any("\ud800" <= letter <= "\udfff" for letter in word):
            raise CorpusError(
                f"{where}: expected words of Unicode characters that are more than blanks, found {printable(word)!r}. "
                "Mend the word."
            )
    return words


def tagged_words(content: dict[str, Any], words: list[str], number: int, where: str) -> Passage:
    """The sentence of some words with their tags, in any scheme, read by conlleval's rule.

    Raises:
        CorpusError: not a tag for each word; the message starts with `where`.
    """
    tags = next((content[key] for key in TAGS if isinstance(content.get(key), list)), None)
    if tags is None:
        raise CorpusError(
            f"{where}: expected tags of the words under one of {', '.join(TAGS)}, found "
            f"{printable(', '.join(content))}. Name them so."
        )
    if len(tags) != len(words):
        raise CorpusError(f"{where}: expected a tag for each of {len(words)} words, found {len(tags)}. Mend the line.")
    for tag in tags:
        if not (isinstance(tag, str) and is_tag(tag)):
            found, remedy = printable(str(tag)[:40]), NUMBERS if isinstance(tag, int) else NO_TYPE
            raise CorpusError(f"{where}: expected a tag such as O or B-PER, found {found}. {remedy}")
    return from_words(words, spans(tags), number)


def with_tags(content: dict[str, Any], tags: Sequence[str]) -> dict[str, Any]:
    """An object with these tags in place of its own, and all else that it holds, such as a label of the whole."""
    own = (key for key in TAGS if isinstance(content.get(key), list) and len(content[key]) == len(tags))
    return {**content, next(own, TAGS[0]): tags}
