"""A file in byte ranges that can be tagged on any machine that sees it, with the bytes that one process would give.

A range travels as names and numbers, never as text: whoever gets it reads its bytes, and knows by their sum that they
are the right ones. Ranges end where pieces do. A gzip file, which nobody can begin in the middle, is one range.
"""

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from nerwin.collector import collector_paused
from nerwin.errors import ModelError, WorkerError
from nerwin.files.fingerprints import Fingerprint, fingerprint_of
from nerwin.files.opening import is_gzip, reading, source_name
from nerwin.files.pieces import Piece
from nerwin.storage.folders import MANIFEST
from nerwin.tagging.streaming import Work, read_work
from nerwin.tagging.tagger import Tagger, load
from nerwin.tagging.task import Task, tag_piece

SAME_FILES = "Every machine must see the same files under the same paths."


class Range(NamedTuple):
    """Bytes `start` to `end` of a file, their sum, the number of their first line, and what is to be done with them."""

    task: Task
    path: Path
    start: int
    end: int
    line: int
    sha256: str


class SavedModel(NamedTuple):
    """A model folder, and the sum of its manifest, which names the sums of all else; what else its tagger is told."""

    folder: Path
    sha256: str
    min_score: float


def saved_model(folder: Path, min_score: float) -> SavedModel:
    """The model as it now stands in a folder.

    Raises:
        ModelError: there is none.
    """
    return SavedModel(folder.absolute(), _sum_of_model(folder), min_score)


def _sum_of_model(folder: Path) -> str:
    try:
        return hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(f"{folder / MANIFEST}: cannot read the model: {error.strerror}. Check the path.") from error


def cut_into_ranges(path: Path, task: Task) -> tuple[Fingerprint, list[Range]]:
    """The ranges of a file, for which it is read once, and the sum of the whole.

    Raises:
        CorpusError: the file cannot be read, or holds a line that is too long.
    """
    place, task = path.absolute(), task._replace(name=source_name(path))
    with reading(str(path)):
        packed = is_gzip(path)
    if packed:
        source = fingerprint_of(path)
        return source, [Range(task, place, 0, source.bytes, 1, source.sha256)]
    whole, start, ranges = hashlib.sha256(), 0, []
    for settled, piece in read_work(path, task):
        whole.update(piece.data)
        end = start + len(piece.data)
        ranges.append(Range(settled, place, start, end, piece.number, hashlib.sha256(piece.data).hexdigest()))
        start = end
    return Fingerprint(whole.hexdigest(), start), ranges


def tag_range(model: SavedModel, byte_range: Range) -> Iterator[bytes]:
    """The output for a range, in pieces of whole lines, in UTF-8.

    Raises:
        WorkerError: this machine has no such model or file, or another one. CorpusError: a line without a word.
    """
    tagger = _tagger(model)
    with collector_paused():
        for settled, piece in _pieces(byte_range):
            tagged = tag_piece(tagger, settled, piece)
            if tagged.error:
                raise tagged.error
            yield tagged.output


@lru_cache(maxsize=1)  # the command's one model stays in memory between its ranges
def _tagger(model: SavedModel) -> Tagger:
    try:
        tagger = load(model.folder, model.min_score)
        found = _sum_of_model(model.folder)
    except ModelError as error:
        raise WorkerError(
            f"{model.folder}: expected the model with sha256 {model.sha256}, found none ({error}) {SAME_FILES}"
        ) from error
    _check_sum(model.folder / MANIFEST, model.sha256, found)
    return tagger


def _pieces(byte_range: Range) -> Iterator[Work]:
    """The pieces of a range, with their tasks: one, or those of a gzip file."""
    try:
        if is_gzip(byte_range.path):
            _check_sum(byte_range.path, byte_range.sha256, fingerprint_of(byte_range.path).sha256)
            return read_work(byte_range.path, byte_range.task)
        with byte_range.path.open("rb") as stream:
            stream.seek(byte_range.start)
            data = stream.read(byte_range.end - byte_range.start)
    except OSError as error:
        raise WorkerError(f"{byte_range.path}: cannot read the file: {error.strerror}. {SAME_FILES}") from error
    _check_sum(
        f"{byte_range.path}, bytes {byte_range.start:,} to {byte_range.end:,}",
        byte_range.sha256,
        hashlib.sha256(data).hexdigest(),
    )
    return iter([(byte_range.task, Piece(byte_range.line, data))])


def _check_sum(what: Path | str, expected: str, found: str) -> None:
    if found != expected:
        raise WorkerError(f"{what}: expected sha256 {expected}, found {found}. {SAME_FILES}")
