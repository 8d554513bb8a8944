"""Lines in columns: one token a line, sentences apart by blank lines (the CoNLL shared tasks' format).

Tagged corpora, sentences to be tagged and untagged text all come in it, and differ in the columns that are read. The
delimiter is that of the first token, unless it is set.

Lines and columns are found in the bytes of many lines at once (see `files/byte_ranges.py`); a line becomes a string of
its own only if there is something to say about it.
"""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from nerwin.arrays import Ints
from nerwin.cached import cached_property
from nerwin.corpora.choices import Delimiter, Scheme
from nerwin.files.byte_ranges import Fields, Ranges, codes_of, cut_out, find_fields, parts_of
from nerwin.files.lines import check_beginning, decode_lines, whole_lines
from nerwin.files.opening import source_name
from nerwin.files.pieces import Piece, cut_piece, read_pieces
from nerwin.text.blanks import BLANK

DOCSTART = "-DOCSTART-"
DELIMITERS = {"tab": "\t", "space": " "}

Kind = Literal["token", "docstart", "comment", "blank"]
ENDS = ("blank", "docstart")  # what ends a sentence


class Columns(NamedTuple):
    """Where a file keeps words and tags. Negative column numbers count from the last column."""

    word: int = 0
    tag: int = -1
    delimiter: Delimiter = "auto"
    scheme: Scheme = "auto"
    comments: str | None = None


class Line(NamedTuple):
    """The line of a token as it stands in its file, its columns, and what separates them."""

    number: int
    text: str
    fields: list[str]
    delimiter: str

    def has(self, column: int) -> bool:
        """Whether there is more than blanks in a column."""
        return has_column(self.fields, column) and bool(self.fields[column].strip(BLANK))


@dataclass(frozen=True)
class Block:
    """Neighbouring lines of a file.

    number: of the first line, from 1. data: the lines in UTF-8, each with its line feed. others: the kind of each line
    that is no token, by its place among the lines, from 0 and ascending. delimiter: what separates the columns of
    tokens.
    """

    number: int
    data: bytes
    others: dict[int, Kind]
    delimiter: str

    @cached_property
    def _lines(self) -> Ranges:
        return parts_of(self.data, "\n")

    @cached_property
    def _fields(self) -> Fields:
        return find_fields(self.data, self.delimiter)

    @cached_property
    def places(self) -> Ints:
        """(tokens,) where the tokens stand among the lines, from 0."""
        return np.delete(np.arange(len(self._lines.ends)), list(self.others))

    @cached_property
    def widths(self) -> Ints:
        """(tokens,) how many columns each token has."""
        return self._fields.widths[self.places]

    def column(self, number: int) -> list[str] | None:
        """That column of all tokens; None if it is missing or blank at one of them."""
        ranges, first, _ = self._fields
        if ((number >= self.widths) | (number < -self.widths)).any():
            return None
        at = first[self.places] + (number if number >= 0 else self.widths + number)
        column = Ranges(ranges.starts[at], ranges.ends[at])
        found = cut_out(self.data, column)
        # An empty column, too, has a blank where it starts: the separator after it.
        doubtful = (codes_of(self.data)[column.starts] <= ord(" ")).any()
        return None if doubtful and not all(text.strip(BLANK) for text in found) else found

    def tokens(self) -> Iterator[Line]:
        """The lines of the tokens one by one."""
        for at, text in enumerate(self.data.decode().split("\n")[:-1]):
            if at not in self.others:
                yield Line(self.number + at, text, split_line(text, self.delimiter), self.delimiter)

    def comments(self) -> Iterator[tuple[int, str]]:
        """The numbers and texts of the comment lines."""
        return ((self.number + at, self._text(at)) for at, kind in self.others.items() if kind == "comment")

    def _text(self, at: int) -> str:
        return self.data[self._lines.starts[at] : self._lines.ends[at]].decode()

    def ends(self) -> Ints:
        """For each line that ends a sentence, how many tokens of the block stand before it."""
        return np.array([at - passed for passed, (at, kind) in enumerate(self.others.items()) if kind in ENDS], int)

    def lengths(self) -> Ints:
        """The number of tokens of each sentence that has any."""
        lengths: Ints = np.diff(self.ends(), prepend=0, append=len(self.places))
        return lengths[lengths > 0]

    def with_column(self, names: Sequence[str], added: Ints, mark: str) -> bytes:
        """The lines with one more column: a name for each token, and the mark on -DOCSTART- lines.

        Args:
            names: the names that tokens may have. added: (tokens,) the number of each token's name among them.
            mark: the name that most tokens have, such as O.
        """
        spelled = [f"{self.delimiter}{name}\n".encode() for name in names]
        usual = f"{self.delimiter}{mark}\n".encode()
        named = np.flatnonzero(np.array([name != mark for name in names], np.bool_)[added])
        endings = [spelled[number] for number in added[named].tolist()]
        endings += [self._ending(at, mark) if kind == "docstart" else b"\n" for at, kind in self.others.items()]
        lines = np.concatenate([self.places[named], np.fromiter(self.others, int)])
        order = lines.argsort(kind="stable")
        parts: list[bytes] = []
        done = 0
        for at, end in zip(order.tolist(), self._lines.ends[lines[order]].tolist(), strict=True):
            # All lines before this one, blank ones aside, have the mark: one replacement serves them together.
            parts += self.data[done:end].replace(b"\n", usual), endings[at]
            done = end + 1
        return b"".join([*parts, self.data[done:].replace(b"\n", usual)])

    def _ending(self, at: int, mark: str) -> bytes:
        """The end of a document's first line with one more column; its delimiter may differ from the block's."""
        return f"{own_delimiter(self._text(at))}{mark}\n".encode()


