"""Tagging files of any length: a piece of the file in, its tagged lines out, several pieces at a time if asked to.

A piece is tagged without a trace of those before it. So the output depends on the input alone, and not on the number of
processes, and memory does not grow with the input.
"""

import gc
import itertools
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import NamedTuple

from nerwin.arrays import Ints
from nerwin.collector import collector_paused
from nerwin.deafness import deaf
from nerwin.errors import CorpusError, WorkerError
from nerwin.model.model import Model
from nerwin.parallel.orphans import work_for
from nerwin.tagging.renderings import RENDERINGS, ents_of
from nerwin.tagging.tagger import Tagger
from nerwin.text.columns import DOCSTART, Block, Columns, block_of, with_delimiter
from nerwin.text.files import BLANK, check_line_ends, marked, source_name
from nerwin.text.jsonl import with_found
from nerwin.text.jsonl_objects import given_by, read_object, write_object
from nerwin.text.misread import words_in
from nerwin.text.passage import check_columns, join_words
from nerwin.text.pieces import Piece, cut_piece, most_pieces, read_pieces
from nerwin.text.tags import OUTSIDE
from nerwin.text.windows import split_sentences

SCORES = 64  # of a word; of models with more, blocks are smaller, so that what they take of the memory stays the same


class Task(NamedTuple):
    """What is to be done with each piece of a file.

    columns: where the words stand; None for raw text, a text a line. delimiter: of the columns, once it is known.
    objects: whether the lines without columns are JSON objects, each with a text.
    """

    form: str
    name: str
    columns: Columns | None = None
    delimiter: str | None = None
    objects: bool = False


Work = tuple[Task, Piece]


def tag_file(
    tagger: Tagger,
    path: Path | None,
    form: str,
    columns: Columns | None,
    jobs: int = 1,
    progress: Callable[[int], object] = lambda size: None,
    *,
    objects: bool = False,
) -> Iterator[bytes]:
    """Tag a file, or standard input where `path` is None; yields the output in pieces of whole lines, in UTF-8.

    Args:
        progress: is called with the bytes of each piece of the text whose output has been taken.
        objects: whether the lines are JSON objects, as a `Task` has it.

    Raises:
        CorpusError: the file cannot be read, or a line has no column of words, or no object; the message starts with
            `name:line`. WorkerError: a process was killed.
    """
    task, failures = Task(form, source_name(path), columns, objects=objects), list[CorpusError]()
    work = _readable(read_work(path, task), failures)
    jobs = min(jobs, most_pieces(path) or jobs)  # all processes start with the first piece
    with collector_paused():
        for tagged, size in _outputs(tagger, work, jobs):
            yield tagged
            progress(size)
    if failures:
        raise failures[0]


def _readable(work: Iterator[Work], failures: list[CorpusError]) -> Iterator[Work]:
    """The work up to the first error, which goes into `failures`: what came before it is to be put out first."""
    try:
        yield from work
    except CorpusError as error:
        failures.append(error)


def _outputs(tagger: Tagger, work: Iterator[Work], jobs: int) -> Iterator[tuple[bytes, int]]:
    """The outputs in order, each with the size of its piece in bytes; in processes as soon as there are two pieces to
    do at a time."""
    for task, piece in work:
        if jobs > 1 and not piece.awaited and (second := next(work, None)):
            yield from _in_processes(tagger, itertools.chain([(task, piece), second], work), jobs)
        else:
            yield tag_piece(tagger, task, piece), len(piece.data)


def read_work(path: Path | None, task: Task) -> Iterator[Work]:
    """The pieces of a file, each with the task, which knows by then what separates its columns.

    Raises:
        CorpusError: the file cannot be read, has lines that end in carriage returns alone, or is not in columns where
            there should be some.
    """
    pieces = read_pieces(path, by_sentence=task.columns is not None)
    if task.columns is None:
        for piece in pieces:
            if piece.number == 1:
                check_line_ends(piece.data, task.name)
            yield task, piece
    else:
        for piece, delimiter in with_delimiter(pieces, task.columns, task.name):
            yield task._replace(delimiter=delimiter), piece


