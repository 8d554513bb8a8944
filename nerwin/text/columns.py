"""Lines in columns: one token a line, sentences apart by blank lines (the CoNLL shared tasks' format).

Tagged corpora, sentences to be tagged and untagged text all come in it; what differs is which columns they ask for. The
delimiter is found out from the first token, unless it is set.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

import numpy as np

from nerwin.arrays import Ints
from nerwin.errors import CorpusError
from nerwin.text.files import BLANK

DOCSTART = "-DOCSTART-"
DELIMITERS = {"tab": "\t", "space": " "}

Delimiter = Literal["auto", "tab", "space"]
Scheme = Literal["auto", "iob1", "iob2", "iobes", "bilou"]
Kind = Literal["token", "docstart", "comment", "blank"]
ENDS = ("blank", "docstart")  # what ends a sentence

LINES = 10_000  # lines taken apart at a time


class Columns(NamedTuple):
    """Where a file keeps words and tags. Negative column numbers count from the last column."""

    word: int = 0
    tag: int = -1
    delimiter: Delimiter = "auto"
    scheme: Scheme = "auto"
    comments: str | None = None


class Line(NamedTuple):
    """A line as it stands in its file, and what it is; its columns and what separates them, if it has any."""

    number: int
    text: str
    kind: Kind
    fields: list[str] = []  # noqa: RUF012 - never written to
    delimiter: str = ""


class Block(NamedTuple):
    """Neighbouring lines of a file.

    number: of the first line, from 1. texts: the lines. others: what each line is that is no token, by its place among
    the lines, from 0 and ascending. delimiter: what separates the columns of tokens.
    """

    number: int
    texts: list[str]
    others: dict[int, Kind]
    delimiter: str

    @property
    def places(self) -> Ints:
        """Where the tokens stand among the lines."""
        return np.delete(np.arange(len(self.texts)), list(self.others))

    @property
    def tokens(self) -> list[str]:
        """The lines that are tokens."""
        chosen = bytearray(b"\1") * len(self.texts)
        for at in self.others:
            chosen[at] = 0
        return list(itertools.compress(self.texts, chosen))

    def words(self, column: int, name: str) -> list[str]:
        """The words of the tokens, from their column of that number.

        Raises:
            CorpusError: a token has none; the message starts with `name:line`.
        """
        words = take_column(self.tokens, column, self.delimiter)
        # What is made of spaces alone is looked at line by line: a no-break space is a word, most others are none.
        if words is None or "" in words or any(map(str.isspace, words)):
            return words_of(self.lines(), column, name)  # says which line it is
        return words

    def lines(self) -> Iterator[Line]:
        """The lines one by one."""
        for at, text in enumerate(self.texts):
            kind = self.others.get(at, "token")
            delimiter = self.delimiter_of(kind, text)
            yield Line(self.number + at, text, kind, _split(text, delimiter) if delimiter else [], delimiter)

    def delimiter_of(self, kind: Kind, text: str) -> str:
        """What separates the columns of a line; a document's first line may differ from the rest of its file."""
        return {"token": self.delimiter, "docstart": _own_delimiter(text)}.get(kind, "")

    def ends(self) -> Ints:
        """For each line that ends a sentence, how many tokens stand before it."""
        return np.array([at - passed for passed, (at, kind) in enumerate(self.others.items()) if kind in ENDS], int)

    def lengths(self) -> Ints:
        """The number of tokens of each sentence that has any."""
        lengths: Ints = np.diff(self.ends(), prepend=0, append=len(self.texts) - len(self.others))
        return lengths[lengths > 0]

    def with_column(self, added: Sequence[str], mark: str) -> str:
        """The lines, ended, with one more column: what is added to each token, and a mark on other lines in columns."""
        column = {text: f"{self.delimiter}{text}\n" for text in set(added)}
        tokens = [column[text] for text in added]
        ends: list[str] = []
        done = 0  # tokens
        for passed, (at, kind) in enumerate(self.others.items()):  # others before this one: the rest were tokens
            delimiter = self.delimiter_of(kind, self.texts[at])
            ends += tokens[done : at - passed]
            ends.append(f"{delimiter}{mark}\n" if delimiter else "\n")
            done = at - passed
        ends += tokens[done:]
        parts = [""] * (2 * len(self.texts))  # joined at once: to put each line together takes longer
        parts[::2], parts[1::2] = self.texts, ends
        return "".join(parts)


