"""Tagged corpora read from columns.

Every line is checked. One that cannot be read is an error with `path:line` and a hint at what to do; nothing is dropped
silently. What varies between files (delimiter, number of columns, tag scheme) is detected and reported, and can be set.

A file in inline markup is recognised by its name, and read in `inline`.
"""

import itertools
import os
import sys
from array import array
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from nerwin.collector import collector_paused
from nerwin.errors import CorpusError
from nerwin.shell import command_line
from nerwin.text.column_doubts import TagColumns, comments_doubt, non_words, non_words_doubt, tagged_comments
from nerwin.text.columns import Block, Columns, Line, read_blocks
from nerwin.text.doubts import doubts, oddities
from nerwin.text.files import BLANK, read_lines, source_name, suffix_of, unpacked_name
from nerwin.text.inline import read_inline
from nerwin.text.misread import check_words
from nerwin.text.other_columns import other_columns
from nerwin.text.remedies import for_few_columns, for_tag
from nerwin.text.schemes import TYPES_ALONE, as_read, check_labels, expected_tag, is_legal, settle_scheme
from nerwin.text.suffixes import form_by_suffix
from nerwin.text.tagged import Corpus, Sentence
from nerwin.text.tags import OUTSIDE, iob2, is_tag


def read_corpus(path: Path, columns: Columns = Columns(), *, refuse_mixed: bool = True) -> Corpus:
    """Read a tagged corpus: columns, or inline markup where the file's suffix says so.

    Args:
        columns: where words and tags stand. Unless its scheme is set, a file whose suffix is .types has types alone.
        refuse_mixed: whether a file whose tags follow no scheme well is refused; else it is read by the one that fits
            best.

    Raises:
        CorpusError: a form that is to be converted, a line that does not fit, mixed schemes, no sentence at all, or
            bytes that are not UTF-8.
    """
    form = form_by_suffix(path)
    if form in ("jsonl", "spacy"):
        command = command_line("nerwin", "convert", path, Path(f"{Path(unpacked_name(path)).stem}.conll"))
        raise CorpusError(f"{path}: expected columns or inline markup, found {suffix_of(path)}. Convert it: {command}")
    if form == TYPES_ALONE and columns.scheme == "auto":
        columns = columns._replace(scheme=TYPES_ALONE)
    if form != "inline":
        return read_tagged_columns(path, columns, refuse_mixed=refuse_mixed)
    corpus = Corpus(str(path), delimiter="inline markup")
    for found in read_inline(read_lines(path), str(path)):
        words = found.words
        check_labels(found.labels, f"{path}:{found.line}", "Call it otherwise.")
        corpus.sentences.append(Sentence(words, iob2(found.entities, len(words)), [found.line] * len(words)))
    return settled(corpus, Columns(), refuse_mixed=refuse_mixed)


def read_tagged_columns(path: Path | None, columns: Columns, *, refuse_mixed: bool = True) -> Corpus:
    """The corpus in a file of columns, or in standard input where `path` is None.

    Raises:
        CorpusError: as `read_corpus`.
    """
    with collector_paused():
        try:
            corpus = _ColumnReader(source_name(path), columns).read(read_blocks(path, columns))
        except CorpusError as error:
            raise CorpusError(_with_settings(str(error), path, columns)) from error
    return settled(corpus, columns, refuse_mixed=refuse_mixed)


def _with_settings(message: str, path: Path | None, columns: Columns) -> str:
    """The message of why columns cannot be read, followed by what to set, if that would help and is not said yet."""
    if path is None or not os.path.isfile(path):  # a pipe is read once; Path.is_file fails where a name is too long
        return message
    with suppress(CorpusError):
        settings = other_columns(path, columns, lambda block, other: _ColumnReader(str(path), other).read([block]))
        if not all(one in message for one in settings):
            return f"{message} The beginning can be read if you set {', '.join(settings)}."
    return message


