"""One piece of a file tagged, as its task says: raw texts, JSON objects or columns in, rendered lines out.

It is tagged without a trace of the pieces before it, so that this may be done anywhere.
"""

import itertools
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

from nerwin.arrays import Ints
from nerwin.corpora.columns import DOCSTART, Block, Columns, block_of
from nerwin.corpora.jsonl import with_found
from nerwin.corpora.jsonl_objects import Given, given_by, read_object, write_object
from nerwin.corpora.misread import words_in
from nerwin.corpora.writable import check_columns
from nerwin.errors import CorpusError
from nerwin.files.lines import marked
from nerwin.files.pieces import Piece, cut_piece
from nerwin.tagging.annotations import Tokenized
from nerwin.tagging.renderings import RENDERINGS, ents_of
from nerwin.tagging.tagger import Tagger
from nerwin.text.blanks import BLANK
from nerwin.text.joining import join_words
from nerwin.text.tags import OUTSIDE
from nerwin.text.tokenizer import Token
from nerwin.text.windows import split_sentences

T = TypeVar("T")
SCORES = 64  # of a word; of models with more, blocks are smaller, so that what they take of the memory stays the same


class Task(NamedTuple):
    """What is to be done with a file.

    form: of the output, one of RENDERINGS. columns: where the words stand; None for a text a line. objects: whether the
    lines without columns are JSON objects, each with a text or words. What is known once the file is read: name, which
    messages call it by, and delimiter, which separates its columns.
    """

    form: str
    columns: Columns | None = None
    objects: bool = False
    name: str = ""
    delimiter: str | None = None


class Tagged(NamedTuple):
    """The output for one piece, its lines ended, in UTF-8; error: why it ends before the piece does."""

    output: bytes
    error: CorpusError | None = None


def tag_piece(tagger: Tagger, task: Task, piece: Piece) -> Tagged:
    """Tag a piece. Where a line cannot be tagged, what is tagged before it counts: of texts, all lines."""
    done, failure = _up_to_error(_tag_parts(tagger, task, piece))
    output = b"".join(done)
    return Tagged(marked(output) if piece.number == 1 else output, failure)


def _up_to_error(found: Iterable[T]) -> tuple[list[T], CorpusError | None]:
    """All that comes, and the error that ends it, if one does: what came before it is to be put out first."""
    done: list[T] = []
    try:
        done.extend(found)
    except CorpusError as error:
        return done, error
    return done, None


def _tag_parts(tagger: Tagger, task: Task, piece: Piece) -> Iterator[bytes]:
    """The output part by part.

    Raises:
        CorpusError: a line cannot be tagged; the message starts with `name:line`.
    """
    tagger.scorer.forget()
    share = min(1.0, SCORES / len(tagger.model.corruption.names))
    parts = cut_piece(piece, by_sentence=task.columns is not None, share=share)
    if task.columns is None:
        return itertools.chain.from_iterable(_tag_lines(tagger, task, part) for part in parts)
    split = (block_of(part, task.columns, task.name, task.delimiter) for part in parts)
    return tag_columns(tagger, split, task.columns, task.form, task.name)


def _tag_lines(tagger: Tagger, task: Task, part: Piece) -> Iterator[bytes]:
    """The output for lines that are texts of their own, up to the first that cannot be tagged."""
    tag_lines = tag_objects if task.objects else tag_texts
    lines, failure = _up_to_error(tag_lines(tagger, part, task.form, task.name))
    yield end_lines(lines)
    if failure:
        raise failure


def end_lines(lines: Iterable[str]) -> bytes:
    """Lines, each ended, in UTF-8."""
    return "\n".join([*lines, ""]).encode()


def tag_texts(tagger: Tagger, part: Piece, form: str, name: str) -> Iterator[str]:
    """Tag raw texts, one a line, each by itself.

    Raises:
        CorpusError: a line that is not UTF-8, or a token that the form cannot hold; the lines before it have come. The
            message starts with `name:line`.
    """

    def read() -> Iterator[Tokenized]:
        for number, text in enumerate(part.lines(name), part.number):
            tokens = tagger.model.tokens(text)
            if form == "conll" and DOCSTART in text:  # what else columns cannot hold are blanks, which are in no token
                check_columns([token.text for token in tokens], f"{name}:{number}")
            yield text, tokens

    texts, failure = _up_to_error(read())
    for found in tagger.annotate(texts):
        yield from RENDERINGS[form](found, tagger.model.types)
    if failure:
        raise failure


def tag_objects(tagger: Tagger, part: Piece, form: str, name: str) -> Iterator[str]:
    """Tag the texts of JSON objects, one a line; as jsonl the objects come back, with the entities of their texts and
    the tags of their words.

    Raises:
        CorpusError: a line that is no object with a text or words, or with tokens that the form cannot hold; the lines
            before it have come. The message starts with `name:line`.
    """

    def read() -> Iterator[tuple[str, dict[str, Any], Given, Sequence[Token]]]:
        for number, line in enumerate(part.lines(name), part.number):
            if line.strip(BLANK):
                where = f"{name}:{number}"
                content = read_object(line, where)
                given = given_by(content, where)
                tokens = tagger.model.tokens(given.text) if given.kind == "text" else given.tokens
                if form == "conll":
                    check_columns([token.text for token in tokens], where)
                yield where, content, given, tokens

    objects, failure = _up_to_error(read())
    texts = [(given.text, tokens) for _, _, given, tokens in objects]
    whole = [not given.document for _, _, given, _ in objects]
    for (where, content, given, _), found in zip(objects, tagger.annotate(texts, whole), strict=True):
        if form == "jsonl":
            yield write_object(with_found(content, given, ents_of(found)), where)
        else:
            yield from RENDERINGS[form](found, tagger.model.types)
    if failure:
        raise failure


def tag_columns(tagger: Tagger, text: Iterable[Block], columns: Columns, form: str, name: str) -> Iterator[bytes]:
    """Tag the pre-tokenized sentences of a text in columns; yields the output for each block, its lines ended.

    In form conll every line comes back, with the found tag as one more column, as the tools that evaluate expect; the
    other forms give a line a sentence, its words joined as `join_words` does.

    Raises:
        CorpusError: a line without a word, or one of other columns; the message starts with `name:line`.
    """
    ahead: deque[tuple[Block, list[str], Ints]] = deque()  # read, but not yet scored

    def read() -> Iterator[tuple[list[str], Ints]]:
        for block in text:
            words = words_in(block, columns, name)
            ahead.append((block, words, block.lengths()))
            yield ahead[-1][1:]

    for scores in tagger.scorer.score_text(read()):
        block, words, lengths = ahead.popleft()
        if form == "conll":
            yield block.with_column(tagger.model.rule.spelled, tagger.decode(scores, lengths), OUTSIDE)
        else:
            texts = [join_words(row) for row in split_sentences(words, lengths)]
            yield end_lines(
                line
                for found in tagger.annotate_scored(texts, scores)
                for line in RENDERINGS[form](found, tagger.model.types)
            )
