"""The passages of a file in a form that is neither columns nor a table: inline markup, JSON Lines, spaCy's DocBin."""

from collections.abc import Iterator
from pathlib import Path

from nerwin.corpora.choices import Align, FormName
from nerwin.corpora.docbin import read_docbin
from nerwin.corpora.inline import read_inline
from nerwin.corpora.jsonl import read_jsonl
from nerwin.corpora.passage import Counts, Passage
from nerwin.files.lines import read_lines
from nerwin.files.opening import open_binary, reading, source_name

NAMES: dict[FormName, str] = {"inline": "inline markup", "jsonl": "JSON Lines", "spacy": "DocBin"}


def read_passages(path: Path | None, form: FormName, counts: Counts, align: Align = "strict") -> Iterator[Passage]:
    """The passages of a file, or of standard input where `path` is None.

    Args:
        form: one of NAMES.
        counts: what is left out or changed is counted there.
        align: what becomes of entities in JSON Lines that are no whole tokens (see `read_jsonl`).

    Raises:
        CorpusError: something else than the form holds; the message starts with `path:line`, or `path:document`.
    """
    name = source_name(path)
    if form == "inline":
        return read_inline(read_lines(path), name)
    if form == "jsonl":
        return read_jsonl(read_lines(path), name, counts, align)
    with reading(name), open_binary(path) as stream:
        data = stream.read()
    return read_docbin(data, name, counts)
