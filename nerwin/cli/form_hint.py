"""A hint where untagged text may be in another form than it is read in, or its columns may be misread."""

import io
import itertools
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from nerwin.cli.untagged import Input

if TYPE_CHECKING:
    from nerwin.corpora.columns import Block, Columns

FIRST = 40  # lines of a file that tell its form
STDIN = Path("-")


def form_hint(source: Input, files: Sequence[Path], columns: "Columns | None") -> str | None:
    """A hint that a file read as text looks like columns or JSON, or at what may be wrong with its columns, if any.

    Call it before the files are read: of standard input it sees only what is waiting there, and consumes nothing.
    """
    for file in files:
        hint = ""
        if columns:
            hint = "; ".join(_column_doubts(file, columns))
        elif source == "text":
            hint = _other_form(file)
        if hint:
            return f"{'<stdin>' if file == STDIN else file}: {hint}"
    return None


def _column_doubts(file: Path, columns: "Columns") -> Iterator[str]:
    from nerwin.corpora.columns import read_blocks
    from nerwin.corpora.misread import untagged_doubts

    if file == STDIN:
        blocks = _waiting_block(columns)
    else:
        blocks = itertools.islice(read_blocks(file, columns), 1) if file.is_file() else iter(())  # a pipe is read once
    for block in blocks:
        yield from untagged_doubts(block, columns.word)


def _waiting_block(columns: "Columns") -> "Iterator[Block]":
    """The lines that wait in standard input as a block, if they can be one."""
    from nerwin.corpora.columns import block_of, with_delimiter
    from nerwin.errors import CorpusError
    from nerwin.files.opening import source_name
    from nerwin.files.pieces import Piece

    name = source_name(None)
    with suppress(CorpusError):  # reading it says so, unless it is gzip
        for piece, delimiter in with_delimiter([Piece(1, _waiting())], columns, name):
            yield block_of(piece, columns, name, delimiter)


def _other_form(file: Path) -> str:
    """What to say of a file read as text that has the name, or the first lines, of columns or JSON; else nothing."""
    from nerwin.corpora.suffixes import NO_COLUMNS, form_by_suffix
    from nerwin.files.opening import suffix_of

    form, lines = form_by_suffix(file), _first_lines(file)
    if (form and form not in NO_COLUMNS) or (lines and all(map(_of_columns, lines))):
        return "read as text, each line for itself; for a word a line add --input conll"
    if suffix_of(file) == ".jsonl" or (lines and all(map(_of_json, lines))):
        return "read as text, though its lines are JSON; for objects add --input jsonl"
    return ""


def _first_lines(file: Path) -> list[str]:
    """The first lines of a file, blank ones and those that begin as comments aside; none where one would be all."""
    from nerwin.errors import CorpusError
    from nerwin.files.lines import read_lines
    from nerwin.text.blanks import BLANK

    lines = []
    if file == STDIN:
        lines = _waiting().decode(errors="replace").split("\n")[:FIRST]
    elif file.is_file():  # a pipe can be read once
        with suppress(CorpusError):
            lines = list(itertools.islice(read_lines(file), FIRST))
    told = [line for line in lines if line.strip(BLANK) and not line.startswith("#")]
    return told if len(told) > 1 else []


def _waiting() -> bytes:
    """The lines that wait in standard input, which stay there; none of a terminal, whose end can be read once."""
    stream = getattr(sys.stdin, "buffer", None)
    if not isinstance(stream, io.BufferedReader) or stream.isatty():
        return b""
    with suppress(OSError, ValueError):  # a folder, or closed: reading it says so
        return stream.peek().rpartition(b"\n")[0]
    return b""


def _of_columns(line: str) -> bool:
    from nerwin.corpora.columns import own_delimiter, split_line
    from nerwin.text.tags import is_tag

    delimiter = own_delimiter(line)
    fields = split_line(line, delimiter)
    # Tags may stand first, too; and words apart by tabs alone are no text, whatever stands beside them.
    told = is_tag(fields[-1]) or is_tag(fields[0]) or (delimiter == "\t" and " " not in line)
    return len(fields) > 1 and told


def _of_json(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