def find_delimiter(texts: Iterable[str], columns: Columns) -> str | None:
    """What separates columns: as it is set, or by the first token; None if there is no token."""
    if settled := DELIMITERS.get(columns.delimiter):
        return settled
    for text in texts:
        if text.strip(BLANK) and _kind_of(text, columns) == "token":
            return own_delimiter(text)
    return None


def split_block(data: bytes, columns: Columns, number: int, delimiter: str | None) -> Block:
    """Some lines as a block, the kind of each found out.

    Args:
        data: lines as `whole_lines` gives them.
        number: of the first line.
        delimiter: as `find_delimiter` gave it for the file.
    """
    starts, ends = parts_of(data, "\n")
    doubtful = np.flatnonzero(codes_of(data)[starts] <= ord(" "))  # an empty line begins with its end
    spans = zip(doubtful.tolist(), starts[doubtful].tolist(), ends[doubtful].tolist(), strict=True)
    others: dict[int, Kind] = {at: "blank" for at, start, end in spans if not data[start:end].strip()}
    for mark in [DOCSTART, columns.comments] if columns.comments else [DOCSTART]:
        code = mark.encode(errors="surrogatepass")  # a mark that is no UTF-8 is found in no file
        found = [match.start() for match in re.finditer(re.escape(code), data)]  # in most files few, or none
        for at in sorted(set(np.searchsorted(ends, found).tolist())):
            kind = _kind_of(data[starts[at] : ends[at]].decode(), columns)
            if at not in others and kind != "token":
                others[at] = kind
    return Block(number, data, dict(sorted(others.items())), delimiter or " ")


def block_of(piece: Piece, columns: Columns, name: str, delimiter: str | None) -> Block:
    """Some lines of a file that messages call `name`.

    Raises:
        CorpusError: they are not UTF-8.
    """
    return split_block(whole_lines(piece.data, name, piece.number), columns, piece.number, delimiter)


def read_blocks(path: Path | None, columns: Columns, *, by_sentence: bool = False) -> Iterator[Block]:
    """The blocks of a file, or of standard input where `path` is None.

    Args:
        by_sentence: whether a block ends where a sentence does (unless that is too long).

    Raises:
        CorpusError: it cannot be read, is not UTF-8, holds a line that is too long, or lines that end in carriage
            returns alone.
    """
    name = source_name(path)
    for piece, delimiter in with_delimiter(read_pieces(path, by_sentence=by_sentence), columns, name):
        for part in cut_piece(piece, by_sentence=by_sentence):
            yield block_of(part, columns, name, delimiter)


def with_delimiter(pieces: Iterable[Piece], columns: Columns, name: str) -> Iterator[tuple[Piece, str | None]]:
    """Each piece of a file, and what separates columns there: see `find_delimiter`.

    Raises:
        CorpusError: lines that end in carriage returns alone, or are not UTF-8; the message starts with `name`.
    """
    settled = None
    for piece in pieces:
        if piece.number == 1:
            check_beginning(piece.data, name)
        lines = decode_lines(io.BytesIO(piece.data), name, piece.number)  # decodes only as many as are looked at
        settled = settled or find_delimiter(lines, columns)
        yield piece, settled


def _kind_of(text: str, columns: Columns) -> Kind:
    """What a line is that is not blank."""
    if columns.comments and text.startswith(columns.comments):
        return "comment"
    return "docstart" if _is_docstart(text, columns.word) else "token"


def split_line(text: str, delimiter: str) -> list[str]:
    """The columns of a line; several spaces separate like one."""
    fields = text.split(delimiter)
    return [part for part in fields if part] if delimiter == " " and "" in fields else fields


def own_delimiter(text: str) -> str:
    """What separates the columns of a line, by that line alone."""
    return "\t" if "\t" in text else " "


def _is_docstart(text: str, word: int) -> bool:
    """Whether a document begins here: the mark stands first, or in the column of the words."""
    fields = split_line(text, own_delimiter(text))
    return fields[0].startswith(DOCSTART) or (has_column(fields, word) and fields[word].startswith(DOCSTART))


def has_column(fields: Sequence[str], number: int) -> bool:
    """Whether there is a column of that number."""
    return -len(fields) <= number < len(fields)
