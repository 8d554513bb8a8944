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
    from nerwin.text.columns import Columns

FIRST = 40  # lines of a file that tell its form
STDIN = Path("-")


def form_hint(source: Input, files: Sequence[Path], columns: "Columns | None") -> str | None:
    """That a file which is read as text looks like one in columns, or of JSON; or what may be wrong with its columns.

    It is to be asked for before they are read: of standard input it looks at what waits there.
    """
    for file in files:
        if columns:
            hint = "; ".join(_column_doubts(file, columns))
        else:
            other = _other_form(file) if source == "text" else None
            hint = f"read as text, {other}" if other else ""
        if hint:
            return f"{'<stdin>' if file == STDIN else file}: {hint}"
    return None


def _column_doubts(file: Path, columns: "Columns") -> Iterator[str]:
    from nerwin.text.column_doubts import untagged_doubts
    from nerwin.text.columns import read_blocks

    if file.is_file():  # a pipe can be read once
        for block in itertools.islice(read_blocks(file, columns), 1):
            yield from untagged_doubts(block, columns.word)


def _other_form(file: Path) -> str | None:
    """What to say of a file that has the name, or the first lines, of columns or JSON."""
    from nerwin.text.files import suffix_of
    from nerwin.text.suffixes import NO_COLUMNS, form_by_suffix

    form, lines = form_by_suffix(file), _first_lines(file)
    if (form and form not in NO_COLUMNS) or (lines and all(map(_of_columns, lines))):
        return "each line for itself; for a word a line add --input conll"
    if suffix_of(file) == ".jsonl" or (lines and all(map(_of_json, lines))):
        return "though its lines are JSON; for objects add --input jsonl"
    return None


def _first_lines(file: Path) -> list[str]:
    """The first lines of a file, blank ones and those that begin as comments aside; none where one would be all."""
    from nerwin.errors import CorpusError
    from nerwin.text.files import BLANK, read_lines

    lines = []
    if file == STDIN:
        lines = _waiting_lines()
    elif file.is_file():  # a pipe can be read once
        with suppress(CorpusError):
            lines = list(itertools.islice(read_lines(file), FIRST))
    told = [line for line in lines if line.strip(BLANK) and not line.startswith("#")]
    return told if len(told) > 1 else []


def _waiting_lines() -> list[str]:
    """The lines that wait in standard input, which stay there; none of a terminal, whose end can be read once."""
    stream = getattr(sys.stdin, "buffer", None)
    if not isinstance(stream, io.BufferedReader) or stream.isatty():
        return []
    with suppress(OSError, ValueError):  # a folder, or closed: reading it says so
        return stream.peek().rpartition(b"\n")[0].decode(errors="replace").split("\n")[:FIRST]
    return []


def _of_columns(line: str) -> bool:
    from nerwin.text.columns import own_delimiter, split_line
    from nerwin.text.tags import is_tag

    fields = split_line(line, own_delimiter(line))
    return len(fields) > 1 and is_tag(fields[-1])


def _of_json(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
