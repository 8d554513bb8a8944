"""Doubts about columns, gathered while they are read: lines that may be no words, and further columns of tags."""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from nerwin.text.columns import Block, has_column, own_delimiter, split_line
from nerwin.text.tags import OUTSIDE, is_tag

MOST = 20  # columns that are looked at: corpora have fewer, and damaged lines may have thousands
ENOUGH = 1000  # tokens that are looked at to tell what a column is for
# The numbers of what is no word in CoNLL-U: 3-4 is two words that are written as one, 5.1 a word that was left out.
NON_WORD = r"\d{1,9}[-.]\d{1,9}[\t ]"
_NON_WORDS = re.compile(f"^{NON_WORD}".encode(), re.MULTILINE)
WITHOUT_NON_WORDS = "grep -vE '^[0-9]+[-.][0-9]+[[:space:]]'"
MARKS = {",": "comma", ";": "semicolon"}  # between the cells of CSV, never between columns


def tagged_comments(block: Block, tag: int) -> Iterator[tuple[int, int]]:
    """The line and the number of columns of each comment that has a tag where tokens have theirs: "#nerwin O"."""
    for number, text in block.comments():
        fields = split_line(text, own_delimiter(text))
        if has_column(fields, tag) and is_tag(fields[tag]):
            yield number, len(fields)


def comments_doubt(comments: Sequence[tuple[int, int]], columns: int) -> Iterator[str]:
    """The doubt about such comments, if any has as many columns as tokens."""
    if lines := [line for line, width in comments if width == columns]:
        yield (
            f"comments with a tag where tokens have theirs: {len(lines):,}, the first on line {lines[0]} (should "
            "corpus.comments be longer?)"
        )


def non_words(block: Block, word: int) -> list[int]:
    """The numbers of a block's lines that CoNLL-U does not count as words.

    There are none if `word`, the column of the words, is the first, where CoNLL-U has the numbers of its lines.
    """
    if not _NON_WORDS.search(block.data) or not len(block.widths) or not word % int(block.widths[0]):
        return []
    return [line.number for line in block.lines() if line.kind == "token" and re.match(NON_WORD, line.text)]


def non_words_doubt(lines: Sequence[int], tokens: int) -> Iterator[str]:
    """The doubt about such lines; where most tokens are numbered so, the numbers mean something else."""
    if lines and 2 * len(lines) < tokens:
        yield (
            f"lines read as words that are none in CoNLL-U (3-4 or 5.1): {len(lines):,}, the first on line {lines[0]} "
            f"(take them out: {WITHOUT_NON_WORDS})"
        )


class TagColumns:
    """Which further columns of a file, of the first MOST, hold tags and nothing else: there may be two levels of
    entities."""

    def __init__(self, columns: Iterable[int]) -> None:
        self._found: dict[int, set[str]] = {column: set() for column in itertools.islice(columns, MOST)}
        self._seen = 0

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
        """The further columns that hold tags."""
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


def untagged_doubts(block: Block, word: int) -> Iterator[str]:
    """Signs that untagged columns are misread: lines unlike most, and words among comments.

    Args:
        word: the column of the words.
    """
    if not len(block.places):
        return
    if block.delimiter == " " and len(block.places) > 1 and (mark := _mark_of_all(block)):
        yield (
            f"each line has a {MARKS[mark]} (is it CSV? Then separate by tabs, or convert it: nerwin convert --from "
            "csv IN OUT)"
        )
        return
    yield from non_words_doubt(non_words(block, word), len(block.places))
    usual = int(np.bincount(block.widths).argmax())
    (odd,) = np.nonzero(block.widths != usual)
    if len(odd):
        first = int(odd[0])
        yield (
            f"line {block.number + block.places[first]} has {block.widths[first]} columns and most have {usual} (is it "
            "a comment, or are columns named there? Do words hold spaces? Then separate by tabs)"
        )
    if lines := [line for line, text in block.comments() if len(split_line(text, block.delimiter)) == usual]:
        yield (
            f"comments with as many columns as words have: {len(lines):,}, the first on line {lines[0]} (are they "
            "words? Then name the mark of comments with --comments, or a longer one)"
        )


def _mark_of_all(block: Block) -> str | None:
    """A mark that separates cells of a table, if the lines of all tokens have it."""
    return next(
        (mark for mark in MARKS if all(mark in line.text for line in block.lines() if line.kind == "token")), None
    )