def settled(corpus: Corpus, columns: Columns, *, refuse_mixed: bool) -> Corpus:
    """A corpus that has been read, after its scheme is settled, and its notes and doubts are collected.

    Raises:
        CorpusError: mixed schemes, or no sentence at all.
    """
    if not corpus.sentences:
        raise CorpusError(f"{corpus.path}: expected tagged sentences, found none. Is this the right file?")
    settle_scheme(corpus, columns.scheme, refuse_mixed=refuse_mixed)
    corpus.notes += oddities(corpus)
    corpus.doubts += doubts(corpus)
    return corpus


class _ColumnReader:
    """The state of one pass over the lines of a column file.

    A block of lines is read as a whole if all is well; if not, its lines are looked at one by one to find the culprit.
    """

    def __init__(self, path: str, columns: Columns) -> None:
        self.corpus = Corpus(path)
        self.columns = columns
        # With both columns named from the left, lines may carry a varying number of further columns.
        self.fixed_width = columns.word < 0 or columns.tag < 0
        self.needed = max(self._reach(columns.word), self._reach(columns.tag), 2)
        self.first_token_line = 0
        self.known_tags: set[str] = set()
        self.tag_columns = TagColumns(())

    def read(self, blocks: Iterable[Block]) -> Corpus:
        """The corpus in some blocks, whose scheme is still to be settled.

        Raises:
            CorpusError: a line cannot be read.
        """
        words: list[str] = []
        tags: list[str] = []
        numbers = array("q")
        ends: list[int] = []
        comments: list[tuple[int, int]] = []
        uncounted: list[int] = []
        for block in blocks:
            if not self.first_token_line:
                self._begin(block)
            others = list(block.others.values())
            self.corpus.comments += others.count("comment")
            self.corpus.docstarts += others.count("docstart")
            ends += (len(words) + block.ends()).tolist()
            words_and_tags = self._columns_of(block) or self._columns_line_by_line(block)
            check_words(block, words_and_tags[0], self.columns, self.corpus.path, "Set corpus.word_column.")
            self.tag_columns.look(block)
            comments += tagged_comments(block, self.columns.tag)
            uncounted += non_words(block, self.columns.word)
            for read, column in zip((words, tags), words_and_tags, strict=True):
                read += map(sys.intern, column)  # most words of a corpus occur often, and then take memory once
            numbers.extend((block.number + block.places).tolist())
        for start, end in itertools.pairwise(sorted({0, *ends, len(words)})):
            self.corpus.sentences.append(Sentence(words[start:end], tags[start:end], numbers[start:end]))
        self.corpus.tag_columns = self.tag_columns.found()
        self.corpus.doubts += comments_doubt(comments, self.corpus.width)
        self.corpus.doubts += non_words_doubt(uncounted, len(words))
        if self.columns.tag == Columns().tag:  # nobody has chosen one
            self.corpus.doubts += self.tag_columns.doubts(set(tags))
        return self.corpus

    def _columns_of(self, block: Block) -> tuple[list[str], list[str]] | None:
        """The words and tags of a block; None if one of its lines may be wrong."""
        if (block.widths < self.needed).any():
            return None
        if self.fixed_width and (block.widths != self.corpus.width).any():
            return None
        words, tags = block.column(self.columns.word), block.column(self.columns.tag)
        if words is None or tags is None:
            return None
        new = set(tags) - self.known_tags
        if not all(is_legal(tag, self.columns.scheme) for tag in new):
            return None
        self.known_tags |= new
        return words, as_read(tags, self.columns.scheme)

    def _columns_line_by_line(self, block: Block) -> tuple[list[str], list[str]]:
        """The words and tags of a block, its lines looked at one by one.

        Raises:
            CorpusError: a line cannot be read.
        """
        tokens = [line for line in block.lines() if line.kind == "token"]
        for line in tokens:
            self._check(line, block)
        fields = [line.fields for line in tokens]
        tags = [of[self.columns.tag] for of in fields]
        return [of[self.columns.word] for of in fields], as_read(tags, self.columns.scheme)

    def _check(self, line: Line, block: Block) -> None:
        """Refuse a token's line that cannot be read, saying why."""
        self._check_width(line)
        if line.fields[self.columns.tag] not in self.known_tags:
            self._check_tag(line, block)
        if not line.fields[self.columns.word].strip(BLANK):
            raise self._error(line.number, "expected a word, found an empty column", "Give the token a word.")

    def _begin(self, block: Block) -> None:
        """Take the line of the first token, if a block has one, as the model for all others.

        Raises:
            CorpusError: it has too few columns, or words and tags would be the same column.
        """
        first = next((line for line in block.lines() if line.kind == "token"), None)
        if first is None:
            return
        width, word, tag = len(first.fields), self.columns.word, self.columns.tag
        self.first_token_line, self.corpus.width = first.number, width
        self.corpus.delimiter = "tab" if first.delimiter == "\t" else "space"
        if width < self.needed:
            raise self._error(first.number, self._too_few(first), for_few_columns(first))
        if word % width == tag % width:
            raise self._error(
                first.number,
                f"expected words and tags in columns of their own, found column {word} and column {tag} to be the same "
                f"of {width}",
                "Set corpus.word_column or corpus.tag_column.",
            )
        self.tag_columns = TagColumns(column for column in range(width) if column not in (word % width, tag % width))

    def _check_width(self, line: Line) -> None:
        fields, width = line.fields, self.corpus.width
        if self.fixed_width and len(fields) != width:
            raise self._error(
                line.number,
                f"expected {width} columns by {self.corpus.delimiter} as on line {self.first_token_line}, "
                f'found {len(fields)}: "{fields[0][:40]}"',
                "Separate all lines alike, by tabs or by spaces."
                if any("\t" in field for field in fields) or self._is_by_spaces(line)
                else "Mend the line, or count corpus.word_column and corpus.tag_column from the left.",
            )
        if len(fields) < self.needed:
            raise self._error(line.number, self._too_few(line), "Mend the line.")

    def _is_by_spaces(self, line: Line) -> bool:
        """Whether a line has the columns of the others if spaces separate them, too; a word with a space has no tag."""
        fields = line.text.split()
        return len(fields) == self.corpus.width and is_tag(fields[self.columns.tag])

    def _too_few(self, line: Line) -> str:
        fields = line.fields
        expected = f"expected {self.needed} or more columns by {self.corpus.delimiter}"
        return f'{expected}, found {len(fields)}: "{fields[0][:40]}"'

    @staticmethod
    def _reach(column: int) -> int:
        """How many columns a line needs for a column number to exist."""
        return column + 1 if column >= 0 else -column

    def _check_tag(self, line: Line, block: Block) -> None:
        tag, scheme = line.fields[self.columns.tag], self.columns.scheme
        if not is_legal(tag, scheme):
            problem = f'expected {expected_tag(scheme)}, found "{tag[:40]}"'
            if not tag.strip(BLANK):
                problem = "expected a tag, found an empty column"
            first = line.number == self.first_token_line
            raise self._error(line.number, problem, for_tag(line, self.columns, self._others(line, block), first=first))
        self.known_tags.add(tag)

    def _others(self, line: Line, block: Block) -> list[int]:
        """The other columns that hold tags; none if the column of the tags has had an entity so far."""
        if self.columns.scheme == TYPES_ALONE or self.known_tags - {OUTSIDE}:
            return []
        width = len(line.fields)
        return TagColumns(column for column in range(width) if column != self.columns.tag % width).look(block).found()

    def _error(self, number: int, problem: str, remedy: str) -> CorpusError:
        return CorpusError(f"{self.corpus.path}:{number}: {problem}. {remedy}")


def write_columns(sentences: Iterable[Sentence]) -> Iterator[str]:
    """The lines of a corpus in two columns by tab, word and tag, without line ends."""
    for sentence in sentences:
        for word, tag in zip(sentence.words, sentence.tags, strict=True):
            yield f"{word}\t{tag}"
        yield ""