def _in_processes(tagger: Tagger, work: Iterator[Work], jobs: int) -> Iterator[tuple[bytes, int]]:
    """What `_outputs` gives, by so many processes.

    Just so many pieces are on their way that no process has to wait.
    """
    # A forked process has the model at once; where there is no fork, it is sent.
    forked = "fork" in multiprocessing.get_all_start_methods()
    given = tagger.model, tagger.min_score, os.getpid()
    pool = ProcessPoolExecutor(jobs, multiprocessing.get_context("fork" if forked else "spawn"), _receive, given)
    waiting: deque[tuple[Future[bytes], int]] = deque()
    finished = False
    try:
        for task, piece in work:
            waiting.append((_submit(pool, task, piece), len(piece.data)))
            while waiting and (waiting[0][0].done() or len(waiting) > jobs or piece.awaited):
                yield _first(waiting)
        while waiting:
            yield _first(waiting)
        finished = True
    except BrokenProcessPool as error:
        raise WorkerError(
            "tag: a process was killed (out of memory?). Start again with fewer --jobs, or shorter sentences."
        ) from error
    finally:
        if not finished:  # an error, Ctrl-C, or a reader that has gone: nobody waits for the rest
            for process in list(pool._processes.values()):
                process.kill()  # a process that has only just been forked can miss SIGTERM
        pool.shutdown(cancel_futures=True)


def _submit(pool: ProcessPoolExecutor, task: Task, piece: Piece) -> Future[bytes]:
    try:
        with deaf():  # the processes start with the first call
            return pool.submit(_tag, task, piece)
    except OSError as error:
        raise WorkerError(
            f"tag: cannot start a process: {error.strerror}. Start again with fewer --jobs, or --jobs 1."
        ) from error


def _first(waiting: deque[tuple[Future[bytes], int]]) -> tuple[bytes, int]:
    tagged, size = waiting.popleft()
    return tagged.result(), size


_tagger: Tagger  # of a worker process


def _receive(model: Model, min_score: float, parent: int) -> None:
    global _tagger
    work_for(parent)
    _tagger = Tagger(model, min_score)
    gc.disable()


def _tag(task: Task, piece: Piece) -> bytes:
    return tag_piece(_tagger, task, piece)


def tag_piece(tagger: Tagger, task: Task, piece: Piece) -> bytes:
    """The output for one piece, its lines ended, in UTF-8."""
    tagged = b"".join(_tag_parts(tagger, task, piece))
    return marked(tagged) if piece.number == 1 else tagged


def _tag_parts(tagger: Tagger, task: Task, piece: Piece) -> Iterator[bytes]:
    tagger.scorer.forget()
    share = min(1.0, SCORES / len(tagger.model.corruption.names))
    parts = cut_piece(piece, by_sentence=task.columns is not None, share=share)
    if task.columns is None:
        tag_lines = tag_objects if task.objects else tag_texts
        return (end_lines(tag_lines(tagger, part, task.form, task.name)) for part in parts)
    split = (block_of(part, task.columns, task.name, task.delimiter) for part in parts)
    return tag_columns(tagger, split, task.columns, task.form, task.name)


def end_lines(lines: Iterable[str]) -> bytes:
    """Lines, each ended, in UTF-8."""
    return "\n".join([*lines, ""]).encode()


def tag_texts(tagger: Tagger, part: Piece, form: str, name: str) -> Iterator[str]:
    """Tag raw texts, one a line, each by itself.

    Raises:
        CorpusError: a token that the form cannot hold; the message starts with `name:line`.
    """
    texts = [(text, tagger.model.tokens(text)) for text in part.lines(name)]
    for number, (text, tokens) in enumerate(texts, part.number):
        if form == "conll" and DOCSTART in text:  # what else columns cannot hold are blanks, which are in no token
            check_columns([token.text for token in tokens], f"{name}:{number}")
    for found in tagger.annotate(texts):
        yield from RENDERINGS[form](found, tagger.model.types)


def tag_objects(tagger: Tagger, part: Piece, form: str, name: str) -> Iterator[str]:
    """Tag the texts of JSON objects, one a line; as jsonl the objects come back, with the entities of their texts and
    the tags of their words.

    Raises:
        CorpusError: a line that is no object with a text or words, or with tokens that the form cannot hold; the
            message starts with `name:line`.
    """
    lines = [(f"{name}:{number}", line) for number, line in enumerate(part.lines(name), part.number)]
    objects = [(where, read_object(line, where)) for where, line in lines if line.strip(BLANK)]
    sources = []
    for where, content in objects:
        sources.append(given := given_by(content, where))
        if form == "conll":
            check_columns([token.text for token in given.tokens], where)
    texts = [(one.text, tagger.model.tokens(one.text) if one.kind == "text" else one.tokens) for one in sources]
    whole = [one.kind != "text" for one in sources]  # own tokens are those of a sentence
    for (where, content), given, found in zip(objects, sources, tagger.annotate(texts, whole), strict=True):
        if form == "jsonl":
            yield write_object(with_found(content, given, ents_of(found)), where)
        else:
            yield from RENDERINGS[form](found, tagger.model.types)


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
