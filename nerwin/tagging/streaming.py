"""Tagging files of any length: a piece of the file in, its tagged lines out, several pieces at a time if asked to.

A piece is tagged without a trace of those before it. So the output depends on the input alone, and not on the number of
processes, and memory does not grow with the input.
"""

import gc
import itertools
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from nerwin.collector import collector_paused
from nerwin.corpora.columns import with_delimiter
from nerwin.deafness import deaf
from nerwin.errors import CorpusError, WorkerError
from nerwin.files.lines import check_beginning
from nerwin.files.opening import source_name
from nerwin.files.pieces import Piece, most_pieces, read_pieces
from nerwin.model.model import Model
from nerwin.parallel.orphans import work_for
from nerwin.tagging.renderings import framed
from nerwin.tagging.tagger import Tagger
from nerwin.tagging.task import Tagged, Task, tag_piece

Work = tuple[Task, Piece]


def tag_file(
    tagger: Tagger,
    path: Path | None,
    task: Task,
    jobs: int = 1,
    progress: Callable[[int], object] = lambda size: None,
) -> Iterator[bytes]:
    """Tag a file, or standard input where `path` is None; yields the output in pieces of whole lines, in UTF-8.

    Args:
        progress: is called with the bytes of each piece of the text whose output has been taken.

    Raises:
        CorpusError: the file cannot be read, or a line has no column of words, or no object; the message starts with
            `name:line`. WorkerError: a process was killed.
    """
    return framed(task.form, _tag_pieces(tagger, path, task, jobs, progress))


def _tag_pieces(
    tagger: Tagger, path: Path | None, task: Task, jobs: int, progress: Callable[[int], object]
) -> Iterator[bytes]:
    failures: list[CorpusError] = []
    work = _readable(read_work(path, task._replace(name=source_name(path))), failures)
    jobs = min(jobs, most_pieces(path) or jobs)  # all processes start with the first piece
    with collector_paused():
        for tagged, size in _outputs(tagger, work, jobs):
            yield tagged.output
            if tagged.error:
                raise tagged.error
            progress(size)
    if failures:
        raise failures[0]


def _readable(work: Iterator[Work], failures: list[CorpusError]) -> Iterator[Work]:
    """The work up to the first error, which goes into `failures`: what came before it is to be put out first."""
    try:
        yield from work
    except CorpusError as error:
        failures.append(error)


def _outputs(tagger: Tagger, work: Iterator[Work], jobs: int) -> Iterator[tuple[Tagged, int]]:
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
    if task.columns is None:
        for piece in read_pieces(path, live=True):
            if piece.number == 1 and not piece.awaited:  # a line or two say little of a text's line ends
                check_beginning(piece.data, task.name)
            yield task, piece
    else:
        pieces = read_pieces(path, by_sentence=True)
        for piece, delimiter in with_delimiter(pieces, task.columns, task.name):
            yield task._replace(delimiter=delimiter), piece


def _in_processes(tagger: Tagger, work: Iterator[Work], jobs: int) -> Iterator[tuple[Tagged, int]]:
    """What `_outputs` gives, by so many processes.

    Just so many pieces are on their way that no process has to wait.
    """
    # A forked process has the model at once; where there is no fork, it is sent.
    forked = "fork" in multiprocessing.get_all_start_methods()
    given = tagger.model, tagger.min_score, os.getpid()
    pool = ProcessPoolExecutor(jobs, multiprocessing.get_context("fork" if forked else "spawn"), _receive, given)
    waiting: deque[tuple[Future[Tagged], int]] = deque()
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


def _submit(pool: ProcessPoolExecutor, task: Task, piece: Piece) -> Future[Tagged]:
    try:
        with deaf():  # the processes start with the first call
            return pool.submit(_tag, task, piece)
    except OSError as error:
        raise WorkerError(
            f"tag: cannot start a process: {error.strerror}. Start again with fewer --jobs, or --jobs 1."
        ) from error


def _first(waiting: deque[tuple[Future[Tagged], int]]) -> tuple[Tagged, int]:
    tagged, size = waiting.popleft()
    return tagged.result(), size


_tagger: Tagger  # of a worker process


def _receive(model: Model, min_score: float, parent: int) -> None:
    global _tagger
    work_for(parent)
    _tagger = Tagger(model, min_score)
    gc.disable()


def _tag(task: Task, piece: Piece) -> Tagged:
    return tag_piece(_tagger, task, piece)
