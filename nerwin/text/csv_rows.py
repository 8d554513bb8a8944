"""Tables with a row a word, as spreadsheets save them: CSV whose first row names the columns.

    sentence_id,token,tag
    1,Lima,B-LOC
    1,sleeps,O

Commas, semicolons or tabs separate, whichever the first row has most of; quotes hold what has them inside. A sentence
begins where another number stands, or where one stands at all if the rows that go on with it have none; without such a
column, after an empty row. Further columns count for nothing.
"""

import csv
import io
import itertools
from collections.abc import Iterable, Iterator, Sequence

from nerwin.errors import CorpusError
from nerwin.text.columns import Columns
from nerwin.text.corpus import settled
from nerwin.text.files import BLANK
from nerwin.text.passage import Passage, check_lines
from nerwin.text.schemes import expected_tag, is_legal
from nerwin.text.tagged import Corpus, Sentence
from nerwin.text.tags import iob2

HEADER = ("sentence_id", "token", "tag")
# How others call the columns, in small letters.
SENTENCE = ("sentence_id", "sentence #", "sentence", "sentence_number", "sentence id", "sent_id", "sent")
WORD = ("token", "tokens", "word", "words")
TAG = ("tag", "tags", "ner_tag", "ner_tags", "ner", "label", "labels")
SEPARATORS = ",;\t"


def read_csv(lines: Iterable[str], path: str) -> Corpus:
    """The corpus in a table.

    Raises:
        CorpusError: no header that names words and tags, a row of another width, no tag, mixed schemes, or bad quotes;
            the message starts with `path:line`.
    """
    rows = _rows(lines, path)
    _, header = next(rows, (1, []))
    names = [name.strip().lower() for name in header]
    word, tag = _named(names, WORD, path), _named(names, TAG, path)
    numbering = next((names.index(name) for name in SENTENCE if name in names), None)
    corpus, begins, number = Corpus(path, delimiter="CSV"), True, ""
    words: list[str] = []
    tags: list[str] = []
    places: list[int] = []
    for line, row in rows:
        if not any(cell.strip(BLANK) for cell in row):
            begins = begins or numbering is None
            continue
        _check(row, len(names), word, tag, f"{path}:{line}")
        if numbering is not None and row[numbering].strip(BLANK) not in ("", number):
            begins, number = True, row[numbering].strip(BLANK)
        if begins:
            words, tags, places = [], [], []
            corpus.sentences.append(Sentence(words, tags, places))
        begins = False
        words.append(row[word])
        tags.append(row[tag])
        places.append(line)
    return settled(corpus, Columns(), refuse_mixed=True)


def _check(row: Sequence[str], width: int, word: int, tag: int, where: str) -> None:
    if len(row) != width:
        raise CorpusError(f"{where}: expected {width} cells as in the header, found {len(row)}. Mend the row.")
    if not row[word].strip(BLANK):
        raise CorpusError(f"{where}: expected a word, found an empty cell. Give the row one, or take it out.")
    if not is_legal(row[tag], "auto"):
        raise CorpusError(f"{where}: expected {expected_tag('auto')}, found {row[tag][:40]!r}. Mend the tag.")


def _rows(lines: Iterable[str], path: str) -> Iterator[tuple[int, list[str]]]:
    """The number of each row's line, and its cells."""
    lines = iter(lines)
    first = next(lines, "")
    whole = (f"{line}\n" for line in itertools.chain([first], lines))
    rows = csv.reader(whole, delimiter=max(SEPARATORS, key=first.count), strict=True)
    try:
        for row in rows:
            if any("\n" in cell for cell in row):
                raise CorpusError(
                    f"{path}:{rows.line_num}: expected cells of one line, found one that began on a line before. Is a "
                    'quotation mark a word there? Then write """".'
                )
            yield rows.line_num, row
    except csv.Error as error:
        raise CorpusError(f"{path}:{rows.line_num}: expected CSV, found what is none: {error}. Mend it.") from error


def _named(header: Sequence[str], names: Sequence[str], path: str) -> int:
    """Which column has one of some names."""
    for name in names:
        if name in header:
            return header.index(name)
    raise CorpusError(
        f"{path}:1: expected a header with a column named {', '.join(names[:-1])} or {names[-1]}, found "
        f"{', '.join(header)[:80] or 'none'}. Name the columns in the first row."
    )


def write_csv(passages: Iterable[Passage], name: str) -> Iterator[str]:
    """The lines of a table, without line ends.

    Raises:
        CorpusError: a word with a line break; the message starts with the passage's line.
    """
    yield _row(HEADER)
    for number, passage in enumerate(passages, 1):
        check_lines(passage.words, f"{name}:{passage.line}", "a table")
        for word, tag in zip(passage.words, iob2(passage.entities, len(passage.tokens)), strict=True):
            yield _row([str(number), word, tag])


def _row(cells: Sequence[str]) -> str:
    row = io.StringIO()
    csv.writer(row, lineterminator="").writerow(cells)
    return row.getvalue()
