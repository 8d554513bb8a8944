"""The forms of a tagged corpus, and how each is read into passages and written from them.

Columns in five tag schemes or with types alone, CSV, inline markup, JSON Lines, spaCy's DocBin.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from nerwin.corpora.choices import Align
from nerwin.corpora.columns import Columns
from nerwin.corpora.corpus import Corpus, Sentence
from nerwin.corpora.csv_rows import read_csv, write_csv
from nerwin.corpora.docbin import read_docbin, write_docbin
from nerwin.corpora.inline import read_inline, write_inline
from nerwin.corpora.jsonl import read_jsonl, write_jsonl
from nerwin.corpora.passage import Counts, Passage, from_words, sentences_of
from nerwin.corpora.schemes import TYPES_ALONE, check_labels, is_type, prefixed
from nerwin.corpora.tagged_columns import read_tagged_columns, write_columns
from nerwin.corpora.writable import check_columns
from nerwin.counts import counted
from nerwin.errors import CorpusError
from nerwin.files.lines import marked, read_lines
from nerwin.files.opening import open_binary, reading, source_name
from nerwin.text.tags import SPELLINGS, Spelling, spans, types_alone

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


def _write_columns(spell: Spelling, passages: Sequence[Passage], name: str) -> Iterator[bytes]:
    for number, passage in enumerate(passages):
        where = f"{name}:{passage.line}"
        check_columns(passage.words, where)
        check_labels(passage.labels, where)
        tags = spell(passage.entities, len(passage.tokens))
        lines = _lines(write_columns([Sentence(passage.words, tags)]))
        if number == 0:
            yield marked(next(lines))
        yield from lines


def _write_types(passages: Sequence[Passage], name: str) -> Iterator[bytes]:
    for passage in passages:
        for label in sorted(set(passage.labels)):
            if not is_type(label):
                raise _not_alone(passage, name, "types of letters, without =, | or brackets, that are no O", label)
        for one, other in itertools.pairwise(passage.entities):
            if one.end == other.start and one.label == other.label:
                raise _not_alone(passage, name, "entities of one type apart", f"two {one.label} side by side")
    if found := prefixed({label for passage in passages for label in passage.labels}):
        first = next(one for one in passages if found in one.labels)
        raise _not_alone(first, name, "types that are not taken for prefixes", found)
    return _write_columns(types_alone, passages, name)


def _not_alone(passage: Passage, name: str, expected: str, found: str) -> CorpusError:
    return CorpusError(
        f"{name}:{passage.line}: expected {expected}, found {found}, which types alone cannot hold. Write iob2."
    )


def _lines(lines: Iterable[str]) -> Iterator[bytes]:
    return (f"{line}\n".encode() for line in lines)


FORMS: dict[str, Form] = {
    COLUMNS: Form(_read_columns, partial(_write_columns, SPELLINGS["iob2"])),
    **{scheme: Form(_read_columns, partial(_write_columns, spell)) for scheme, spell in SPELLINGS.items()},
    TYPES_ALONE: Form(_read_columns, _write_types),
    "csv": Form(_read_csv, lambda passages, name: _lines(write_csv(passages, name))),
    "inline": Form(_read_inline, lambda passages, name: _lines(write_inline(passages, name))),
    "jsonl": Form(_read_jsonl, lambda passages, name: _lines(write_jsonl(passages)), documents=True),
    "spacy": Form(_read_docbin, lambda passages, name: [write_docbin(passages, name)], documents=True),
}
