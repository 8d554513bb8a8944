"""A file in pieces of whole lines, usually of whole sentences, so that a piece can be worked on by itself.

How a file is cut depends on its bytes alone, so the result is the same however the pieces are shared out among
processes. Lines that are typed at a terminal are pieces of their own, if they are texts of their own.
"""

import itertools
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nerwin.text.byte_ranges import LINE_FEED, codes_of
from nerwin.text.files import LONGEST_LINE, decode_text, is_gzip, is_typed, open_binary, reading, source_name, too_long

SIZE = 5 << 20  # bytes that are read at a time, and of a piece, about: some hundred thousand words
MOST = 2 * SIZE  # bytes after which a sentence is cut: a file without blank lines must not fill the memory
BLOCK = 1 << 19  # bytes of a block, at least; so few that most of what is computed from it fits the processor's caches
MOST_OF_BLOCKS = 2 * BLOCK  # bytes of a block after which a sentence is cut
NEAR_END = 1 << 14  # bytes in which a blank line is looked for first
_BLANK_LINE = re.compile(rb"\n[ \t\r\v\f]*\n")


class Piece(NamedTuple):
    """Some whole lines of a file, and the number of the first."""

    number: int
    data: bytes

    def lines(self, name: str) -> list[str]:
        """The lines without their ends.

        Raises:
            CorpusError: not UTF-8; the message starts with `name:line`.
        """
        return decode_text(self.data, name, self.number)


def read_pieces(path: Path | None, *, by_sentence: bool) -> Iterator[Piece]:
    """The pieces of a file, or of standard input where `path` is None.

    Args:
        by_sentence: pieces end with a blank line if there is one in MOST bytes, not just with a line.

    Raises:
        CorpusError: the file cannot be opened, is a damaged gzip, or a piece ends within a line that is too long.
    """
    number, data, searched, ended = 1, bytearray(), 0, False
    with reading(source_name(path)), open_binary(path) as stream:
        if not by_sentence and is_typed(path):  # who types a line waits for what becomes of it
            yield from itertools.starmap(Piece, enumerate(stream, 1))
            return
        while not ended:  # to read on would make somebody at a terminal end the input twice
            chunk = stream.read(SIZE)
            data += chunk
            ended = len(chunk) < SIZE
            cut = 0  # where the file ends, what is left is one piece
            if not ended:
                cut = _after_last_blank_line(data, searched) if by_sentence else 0
                searched = max(data.rfind(b"\n"), 0)
                if not cut and (not by_sentence or len(data) >= MOST):
                    cut = data.rfind(b"\n") + 1
            if cut:
                piece = Piece(number, bytes(data[:cut]))
                yield piece
                number += count_lines(piece.data)
                del data[:cut]
                searched = 0
            if len(data) - data.rfind(b"\n") > LONGEST_LINE + 1:
                raise too_long(source_name(path), number + data.count(b"\n"), LONGEST_LINE)
        if data:
            yield Piece(number, bytes(data))


def most_pieces(path: Path | None) -> int | None:
    """How many pieces a file has at most; None where its size does not tell.

    Raises:
        CorpusError: the file cannot be opened.
    """
    if path is None or not os.path.isfile(path):
        return None
    with reading(source_name(path)):
        return None if is_gzip(path) else path.stat().st_size // SIZE + 1


def _after_last_blank_line(data: bytearray, start: int) -> int:
    """Where the last blank line from `start` on ends; 0 where there is none."""
    # Most texts have one near their end, and looking at all of them takes longer than anything else here.
    for begin in (max(len(data) - NEAR_END, start), start):
        if end := max((match.end() for match in _BLANK_LINE.finditer(data, begin)), default=0):
            return end
    return 0


def cut_piece(piece: Piece, *, by_sentence: bool, share: float = 1.0) -> Iterator[Piece]:
    """The blocks of a piece: each ends with the first line, or by sentence with the first blank line, after BLOCK
    bytes.

    Args:
        by_sentence: if there is no blank line up to MOST_OF_BLOCKS, a block ends with a line even so.
        share: of BLOCK, for smaller or larger blocks.
    """
    number, start = piece.number, 0
    while start < len(piece.data):
        least, most = start + int(share * BLOCK), start + MOST_OF_BLOCKS
        if by_sentence:
            blank = _BLANK_LINE.search(piece.data, least, most)
            end = blank.end() if blank else piece.data.find(b"\n", most) + 1
        else:
            end = piece.data.find(b"\n", least) + 1
        end = end or len(piece.data)  # where no line ends from there on, all that is left
        block = Piece(number, piece.data[start:end])
        yield block
        number += count_lines(block.data)
        start = end


def count_lines(data: bytes) -> int:
    """The number of line feeds in some bytes; `bytes.count` takes ten times as long where lines are short."""
    return int(np.count_nonzero(codes_of(data) == LINE_FEED))
