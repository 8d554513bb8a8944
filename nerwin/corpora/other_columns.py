"""Which columns of a file, other than those that are set, may be the ones that are meant.

Further columns that hold tags are pointed out (there may be two levels of entities); and if the columns that are set do
not fit, others are looked for by which the beginning of the file can be read. With comments, numbers before its words
and further columns after its tags, a file does not fit in three ways at once. An error names only the first (see
`unreadable`), and who mends that meets the next; so all settings are suggested together.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from nerwin.corpora.columns import Block, Columns, block_of, with_delimiter
from nerwin.corpora.misread import tagged_comments
from nerwin.errors import CorpusError
from nerwin.files.pieces import read_pieces
from nerwin.text.tags import OUTSIDE, is_tag

MOST = 20  # columns that are looked at: corpora have fewer, and damaged lines may have thousands
ENOUGH = 1000  # tokens that are looked at to tell what a column is for
BEGINNING = 1 << 14  # bytes, about a thousand lines; they are read again for every column that is tried
COMMENTS = "#"  # the usual mark of comments
FEWER = " (column {} has tags of the same types too, but fewer)"


class TagColumns:
    """Which columns of a file, of the first MOST of some, hold tags and nothing else."""

    def __init__(self, columns: Iterable[int]) -> None:
        self._found: dict[int, set[str]] = {column: set() for column in itertools.islice(columns, MOST)}
        self._seen = 0

    @classmethod
    def beside(cls, *columns: int, width: int) -> "TagColumns":
        """Of all columns but these, which may be counted from the last of `width`."""
        known = [column % width for column in columns]
        return cls(column for column in range(width) if column not in known)

    def look(self, block: Block) -> "TagColumns":
        """Take a block's columns into account, unless ENOUGH tokens have been seen."""
        if self._seen >= ENOUGH:
            return self
        self._seen += len(block.places)
        for column, found in list(self._found.items()):
            values = block.column(column)
            if values is None or not all(map(is_tag, set(values))):
                del self._found[column]  # as most columns do at once
            else:
                found.update(values)
        return self

    def found(self) -> list[int]:
        """The columns that hold tags, and not O alone."""
        return [column for column, tags in self._found.items() if tags - {OUTSIDE}]

    def doubts(self, tags: Iterable[str]) -> Iterator[str]:
        """The doubt about another column of tags that shares a type with the tags that were read."""
        types = {tag[2:] for tag in tags} - {""}
        for column, found in self._found.items():
            if shared := types & {tag[2:] for tag in found}:
                yield (
                    f"the tags of column {column} have types of those that are read, such as {min(shared)} (are they "
                    f"meant? Then corpus.tag_column={column})"
                )


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
        tag, reason = _tag_column(block, columns.tag, width, TagColumns(tried).look(block).found())
        if comments != columns.comments and any(tagged_comments(block, tag)):  # they may be words, and would be lost
            continue
        for word in dict.fromkeys((columns.word, *tried)):
            candidate = columns._replace(comments=comments, word=word, tag=tag)
            with suppress(CorpusError):
                read(block, candidate)
                before, after = _settings(columns), _settings(candidate, reason)
                return [new for old, new in zip(before, after, strict=True) if old != new]
    return []


def _tag_column(block: Block, chosen: int, width: int, tags: Sequence[int]) -> tuple[int, str]:
    """The column of the tags, given those that hold tags, and, if there are others like it, why it is that one."""
    if chosen == Columns().tag and width - 1 in tags:  # nobody has chosen one
        outer = _outer(block, tags)
        return (chosen, "") if outer == tags[-1] else (outer, FEWER.format(tags[-1]))
    fits = chosen in (*tags, *(column - width for column in tags))
    return (tags[0] if len(tags) == 1 and not fits else chosen), ""


def _outer(block: Block, columns: Sequence[int]) -> int:
    """The one of some columns of tags that has the most, of those that share a type with the last one.

    There are more outer entities than inner ones. Chunks are more than entities, too, but have other types.
    """
    found = {column: [tag for tag in block.column(column) or () if tag != OUTSIDE] for column in columns}
    types = {tag[2:] for tag in found[columns[-1]]}
    alike = [column for column, tags in found.items() if types & {tag[2:] for tag in tags}]
    return max(reversed(alike), key=lambda column: len(found[column]))  # of equal ones the last


def _beginning(path: Path, columns: Columns) -> Block:
    """The first lines of a file that is not empty."""
    piece, delimiter = next(with_delimiter(read_pieces(path), columns, str(path)))
    end = piece.data.rfind(b"\n", 0, BEGINNING) + 1 or len(piece.data)
    return block_of(piece._replace(data=piece.data[:end]), columns, str(path), delimiter)


def _settings(columns: Columns, reason: str = "") -> list[str]:
    return [
        f'corpus.comments to "{columns.comments}"',
        f"corpus.word_column to {columns.word}",
        f"corpus.tag_column to {columns.tag}{reason}",
    ]
