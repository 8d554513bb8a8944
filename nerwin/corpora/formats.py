"""The forms of a tagged corpus, and how each is read into passages and written from them.

Columns in five tag schemes or with types alone, CSV, inline markup, JSON Lines, spaCy's DocBin.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from nerwin.corpora.choices import Align, FormName
from nerwin.corpora.columns import Columns
from nerwin.corpora.corpus import Corpus
from nerwin.corpora.csv_rows import read_csv, write_csv
from nerwin.corpora.docbin import write_docbin
from nerwin.corpora.inline import write_inline
from nerwin.corpora.jsonl import write_jsonl
from nerwin.corpora.passage import Counts, Passage, from_words, sentences_of
from nerwin.corpora.passages import read_passages
from nerwin.corpora.schemes import TYPES_ALONE
from nerwin.corpora.settled import nothing_tagged
from nerwin.corpora.tagged_columns import read_tagged_columns, write_passages, write_types
from nerwin.counts import counted
from nerwin.files.lines import marked, read_lines
from nerwin.files.opening import source_name
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
    return _of_corpus(read_csv(read_lines(path), source_name(path), refuse_mixed=False))


def _of_corpus(corpus: Corpus) -> Tagged:
    passages = [from_words(sentence.words, spans(sentence.tags), sentence.line) for sentence in corpus.sentences]
    mended = "; entities are read by conlleval's rule" if corpus.illegal else ""
    return Tagged(passages, f"{corpus.describe()}{mended}")


def _of_passages(form: FormName) -> Callable[[Path | None, Reading], Tagged]:
    def read(path: Path | None, how: Reading) -> Tagged:
        counts = Counts()
        passages = list(read_passages(path, form, counts, how.align))
        if not passages:
            raise nothing_tagged(source_name(path), counts.said)
        tokens = sum(len(passage.tokens) for passage in passages)
        return Tagged(passages, "; ".join([f"{count_of(passages)}, {counted(tokens, 'token')}", *counts.said]))

    return read


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
    "inline": Form(_of_passages("inline"), lambda passages, name: _lines(write_inline(passages, name))),
    "jsonl": Form(_of_passages("jsonl"), lambda passages, name: _lines(write_jsonl(passages, name)), documents=True),
    "spacy": Form(_of_passages("spacy"), lambda passages, name: [write_docbin(passages, name)], documents=True),
}
