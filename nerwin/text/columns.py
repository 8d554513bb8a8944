"""Lines in columns: one token a line, sentences apart by blank lines (the CoNLL shared tasks' format).

Tagged corpora, sentences to be tagged and untagged text all come in it; what differs is which columns they ask for. The
delimiter is found out from the first token, unless it is set.
"""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from nerwin.errors import CorpusError
from nerwin.text.files import BLANK

DOCSTART = "-DOCSTART-"
DELIMITERS = {"tab": "\t", "space": " "}

Delimiter = Literal["auto", "tab", "space"]
Scheme = Literal["auto", "iob1", "iob2", "iobes", "bilou"]
Kind = Literal["token", "docstart", "comment", "blank"]


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


def read_columns(lines: Iterable[str], columns: Columns) -> Iterator[Line]:
    """Tell what each line is."""
    settled = DELIMITERS.get(columns.delimiter)
    for number, text in enumerate(lines, 1):
        if not text.strip(BLANK):
            yield Line(number, text, "blank")
        elif columns.comments and text.startswith(columns.comments):
            yield Line(number, text, "comment")
        else:
            delimiter = settled or ("\t" if "\t" in text else " ")
            fields = [part for part in text.split(delimiter) if part or delimiter == "\t"]
            if _is_docstart(fields, columns.word):
                yield Line(number, text, "docstart", fields, delimiter)
            else:
                settled = delimiter
                yield Line(number, text, "token", fields, delimiter)


def _is_docstart(fields: list[str], word: int) -> bool:
    """Whether a document begins here: the mark stands first, or in the column of the words."""
    return fields[0].startswith(DOCSTART) or (_has(fields, word) and fields[word].startswith(DOCSTART))


def _has(fields: list[str], column: int) -> bool:
    return -len(fields) <= column < len(fields)


def sentences(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """The lines of one sentence at a time, with the one that ends it; there may be no token among them."""
    sentence: list[Line] = []
    for line in lines:
        sentence.append(line)
        if line.kind in ("blank", "docstart"):
            yield sentence
            sentence = []
    if sentence:
        yield sentence


def words_of(sentence: Iterable[Line], column: int, name: str) -> list[str]:
    """The words of a sentence, from its tokens' column of that number.

    Raises:
        CorpusError: a token has none; the message starts with `name:line`.
    """
    tokens = [line for line in sentence if line.kind == "token"]
    for number, text, _, fields, _ in tokens:
        if not _has(fields, column) or not fields[column].strip(BLANK):
            raise CorpusError(
                f"{name}:{number}: expected a word in column {column}, found {len(fields)} columns: "
                f'"{text[:40]}". Mend the line, or use --input text for raw text.'
            )
    return [line.fields[column] for line in tokens]
