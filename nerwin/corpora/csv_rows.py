"""Tables with a row a word, as spreadsheets save them: CSV whose first row names the columns.

    sentence_id,token,tag
    1,Lima,B-LOC
    1,sleeps,O

The separator may be a comma, a semicolon or a tab: the one that makes columns of words and tags of the first row, or
else the one it has most of. Cells with separators inside are quoted. A sentence begins after an empty row. If columns
number sentences or documents, one also begins where a number differs from the row before, or follows a row without a
number. Other columns are ignored.
"""

import csv
import io
import itertools
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress

from nerwin.corpora.corpus import CSV, Corpus, Sentence
from nerwin.corpora.passage import Passage
from nerwin.corpora.schemes import check_labels, expected_tag, is_legal
from nerwin.corpora.settled import settled
from nerwin.corpora.writable import check_lines
from nerwin.errors import CorpusError
from nerwin.files.lines import LONGEST_LINE
from nerwin.text.blanks import BLANK
from nerwin.text.tags import iob2

HEADER = ("sentence_id", "token", "tag")
# What the columns may be called, in small letters.
NUMBERING = (  # of documents and of sentences
    "document_id", "document", "doc_id", "doc", "filename", "file",
    "sentence_id", "sentence #", "sentence", "sentence_number", "sentence id", "sentence_idx", "sent_id", "sent",
)  # fmt: skip
WORD = ("token", "tokens", "word", "words")
TAG = ("ner_tag", "ner_tags", "ner", "tag", "tags", "label", "labels")  # `tag` beside `ner` is a part of speech
SEPARATORS = ",;\t"
LIST = "A row is one word: give each tag a row with its word, or write JSON Lines of words and tags."
NAME_THEM = f"Name the columns in a first row, as {', '.join(HEADER[:2])} and {HEADER[2]}"


@contextmanager
def _long_cells() -> Iterator[None]:
    """Let cells be as long as the words that other forms may hold; Python's limit is that of the whole process."""
    usual = csv.field_size_limit()
    csv.field_size_limit(max(usual, LONGEST_LINE))
    try:
        yield
    finally:
        csv.field_size_limit(usual)


@_long_cells()
def read_csv(lines: Iterable[str], path: str, *, refuse_mixed: bool = True) -> Corpus:
    """The corpus in a table.

    Args:
        refuse_mixed: as for `read_corpus`.

    Raises:
        CorpusError: no header that names words and tags, a row of another width, no tag, or bad quotes; the message
            starts with `path:line`.
    """
    lines = iter(lines)
    first = next(lines, "")
    rows = _rows(itertools.chain([first], lines), _separator(first), path)
    _, header = next(rows, (1, []))
    names = _names(header)
    unnamed = "." if not first or {",", ";"} & set(first) else ", or read columns without names --from conll."
    remedy = f"{NAME_THEM}{unnamed}"
    if set(names).isdisjoint(WORD) and not set(names).isdisjoint(TAG):
        remedy = f"{remedy} {LIST}" if _is_by_sentence(names, rows) else "Call the column of the words token."
    word, tag = (_named(names, wanted, remedy, path) for wanted in (WORD, TAG))
    numbering = [names.index(name) for name in NUMBERING if name in names]
    corpus, before = Corpus(path, delimiter=CSV), [""] * len(numbering)
    words: list[str] = []
    tags: list[str] = []
    places: list[int] = []
    for line, row in rows:
        cells = [cell.strip(BLANK) for cell in row]
        if not any(cells):
            words = []  # the next one begins a sentence
            continue
        _check(cells, len(names), word, tag, f"{path}:{line}")
        here = [cells[column] for column in numbering]
        if not words or any(one not in ("", other) for one, other in zip(here, before, strict=True)):
            words, tags, places = [], [], []
            corpus.sentences.append(Sentence(words, tags, places))
        before = here
        words.append(row[word])
        tags.append(cells[tag])
        places.append(line)
    return settled(corpus, refuse_mixed=refuse_mixed)


