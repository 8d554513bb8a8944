"""Tagging files of any length: lines in, lines out, a block of sentences at a time."""

import itertools
import json
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeVar

from nerwin.errors import CorpusError
from nerwin.text.corpus import DELIMITERS, DOCSTART, Columns
from nerwin.text.files import BLANK
from nerwin.text.inline import format_inline
from nerwin.text.tags import OUTSIDE, Span
from nerwin.text.tokenizer import Token, tokenize
from nerwin.training.tagger import Annotation, Tagger

BLOCK = 500  # texts or sentences tagged at a time

T = TypeVar("T")


def _conll(found: Annotation) -> Iterator[str]:
    """A token and its tag a line, then a blank line."""
    yield from (f"{token.text}\t{tag}" for token, tag in zip(found.tokens, found.tags, strict=True))
    yield ""


def _jsonl(found: Annotation) -> Iterator[str]:
    """One JSON object, its offsets in characters of the text."""
    ents = [{**one._asdict(), "score": round(one.score, 4)} for one in found.entities]
    yield json.dumps({"text": found.text, "ents": ents}, ensure_ascii=False)


def _inline(found: Annotation) -> Iterator[str]:
    """The text with its entities marked up."""
    yield format_inline(found.text, [Span(one.start, one.end, one.label) for one in found.entities])


FORMATS: dict[str, Callable[[Annotation], Iterator[str]]] = {"conll": _conll, "jsonl": _jsonl, "inline": _inline}


def tag_texts(tagger: Tagger, lines: Iterable[str], form: str) -> Iterator[str]:
    """Tag raw text, one text a line."""
    for block in _blocks(lines):
        for found in tagger.annotate([(text, list(tokenize(text))) for text in block]):
            yield from FORMATS[form](found)


def tag_columns(tagger: Tagger, lines: Iterable[str], columns: Columns, form: str, name: str) -> Iterator[str]:
    """Tag pre-tokenized sentences in columns.

    In form conll every line comes back, with the found tag as one more column, as the tools that evaluate expect; the
    other forms give a line a sentence, its words joined by spaces.

    Raises:
        CorpusError: a line without the column of the words; the message starts with `name:line`.
    """
    reader = _WordReader(columns, name)
    for block in _blocks(_sentences(map(reader.read, itertools.count(1), lines))):
        words = [[line.word for line in sentence if line.word is not None] for sentence in block]
        if form == "conll":
            for sentence, tags in zip(block, tagger.tag_many(words), strict=True):
                yield from _with_tags(sentence, tags, reader.delimiter)
        else:
            for found in tagger.annotate([_join(row) for row in words if row]):
                yield from FORMATS[form](found)


class _Line(NamedTuple):
    """An input line, its word if it has one, and whether it ends a sentence."""

    text: str
    word: str | None
    ends: bool


class _WordReader:
    """Finds the word of each line; the first line with a word settles the delimiter."""

    def __init__(self, columns: Columns, name: str) -> None:
        self.columns, self.name = columns, name
        self.delimiter = DELIMITERS.get(columns.delimiter, "")

    def read(self, number: int, line: str) -> _Line:
        if not line.strip(BLANK):
            return _Line(line, None, True)
        if self.columns.comments and line.startswith(self.columns.comments):
            return _Line(line, None, False)
        self.delimiter = self.delimiter or ("\t" if "\t" in line else " ")
        fields = [part for part in line.split(self.delimiter) if part or self.delimiter == "\t"]
        if fields[0].startswith(DOCSTART):
            return _Line(f"{line}{self.delimiter}{OUTSIDE}", None, True)
        column = self.columns.word
        if not -len(fields) <= column < len(fields) or not fields[column].strip(BLANK):
            raise CorpusError(
                f"{self.name}:{number}: expected a word in column {column}, found {len(fields)} columns: "
                f'"{line[:40]}". Mend the line, or use --input text for raw text.'
            )
        return _Line(line, fields[column], False)


def _sentences(lines: Iterable[_Line]) -> Iterator[list[_Line]]:
    sentence: list[_Line] = []
    for line in lines:
        sentence.append(line)
        if line.ends:
            yield sentence
            sentence = []
    if sentence:
        yield sentence


def _with_tags(sentence: list[_Line], tags: list[str], delimiter: str) -> Iterator[str]:
    remaining = iter(tags)
    for line in sentence:
        yield line.text if line.word is None else f"{line.text}{delimiter}{next(remaining)}"


def _join(words: list[str]) -> tuple[str, list[Token]]:
    """Words as a text with single spaces, and their offsets in it."""
    ends = list(itertools.accumulate(len(word) + 1 for word in words))
    tokens = [Token(word, end - 1 - len(word), end - 1) for word, end in zip(words, ends, strict=True)]
    return " ".join(words), tokens


def _blocks(items: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(items)
    while block := list(itertools.islice(iterator, BLOCK)):
        yield block
