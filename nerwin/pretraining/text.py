"""Untagged text as one flat array of word ids: any number of files, plain or gzip, or standard input, read once.

A line is a paragraph, or a token where the text stands in columns, or a JSON object with a text of paragraphs. Words
are in lower case. Paragraphs are taken apart into the tokens that `nerwin tag` finds in raw text, and these at their
hyphens, since corpora disagree on those: so both spellings add to the same counts. Tokens in columns, and those that an
object brings, stay whole, unless they hold spaces. A rare word with digits is counted with its digits as zeros, 1,234
as 0,000, which is also what the lookup of words falls back to. As in a tagged corpus, ⌊C/2⌋ paddings stand between
paragraphs or sentences, so that no window crosses two.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nerwin.arrays import Ints
from nerwin.corpora.columns import Columns, read_blocks
from nerwin.corpora.jsonl_objects import given_by, read_object
from nerwin.corpora.misread import words_in
from nerwin.errors import CorpusError
from nerwin.files.lines import read_lines
from nerwin.files.opening import source_name
from nerwin.text.blanks import BLANK
from nerwin.text.features import spellings
from nerwin.text.tokenizer import split_words
from nerwin.text.vocabulary import KNOWN, PADDING, UNKNOWN
from nerwin.text.windows import split_sentences

RARE_NUMBER = 50  # words with digits seen less often than this are counted under their shape
PIECE = 1 << 20  # words that are gathered before they are packed
LONGEST_PARAGRAPH = 1 << 30  # bytes
LONG = 1 << 20  # letters of a paragraph that are taken apart at once: some texts are a single line

Paragraph = Iterable[list[str]]  # its words, some at a time: a paragraph may be a whole book


class Text(NamedTuple):
    """tokens: (N,) word ids with paddings between paragraphs; words: (V,) the reserved two, then by falling count;
    counts: (V,) how often each occurs, the padding aside.
    """

    tokens: Ints
    words: list[str]
    counts: Ints

    @property
    def length(self) -> int:
        """The number of words, known or not."""
        return int(self.counts.sum())


def read_text(
    paths: Sequence[Path | None],
    vocabulary: int,
    window: int,
    columns: Columns | None = None,
    *,
    objects: bool = False,
) -> Text:
    """Read text for windows of `window` words; the `vocabulary` most frequent words have ids of their own.

    Args:
        paths: files, None for standard input.
        columns: where the words stand; None for text with a paragraph a line.
        objects: whether lines without columns are JSON objects, as `nerwin tag` takes them.

    Raises:
        CorpusError: a file cannot be read or is not UTF-8, a token has no word, an object no text, or all files
            together have less than a window of words.
    """
    forms: dict[str, int] = {"": PADDING}
    pieces = list(_pieces(_paragraphs(paths, columns, objects), forms, [PADDING] * (window // 2)))
    counts = _counts(pieces, len(forms))
    words = list(forms)
    shape = _shape_numbers(words, counts, forms)  # may append shapes to `words`
    counts = np.bincount(shape, counts, len(words)).astype(np.int64)
    _check_length(paths, int(counts.sum()), int(np.count_nonzero(counts)), window)
    rows = _rows(counts, vocabulary)
    tokens = _pack(pieces, rows[shape])
    order = np.argsort(rows, kind="stable")[np.count_nonzero(rows <= UNKNOWN) :]
    kept = np.bincount(rows, counts, KNOWN + len(order)).astype(np.int64)
    return Text(tokens, ["<padding>", "<unknown>", *(words[form] for form in order.tolist())], kept)


def known(word: str, rows: dict[str, int]) -> int | None:
    """The row of a word among those of a text, by its closest spelling there."""
    return next((rows[spelling] for spelling in spellings(word) if spelling in rows), None)


def _paragraphs(paths: Sequence[Path | None], columns: Columns | None, objects: bool) -> Iterator[Paragraph]:
    for path in paths:
        if objects:
            yield from _of_objects(path)
        elif columns is None:
            for line in read_lines(path, LONGEST_PARAGRAPH):
                yield map(split_words, _parts(line))
        else:
            for block in read_blocks(path, columns, by_sentence=True):
                for words in split_sentences(words_in(block, columns, source_name(path)), block.lengths()):
                    yield _whole(words)


def _of_objects(path: Path | None) -> Iterator[Paragraph]:
    """A text's paragraphs are its lines, unless the object brings tokens."""
    for number, line in enumerate(read_lines(path, LONGEST_PARAGRAPH), 1):
        if line.strip(BLANK):
            where = f"{source_name(path)}:{number}"
            given = given_by(read_object(line, where), where)
            if given.kind == "text":
                yield from (map(split_words, _parts(paragraph)) for paragraph in given.text.split("\n"))
            else:
                yield _whole(token.text for token in given.tokens)


