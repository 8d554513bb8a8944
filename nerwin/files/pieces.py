"""A file in pieces of whole lines, usually of whole sentences, so that a piece can be worked on by itself.

How a file is cut depends on its bytes alone, so the result is the same however the pieces are shared out among
processes. Only of lines that are read as they come, since somebody at a terminal or at the other end of a pipe may be
waiting for what becomes of them, a piece ends where the writer rests.
"""

import io
import os
import re
import select
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from nerwin.files.byte_ranges import LINE_FEED, codes_of
from nerwin.files.lines import LONGEST_LINE, lines_of, too_long
from nerwin.files.opening import is_gzip, is_typed, open_binary, reading, source_name

SIZE = 5 << 20  # bytes that are read at a time, and of a piece, about: some hundred thousand words
MOST = 2 * SIZE  # bytes after which a sentence is cut: a file without blank lines must not fill the memory
BLOCK = 1 << 19  # bytes of a block, at least; so few that most of what is computed from it fits the processor's caches
MOST_OF_BLOCKS = 2 * BLOCK  # bytes of a block after which a sentence is cut
NEAR_END = 1 << 14  # bytes in which a blank line is looked for first
# Seconds without a byte after which who writes into a pipe may be waiting: fewer after a whole line than within one.
REST, REST_IN_LINE = 0.005, 0.1
LONGEST = 1.0  # seconds of a piece from a pipe: who writes without a rest shall see something, too
_BLANK_LINE = re.compile(rb"\n[ \t\r\v\f]*\n")


class Piece(NamedTuple):
    """Some whole lines of a file, and the number of the first.

    awaited: whether the writer rests, and may be waiting for what becomes of them.
    """

    number: int
    data: bytes
    awaited: bool = False

    def lines(self, name: str) -> Iterator[str]:
        """The lines without their ends.

        Raises:
            CorpusError: a line is not UTF-8; those before it have come. The message starts with `name:line`.
        """
        return lines_of(self.data, name, self.number)


def read_pieces(path: Path | None, *, by_sentence: bool = False, live: bool = False) -> Iterator[Piece]:
    """The pieces of a file, or of standard input where `path` is None.

    Args:
        by_sentence: pieces end with a blank line if there is one in MOST bytes, not just with a line.
        live: lines are read as they come.

    Raises:
        CorpusError: the file cannot be opened, is a damaged gzip, or a piece ends within a line that is too long.
    """
    number, data, searched, ended = 1, bytearray(), 0, False
    with reading(source_name(path)), open_binary(path) as stream:
        if live and is_typed(path):
            yield from (Piece(line_number, line, awaited=True) for line_number, line in enumerate(stream, 1))
            return
        read = _read_live if live and _is_live(stream) else _read
        while not ended:  # to read on would make somebody at a terminal end the input twice
            chunk, ended, rests = read(stream)
            data += chunk
            cut = 0  # where the file ends, what is left is one piece
            if not ended:
                cut = _after_last_blank_line(data, searched) if by_sentence else 0
                searched = max(data.rfind(b"\n"), 0)
                if not cut and (not by_sentence or len(data) >= MOST):
                    cut = data.rfind(b"\n") + 1
            if cut:
                piece = Piece(number, bytes(data[:cut]), awaited=rests)
                yield piece
                number += count_lines(piece.data)
                del data[:cut]
                searched = 0
            if len(data) - data.rfind(b"\n") > LONGEST_LINE + 1:
                raise too_long(source_name(path), number + data.count(b"\n"), LONGEST_LINE)
        if data:
            yield Piece(number, bytes(data))


def _read(stream: BinaryIO) -> tuple[bytes, bool, bool]:
    """The next SIZE bytes, whether the file ends with them, and whether its writer rests, of which nothing is known."""
    data = stream.read(SIZE)
    return data, len(data) < SIZE, False


def _read_live(stream: BinaryIO) -> tuple[bytes, bool, bool]:
    """The same of a pipe, but no more than has come when its writer rests, or than comes in LONGEST seconds."""
    data, started = bytearray(stream.read1(SIZE)), time.monotonic()  # type: ignore[attr-defined]
    ended = not data
    while not ended:
        if not select.select([stream], [], [], REST if data.endswith(b"\n") else REST_IN_LINE)[0]:
            return bytes(data), False, True
        if len(data) == SIZE or time.monotonic() - started > LONGEST:
            return bytes(data), False, False
        more = stream.read1(SIZE - len(data))  # type: ignore[attr-defined]
        ended = not more
        data += more
    return bytes(data), True, False


def _is_live(stream: BinaryIO) -> bool:
    """Whether a stream is a pipe or a socket, whose writer may rest."""
    if os.name == "nt" or not isinstance(stream, io.BufferedReader):  # there, one cannot wait for pipes
        return False
    with suppress(OSError, ValueError):  # it has no file descriptor
        mode = os.fstat(stream.fileno()).st_mode
        return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)
    return False


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
