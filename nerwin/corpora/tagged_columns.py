"""Tagged corpora in columns, read and written.

Every line is checked. One that cannot be read is an error with `path:line` and a hint at what to do; nothing is dropped
silently. What varies between files (delimiter, number of columns, tag scheme) is detected and reported, and can be set.
"""

import itertools
import os
import sys
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from nerwin.collector import collector_paused
from nerwin.corpora.columns import Block, Columns, read_blocks
from nerwin.corpora.corpus import Corpus, Sentence
from nerwin.corpora.misread import TaggedDoubts, check_words
from nerwin.corpora.other_columns import TagColumns, other_columns
from nerwin.corpora.passage import Passage
from nerwin.corpora.schemes import as_read, check_labels, is_legal, is_type, prefixed
from nerwin.corpora.settled import settled
from nerwin.corpora.unreadable import Layout, first_fault
from nerwin.corpora.writable import check_columns
from nerwin.errors import CorpusError
from nerwin.files.opening import source_name
from nerwin.text.tags import Spelling, types_alone


def read_tagged_columns(path: Path | None, columns: Columns, *, refuse_mixed: bool = True) -> Corpus:
    """The corpus in a file of columns, or in standard input where `path` is None.

    Raises:
        CorpusError: a line that does not fit, mixed schemes, no sentence at all, or bytes that are not UTF-8.
    """
    with collector_paused():
        try:
            corpus = _of_blocks(read_blocks(path, columns), columns, source_name(path))
        except CorpusError as error:
            raise CorpusError(_with_settings(str(error), path, columns)) from error
    return settled(corpus, columns.scheme, refuse_mixed=refuse_mixed)


def _with_settings(message: str, path: Path | None, columns: Columns) -> str:
    """The message of why columns cannot be read, followed by what to set, if that would help and is not said yet."""
    if path is None or not os.path.isfile(path):  # a pipe is read once; Path.is_file fails where a name is too long
        return message
    with suppress(CorpusError):
        settings = other_columns(path, columns, lambda block, other: _of_blocks([block], other, str(path)))
        if not all(one in message for one in settings):
            return f"{message} The beginning can be read if you set {', '.join(settings)}."
    return message


def _of_blocks(blocks: Iterable[Block], columns: Columns, path: str) -> Corpus:
    """The corpus in some blocks, whose scheme is still to be settled.

    A block is read as a whole if all is well; if not, its lines are looked at one by one to find the culprit.

    Raises:
        CorpusError: a line cannot be read.
    """
    corpus, layout, doubts, further = Corpus(path), None, TaggedDoubts(columns), TagColumns(())
    words: list[str] = []
    tags: list[str] = []
    numbers = array("q")
    ends: list[int] = []
    known: set[str] = set()  # tags that are legal
    for block in blocks:
        others = list(block.others.values())
        corpus.comments += others.count("comment")
        corpus.docstarts += others.count("docstart")
        ends += (len(words) + block.ends()).tolist()
        doubts.look(block)
        if layout is None:
            first = next(block.tokens(), None)
            if first is None:
                continue  # nothing but comments and blank lines so far
            layout = Layout(first, columns)
            corpus.width, corpus.delimiter = layout.width, layout.delimiter
            further = TagColumns.beside(columns.word, columns.tag, width=layout.width)
        read = _words_and_tags(block, layout, known)
        if read is None:
            raise CorpusError(f"{path}:{first_fault(block, layout, known)}")
        check_words(block, read[0], columns, path, tagged=True)
        further.look(block)
        words += map(sys.intern, read[0])  # most words of a corpus occur often, and then take memory once
        tags += map(sys.intern, as_read(read[1], columns.scheme))
        numbers.extend((block.number + block.places).tolist())
    for start, end in itertools.pairwise(sorted({0, *ends, len(words)})):
        corpus.sentences.append(Sentence(words[start:end], tags[start:end], numbers[start:end]))
    corpus.tag_columns = further.found()
    corpus.doubts += doubts.found(corpus.width, len(words))
    if columns.tag == Columns().tag:  # nobody has chosen one
        corpus.doubts += further.doubts(set(tags))
    return corpus


def _words_and_tags(block: Block, layout: Layout, known: set[str]) -> tuple[list[str], list[str]] | None:
    """The words and tags of a block as they stand there; None if one of its lines cannot be read.

    Args:
        known: tags that are legal; new ones are added.
    """
    if not layout.fits(block.widths):
        return None
    words, tags = block.column(layout.columns.word), block.column(layout.columns.tag)
    if words is None or tags is None:
        return None
    new = set(tags) - known
    if not all(is_legal(tag, layout.columns.scheme) for tag in new):
        return None
    known |= new
    return words, tags


def write_columns(sentences: Iterable[Sentence]) -> Iterator[str]:
    """The lines of a corpus in two columns by tab, word and tag, without line ends."""
    for sentence in sentences:
        for word, tag in zip(sentence.words, sentence.tags, strict=True):
            yield f"{word}\t{tag}"
        yield ""


def write_passages(passages: Iterable[Passage], name: str, spell: Spelling) -> Iterator[str]:
    """The lines of some sentences, in the same columns.

    Args:
        name: what messages call the source of the passages. spell: makes tags of their entities.

    Raises:
        CorpusError: a word or a type that columns cannot hold; the message starts with `name:line`.
    """
    for passage in passages:
        where = f"{name}:{passage.line}"
        check_columns(passage.words, where)
        check_labels(passage.labels, where)
        yield from write_columns([Sentence(passage.words, spell(passage.entities, len(passage.tokens)))])


def write_types(passages: Sequence[Passage], name: str) -> Iterator[str]:
    """The same with types alone.

    Raises:
        CorpusError: also what types alone would not show.
    """
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
    return write_passages(passages, name, types_alone)


def _not_alone(passage: Passage, name: str, expected: str, found: str) -> CorpusError:
    return CorpusError(
        f"{name}:{passage.line}: expected {expected}, found {found}, which types alone cannot hold. Write iob2."
    )