def _whole(words: Iterable[str]) -> Paragraph:
    """Tokens as they are; but one may hold spaces, which a file of vectors uses to separate."""
    return (word.lower().split() for word in words)


def _pieces(paragraphs: Iterable[Paragraph], forms: dict[str, int], gap: list[int]) -> Iterator[Ints]:
    """The text as arrays of form numbers, a gap after each paragraph; `forms` grows as it is read."""
    number = forms.setdefault
    piece = array("i")
    for paragraph in paragraphs:
        before = len(piece)
        for words in paragraph:
            piece.extend([number(word, len(forms)) for word in words])
        if len(piece) > before:
            piece.extend(gap)
        if len(piece) >= PIECE:
            yield np.array(piece, np.int32)
            piece = array("i")
    yield np.array(piece, np.int32)


def _parts(line: str) -> Iterator[str]:
    """A paragraph, cut at spaces where it is long."""
    start = 0
    while (end := line.find(" ", start + LONG)) >= 0:
        yield line[start:end]
        start = end
    yield line[start:]


def _counts(pieces: Sequence[Ints], forms: int) -> Ints:
    """(forms,) how often each form occurs; the padding does not count."""
    counts = np.zeros(forms, np.int64)
    for piece in pieces:
        counts += np.bincount(piece, minlength=forms)
    counts[PADDING] = 0
    return counts


def _check_length(paths: Sequence[Path | None], length: int, different: int, window: int) -> None:
    where = source_name(paths[0]) + (f" and {len(paths) - 1} more" if len(paths) > 1 else "")
    if length < window:
        raise CorpusError(
            f"{where}: expected text of at least {window} words, a window, found {length}. Give more text, a paragraph "
            "a line, or a smaller --window."
        )
    if different < 2:
        raise CorpusError(
            f"{where}: expected different words, found only one (rare numbers of one shape are one). Give more text."
        )


def _shape_numbers(words: list[str], counts: Ints, forms: dict[str, int]) -> Ints:
    """The form under which each form is counted: itself, or the shape of a rare word with digits."""
    under = list(range(len(words)))
    for form in np.flatnonzero(counts < RARE_NUMBER).tolist():
        word = words[form]
        spelling = spellings(word)[-1]
        if spelling != word:
            if spelling not in forms:
                forms[spelling] = len(words)
                words.append(spelling)
            under[form] = forms[spelling]
    return np.array(under, np.int64)


def _rows(counts: Ints, vocabulary: int) -> Ints:
    """(forms,) the id of each form: the frequent ones in order of falling count, then of first sight."""
    kind = np.uint16 if vocabulary + UNKNOWN < 1 << 16 else np.int32
    frequent = np.argsort(-counts, kind="stable")[:vocabulary]
    frequent = frequent[counts[frequent] > 0]
    rows: Ints = np.full(len(counts), UNKNOWN, kind)
    rows[PADDING] = PADDING
    rows[frequent] = np.arange(KNOWN, KNOWN + len(frequent))
    return rows


def _pack(pieces: list[Ints], rows: Ints) -> Ints:
    """One array of ids out of all pieces, each of which is let go as it is copied."""
    tokens: Ints = np.empty(sum(map(len, pieces)), rows.dtype)
    end = len(tokens)
    while pieces:
        piece = pieces.pop()
        tokens[end - len(piece) : end] = rows[piece]
        end -= len(piece)
    return tokens