def is_table(first: str) -> bool:
    """Whether a file's first line is that of a table; in columns by tabs or spaces it is a word and its tag."""
    return not {",", ";"}.isdisjoint(first) or _names_both(first, "\t")


def _separator(first: str) -> str:
    """The separator of a table, given its first row."""
    likely = sorted(SEPARATORS, key=first.count, reverse=True)
    return next((one for one in likely if _names_both(first, one)), likely[0])


def _names_both(first: str, separator: str) -> bool:
    try:
        names = {name for _, row in _rows([first], separator, "") for name in _names(row)}
    except CorpusError:  # in quotes that begin or end elsewhere than its cells do
        return False
    return not names.isdisjoint(WORD) and not names.isdisjoint(TAG)


def _names(header: Sequence[str]) -> list[str]:
    return [name.strip().lower() for name in header]


def _check(cells: Sequence[str], width: int, word: int, tag: int, where: str) -> None:
    if len(cells) != width:
        raise CorpusError(f"{where}: expected {width} cells as in the header, found {len(cells)}. Mend the row.")
    if not cells[word]:
        raise CorpusError(f"{where}: expected a word, found an empty cell. Give the row one, or take it out.")
    if not is_legal(cells[tag], "auto"):
        remedy = LIST if _is_list(cells[tag]) else "Mend the tag."
        raise CorpusError(f"{where}: expected {expected_tag('auto')}, found {cells[tag][:40]!r}. {remedy}")


def _is_by_sentence(names: Sequence[str], rows: Iterator[tuple[int, list[str]]]) -> bool:
    """Whether the next row of a table, one of whose columns is named as that of tags, has the tags of several words."""
    with suppress(CorpusError):
        _, cells = next(rows, (0, []))
        return any(name in TAG and _is_list(cell.strip(BLANK)) for name, cell in zip(names, cells, strict=False))
    return False


def _is_list(cell: str) -> bool:
    """Whether a cell holds the tags of several words."""
    parts = cell.replace(",", " ").split()
    return cell.startswith("[") or (len(parts) > 1 and all(is_legal(one, "auto") for one in parts))


def _rows(lines: Iterable[str], separator: str, path: str) -> Iterator[tuple[int, list[str]]]:
    """The number of each row's first line, and its cells."""
    rows = csv.reader((f"{line}\n" for line in lines), delimiter=separator, strict=True)
    while True:
        line = rows.line_num + 1
        try:
            row = next(rows, None)
        except csv.Error as error:
            found, *_ = str(error).split(" - ")  # what follows is advice to programmers
            raise CorpusError(f"{path}:{line}: expected CSV, found what is none: {found}. Mend it.") from error
        if row is None:
            return
        if any("\n" in cell for cell in row):
            raise CorpusError(
                f"{path}:{line}: expected cells of one line, found one that goes on in the next. Is a quotation mark a "
                'word there? Then write """".'
            )
        yield line, row


def _named(header: Sequence[str], names: Sequence[str], remedy: str, path: str) -> int:
    """The number of the column with one of some names, in the order of these."""
    for name in names:
        if name in header:
            return header.index(name)
    raise CorpusError(
        f"{path}:1: expected a header with a column named {', '.join(names[:-1])} or {names[-1]}, found "
        f"{', '.join(header)[:80] or 'none'}. {remedy}"
    )


def write_csv(passages: Iterable[Passage], name: str) -> Iterator[str]:
    """The lines of a table, without line ends.

    Raises:
        CorpusError: a word or a type that it cannot hold; the message starts with the passage's line.
    """
    yield _row(HEADER)
    for number, passage in enumerate(passages, 1):
        where = f"{name}:{passage.line}"
        check_lines(passage.words, where, "a table")
        check_labels(passage.labels, where)
        for word, tag in zip(passage.words, iob2(passage.entities, len(passage.tokens)), strict=True):
            yield _row([str(number), word, tag])


def _row(cells: Sequence[str]) -> str:
    row = io.StringIO()
    csv.writer(row, lineterminator="").writerow(cells)
    return row.getvalue()
