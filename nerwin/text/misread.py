"""Refuses columns that are read with the wrong delimiter or number, where nothing else would show the mistake.

In tagged corpora wrong columns show in the tags, except where the column of the words is one of numbers or of further
tags. In untagged columns any text would pass for words.
"""

import re
from collections.abc import Sequence

import numpy as np

from nerwin.arrays import Ints
from nerwin.errors import CorpusError
from nerwin.text.columns import Block, Columns
from nerwin.text.tags import OUTSIDE, is_tag

REMEDY = "Name that of the words with --word-column."
FEW = 3  # words that are enough to tell numbers, or tags, from words
_NUMBER = re.compile(r"(\d{1,9})(?:[-.]\d{1,9})?")  # 3-4 is two words that are written as one, 5.1 one left out


def words_in(block: Block, columns: Columns, name: str) -> list[str]:
    """The words of a block's tokens.

    Raises:
        CorpusError: a token has none, or what is there is no word; the message starts with `name:line`.
    """
    words = block.words(columns.word, name)
    if columns.delimiter == "auto":
        _check_delimiter(block, words, name)
    check_words(block, words, columns, name, REMEDY, mostly_outside=True)
    return words


def check_words(
    block: Block, words: Sequence[str], columns: Columns, name: str, remedy: str, *, mostly_outside: bool = False
) -> None:
    """Refuse a file of several columns that begins with tags or numbers in the column of words.

    Args:
        mostly_outside: whether words that are mostly O count as tags, as types alone would be: few texts say O so
        often.

    Raises:
        CorpusError: they do.
    """
    _check_numbers(block, words, columns, name, remedy)
    if (
        block.number == 1
        and (block.widths > 1).all()
        and (_are_tags(words) or (mostly_outside and _are_outside(words)))
    ):
        raise _found(block, columns, name, "tags", words, remedy)


def _are_tags(words: Sequence[str]) -> bool:
    return all(map(is_tag, words)) and set(words) > {OUTSIDE}


def _are_outside(words: Sequence[str]) -> bool:
    return len(words) >= FEW and 2 * words.count(OUTSIDE) > len(words)


def _check_numbers(block: Block, words: Sequence[str], columns: Columns, name: str, remedy: str) -> None:
    """Refuse a column of numbers of words, such as CoNLL-U's first one; comments are skipped."""
    first = next((word for word in words if not word.startswith("#")), "")
    if block.number == 1 and _NUMBER.fullmatch(first):  # no more is looked at in most files
        (places,) = np.nonzero([not word.startswith("#") for word in words])
        numbers = [words[at] for at in places.tolist()]
        if len(numbers) >= FEW and (block.widths[places] > 1).all() and _count_up(numbers):
            raise _found(block, columns, name, "their numbers", numbers, remedy)


def _count_up(words: Sequence[str]) -> bool:
    """Whether words are numbers that count up, starting at 0 or 1 again and again, and reach 2 at least."""
    before = most = 0
    for word in words:
        number = _NUMBER.fullmatch(word)
        if number is None or int(number[1]) not in (0, 1, before, before + 1):
            return False
        before = int(number[1])
        most = max(most, before)
    return most > 1


def _found(block: Block, columns: Columns, name: str, what: str, words: Sequence[str], remedy: str) -> CorpusError:
    line = block.number + int(block.places[0])
    some = ", ".join(words[:3])
    return CorpusError(f"{name}:{line}: expected words in column {columns.word}, found {what}: {some}. {remedy}")


def _check_delimiter(block: Block, words: Sequence[str], name: str) -> None:
    """Refuse lines that seem to be separated otherwise than the first, from which the delimiter was found out."""
    by_space = block.delimiter == " "
    usual, doubtful = ("space", _with_tabs(block, words)) if by_space else ("tab", _with_spaces(block, words))
    if len(doubtful):
        at = int(doubtful[0])
        raise CorpusError(
            f"{name}:{block.number + block.places[at]}: expected columns by {usual} as in the first line, found "
            f"{words[at][:40]!r}. Separate all lines alike. Or is this line or the first one a comment? Say so with "
            "--comments."
        )


def _with_tabs(block: Block, words: Sequence[str]) -> Ints:
    return np.flatnonzero(["\t" in word for word in words]) if b"\t" in block.data else np.empty(0, int)


def _with_spaces(block: Block, words: Sequence[str]) -> Ints:
    """Lines without a tab that end in a tag, or that are most lines: others may be a word with a space and no more."""
    places = np.array([at for at in np.flatnonzero(block.widths == 1).tolist() if " " in words[at]], int)
    if 2 * len(places) > len(words):
        return places
    return places[[is_tag(words[at].rpartition(" ")[2]) for at in places]] if len(places) else places
