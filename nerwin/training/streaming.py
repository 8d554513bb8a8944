"""Tagging files of any length: lines in, lines out, a block of sentences at a time."""

import itertools
import json
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from nerwin.text.columns import Columns, Line, read_columns, sentences, words_of
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
    for block in _blocks(sentences(read_columns(lines, columns))):
        words = [words_of(sentence, columns.word, name) for sentence in block]
        if form == "conll":
            for sentence, tags in zip(block, tagger.tag_many(words), strict=True):
                yield from _with_tags(sentence, tags)
        else:
            for found in tagger.annotate([_join(row) for row in words if row]):
                yield from FORMATS[form](found)


def _with_tags(sentence: list[Line], tags: list[str]) -> Iterator[str]:
    """The lines of a sentence with one more column; that of a document's first line is O."""
    remaining = iter(tags)
    for line in sentence:
        if line.fields:
            yield f"{line.text}{line.delimiter}{OUTSIDE if line.kind == 'docstart' else next(remaining)}"
        else:
            yield line.text


def _join(words: list[str]) -> tuple[str, list[Token]]:
    """Words as a text with single spaces, and their offsets in it."""
    ends = list(itertools.accumulate(len(word) + 1 for word in words))
    tokens = [Token(word, end - 1 - len(word), end - 1) for word, end in zip(words, ends, strict=True)]
    return " ".join(words), tokens


def _blocks(items: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(items)
    while block := list(itertools.islice(iterator, BLOCK)):
        yield block
