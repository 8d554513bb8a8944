"""Columns that are read by the wrong mark or the wrong number: refused, since nothing else would show it.

In tagged corpora wrong columns show in the tags. Among untagged words any text would pass.
"""

import re
from collections.abc import Sequence

import numpy as np

from nerwin.errors import CorpusError
from nerwin.text.columns import Block, Columns
from nerwin.text.tags import OUTSIDE, is_tag

_NUMBERED = ("1", "1-2")  # how a sentence begins in CoNLL-U's first column
_NUMBER = re.compile(r"\d+([-.]\d+)?")  # 3-4 stands for two words that are written as one, 5.1 for one left out


def words_in(block: Block, columns: Columns, name: str) -> list[str]:
    """The words of a block's tokens.

    Raises:
        CorpusError: a token has none, or what is there is no word; the message starts with `name:line`.
    """
    words = block.words(columns.word, name)
    if columns.delimiter == "auto":
        _check_delimiter(block, words, name)
    check_numbers(block, words, columns, name, "Name that of the words with --word-column.")
    if _begins(block) and set(words) > {OUTSIDE} and all(map(is_tag, words)):
        raise _found(block, columns, name, "tags", words, "Name that of the words with --word-column.")
    return words


def check_numbers(block: Block, words: Sequence[str], columns: Columns, name: str, remedy: str) -> None:
    """Refuse a file whose column of words numbers them instead, as CoNLL-U's first one does.

    Raises:
        CorpusError: at the beginning of a file of several columns stand such numbers, comments aside.
    """
    numbers = [word for word in words if not word.startswith("#")] if _begins(block) else []
    if numbers and numbers[0] in _NUMBERED and all(map(_NUMBER.fullmatch, numbers)):
        raise _found(block, columns, name, "their numbers", numbers, remedy)


def _begins(block: Block) -> bool:
    """Whether it is the beginning of a file of several columns."""
    return block.number == 1 and bool((block.widths > 1).all())


def _found(block: Block, columns: Columns, name: str, what: str, words: Sequence[str], remedy: str) -> CorpusError:
    line = block.number + int(block.places[0])
    some = ", ".join(words[:3])
    return CorpusError(f"{name}:{line}: expected words in column {columns.word}, found {what}: {some}. {remedy}")


def _check_delimiter(block: Block, words: Sequence[str], name: str) -> None:
    """Refuse lines by another mark than the first one's, which has misled whoever found the mark out."""
    usual, other = ("space", "\t") if block.delimiter == " " else ("tab", " ")
    if usual == "space":
        doubtful = np.arange(len(words) if b"\t" in block.data else 0)
    else:
        (doubtful,) = np.nonzero(block.widths == 1)  # beside others, a word of several words is usual
    for at in doubtful.tolist():
        if other in words[at]:
            raise CorpusError(
                f"{name}:{block.number + block.places[at]}: expected columns by {usual} as in the first line, found "
                f"{words[at][:40]!r}. Separate all lines alike. Or is the first line a comment? Say so with --comments."
            )