def find_delimiter(texts: Iterable[str], columns: Columns) -> str | None:
    """What separates the columns of the first token, unless it is set; None where there is no token."""
    if settled := DELIMITERS.get(columns.delimiter):
        return settled
    for text in texts:
        if text.strip(BLANK) and _look_closer(text, columns) == "token":
            return _own_delimiter(text)
    return None


def split_block(texts: list[str], columns: Columns, number: int, delimiter: str | None) -> Block:
    """Tell what each line is.

    Args:
        number: of the first line.
        delimiter: as `find_delimiter` gave it for the file.
    """
    delimiter = delimiter or " "
    others: dict[int, Kind] = {at: "blank" for at, text in enumerate(texts) if not text.strip(BLANK)}
    for mark in [DOCSTART, columns.comments] if columns.comments else [DOCSTART]:
        for at in [at for at, text in enumerate(texts) if mark in text]:  # in most files few, or none
            if at not in others and (kind := _look_closer(texts[at], columns)) != "token":
                others[at] = kind
    return Block(number, texts, dict(sorted(others.items())), delimiter)


def take_column(rows: Sequence[str], column: int, delimiter: str) -> list[str] | None:
    """The field of that number of each row; None where a row has none."""
    try:
        if delimiter == " ":
            return [_split(row, delimiter)[column] for row in rows]
        return [row.split(delimiter)[column] for row in rows]
    except IndexError:
        return None


def take_apart(rows: Sequence[str], delimiter: str) -> list[list[str]]:
    """The fields of each row; several spaces separate like one."""
    taken = [row.split(delimiter) for row in rows]
    return [[part for part in row if part] if "" in row else row for row in taken] if delimiter == " " else taken


def _look_closer(text: str, columns: Columns) -> Kind:
    """What a line is that is not blank."""
    if _is_comment(text, columns):
        return "comment"
    return "docstart" if _is_docstart(text, columns.word) else "token"


def _is_comment(text: str, columns: Columns) -> bool:
    return bool(columns.comments) and text.startswith(columns.comments or "")


def _split(text: str, delimiter: str) -> list[str]:
    fields = text.split(delimiter)
    return [part for part in fields if part] if delimiter == " " and "" in fields else fields


def read_columns(lines: Iterable[str], columns: Columns) -> Iterator[Line]:
    """Tell what each line is."""
    for block in read_blocks(lines, columns):
        yield from block.lines()


def read_blocks(lines: Iterable[str], columns: Columns) -> Iterator[Block]:
    """The same of some thousand lines at a time; a block may end inside a sentence."""
    settled = None
    for start, texts in _in_blocks(lines):
        settled = settled or find_delimiter(texts, columns)
        yield split_block(texts, columns, start, settled)


def _in_blocks(lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """Some lines at a time, with the number of the first."""
    iterator, number = iter(lines), 1
    while texts := list(itertools.islice(iterator, LINES)):
        yield number, texts
        number += len(texts)


def _own_delimiter(text: str) -> str:
    return "\t" if "\t" in text else " "


def _is_docstart(text: str, word: int) -> bool:
    """Whether a document begins here: the mark stands first, or in the column of the words."""
    fields = _split(text, _own_delimiter(text))
    return fields[0].startswith(DOCSTART) or (_has(fields, word) and fields[word].startswith(DOCSTART))


def _has(fields: list[str], column: int) -> bool:
    return -len(fields) <= column < len(fields)


def sentences(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """The lines of one sentence at a time, with the one that ends it; there may be no token among them."""
    sentence: list[Line] = []
    for line in lines:
        sentence.append(line)
        if line.kind in ENDS:
            yield sentence
            sentence = []
    if sentence:
        yield sentence


def words_of(lines: Iterable[Line], column: int, name: str) -> list[str]:
    """The words of the tokens among some lines, from their column of that number.

    Raises:
        CorpusError: a token has none; the message starts with `name:line`.
    """
    tokens = [line for line in lines if line.kind == "token"]
    for number, text, _, fields, _ in tokens:
        if not _has(fields, column) or not fields[column].strip(BLANK):
            raise CorpusError(
                f"{name}:{number}: expected a word in column {column}, found {len(fields)} columns: "
                f'"{text[:40]}". Mend the line, or use --input text for raw text.'
            )
    return [line.fields[column] for line in tokens]
