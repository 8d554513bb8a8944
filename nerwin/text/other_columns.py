"""Finds other columns by which the beginning of a file can be read, if those that are set do not fit.

With comments, numbers before its words and further columns after its tags, a file does not fit in three ways at once.
An error names only the first, and who mends that meets the next; so all settings are suggested together.
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from nerwin.errors import CorpusError
from nerwin.text.column_doubts import TagColumns, tagged_comments
from nerwin.text.columns import Block, Columns, block_of, with_delimiter
from nerwin.text.pieces import read_pieces

BEGINNING = 1 << 14  # bytes, about a thousand lines; they are read again for every column that is tried
COMMENTS = "#"  # the usual mark of comments
MOST = 20  # columns that are tried: corpora have fewer, and damaged lines may have thousands


def other_columns(path: Path, columns: Columns, read: Callable[[Block, Columns], object]) -> list[str]:
    """What is to be set so that the beginning of a file can be read, key by key; empty where nothing helps.

    Args:
        columns: as they are set.
        read: reads a block, or raises CorpusError.
    """
    for comments in dict.fromkeys((columns.comments, COMMENTS)):
        block = _beginning(path, columns._replace(comments=comments))
        width = min(block.widths.tolist(), default=0)
        tried = range(min(width, MOST))
        tags = TagColumns(tried).look(block).found()
        if columns.tag in (*tags, *(column - width for column in tags)):
            tags = [columns.tag]
        tag = tags[0] if len(tags) == 1 else columns.tag
        if comments != columns.comments and any(tagged_comments(block, tag)):  # they may be words, and would be lost
            continue
        for word in dict.fromkeys((columns.word, *tried)):
            candidate = columns._replace(comments=comments, word=word, tag=tag)
            with suppress(CorpusError):
                read(block, candidate)
                return _changes(columns, candidate)
    return []


def _beginning(path: Path, columns: Columns) -> Block:
    """The first lines of a file that is not empty."""
    piece, delimiter = next(with_delimiter(read_pieces(path, by_sentence=False), columns, str(path)))
    end = piece.data.rfind(b"\n", 0, BEGINNING) + 1 or len(piece.data)
    return block_of(piece._replace(data=piece.data[:end]), columns, str(path), delimiter)


def _changes(before: Columns, after: Columns) -> list[str]:
    return [new for old, new in zip(_settings(before), _settings(after), strict=True) if old != new]


def _settings(columns: Columns) -> list[str]:
    return [
        f'corpus.comments to "{columns.comments}"',
        f"corpus.word_column to {columns.word}",
        f"corpus.tag_column to {columns.tag}",
    ]
