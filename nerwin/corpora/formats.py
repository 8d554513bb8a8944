"""The forms of a tagged corpus, and how each is read into passages and written from them.

Columns in five tag schemes or with types alone, CSV, inline markup, JSON Lines, spaCy's DocBin.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from nerwin.corpora.choices import Align
from nerwin.corpora.columns import Columns
from nerwin.corpora.corpus import Corpus
from nerwin.corpora.csv_rows import read_csv, write_csv
from nerwin.corpora.docbin import read_docbin, write_docbin
from nerwin.corpora.inline import read_inline, write_inline
from nerwin.corpora.jsonl import read_jsonl, write_jsonl
from nerwin.corpora.passage import Counts, Passage, from_words, sentences_of
from nerwin.corpora.schemes import TYPES_ALONE
from nerwin.corpora.tagged_columns import read_tagged_columns, write_passages, write_types
from nerwin.counts import counted
from nerwin.errors import CorpusError
from nerwin.files.lines import marked, read_lines
from nerwin.files.opening import open_binary, reading, source_name
from nerwin.text.tags import SPELLINGS, Spelling, spans

COLUMNS = "conll"  # the usual form: its scheme is found out, or IOB2 where it is written


class Tagged(NamedTuple):
    """What a file holds, and one line on how it was understood."""

    passages: list[Passage]
    note: str


class Reading(NamedTuple):
    """How files are read: what columns hold, and what becomes of entities in JSON Lines that are not whole tokens."""

    columns: Columns = Columns()
    align: Align = "strict"


class Form(NamedTuple):
    """A way to write a tagged corpus down.

    read: from a path, or from standard input where it is None. write: passages as the bytes of a file, piece by piece;
    its second argument is what messages call their source. documents: whether a passage may be more than a sentence.
    """

    read: Callable[[Path | None, Reading], Tagged]
    write: Callable[[Sequence[Passage], str], Iterable[bytes]]
    documents: bool = False

    def fitting(self, passages: Sequence[Passage]) -> Sequence[Passage]:
        """Passages as this form can hold them: as they are, or cut into sentences."""
        return passages if self.documents else [one for passage in passages for one in sentences_of(passage)]


def _read_columns(path: Path | None, how: Reading) -> Tagged:
    return _of_corpus(read_tagged_columns(path, how.columns))


def _read_csv(path: Path | None, _: Reading) -> Tagged:
    return _of_corpus(read_csv(read_lines(path), source_name(path)))


def _of_corpus(corpus: Corpus) -> Tagged:
    passages = [from_words(sentence.words, spans(sentence.tags), sentence.line) for sentence in corpus.sentences]
    mended = "; entities are read by conlleval's rule" if corpus.illegal else ""
    return Tagged(passages, f"{corpus.describe()}{mended}")


def _read_inline(path: Path | None, _: Reading) -> Tagged:
    return _counted(list(read_inline(read_lines(path), source_name(path))), source_name(path))


def _read_jsonl(path: Path | None, how: Reading) -> Tagged:
    name, counts = source_name(path), Counts()
    return _counted(list(read_jsonl(read_lines(path), name, counts, how.align)), name, str(counts))


def _read_docbin(path: Path | None, _: Reading) -> Tagged:
    name = source_name(path)
    with reading(name), open_binary(path) as stream:
        data = stream.read()
    counts = Counts()
    return _counted(list(read_docbin(data, name, counts)), name, str(counts))


def _counted(passages: list[Passage], name: str, also: str = "") -> Tagged:
    if not passages:
        raise CorpusError(f"{name}: expected tagged sentences, found none{also}. Is this the right file?")
    tokens = sum(len(passage.tokens) for passage in passages)
    return Tagged(passages, f"{count_of(passages)}, {counted(tokens, 'token')}{also}")


def count_of(passages: Sequence[Passage]) -> str:
    """How many passages, and of what kind."""
    return counted(len(passages), "document" if any(one.document for one in passages) else "sentence")


def _lines(lines: Iterable[str]) -> Iterator[bytes]:
    for number, line in enumerate(lines):
        data = f"{line}\n".encode()
        yield marked(data) if number == 0 else data


def _in_columns(spell: Spelling) -> Form:
    return Form(_read_columns, lambda passages, name: _lines(write_passages(passages, name, spell)))


FORMS: dict[str, Form] = {
    COLUMNS: _in_columns(SPELLINGS["iob2"]),
    **{scheme: _in_columns(spell) for scheme, spell in SPELLINGS.items()},
    TYPES_ALONE: Form(_read_columns, lambda passages, name: _lines(write_types(passages, name))),
    "csv": Form(_read_csv, lambda passages, name: _lines(write_csv(passages, name))),
    "inline": Form(_read_inline, lambda passages, name: _lines(write_inline(passages, name))),
    "jsonl": Form(_read_jsonl, lambda passages, name: _lines(write_jsonl(passages, name)), documents=True),
    "spacy": Form(_read_docbin, lambda passages, name: [write_docbin(passages, name)], documents=True),
}
