"""Texts tagged range by range, the output of each range a shard on disk until all of them are there.

    tagged.conll.shards/record.json      what is tagged with which model, and the outputs that are finished
    tagged.conll.shards/000012-3f2a90... the output for range 12, named by its own sum

A shard gets its name once it is whole, and the shards become the output in one step. So whatever is killed at whatever
moment, the next start finds whole shards and tags the rest; after the end it finds the outputs and does nothing.
"""

import hashlib
import json
import os
import re
import socket
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import as_completed
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from nerwin.errors import ConfigError, CorpusError, WorkerError, cure
from nerwin.files.fingerprints import Fingerprint, fingerprint_of
from nerwin.parallel.workers import Workers
from nerwin.storage.archive import DamageError, read_json
from nerwin.storage.lock import Lock
from nerwin.storage.replace import replace_file, replacing
from nerwin.tagging.ranges import SAME_FILES, Range, SavedModel, cut_into_ranges, tag_range
from nerwin.tagging.renderings import framed
from nerwin.tagging.task import Task
from nerwin.versions import versions

RECORD = "record.json"
_SHARD = re.compile(r"\d{6,}-[0-9a-f]{64}")
_HALF = ".*.part"  # what a worker that was killed leaves
_CHUNK = 1 << 20  # bytes copied at a time


class FileToTag(NamedTuple):
    """A file to tag, as it is on disk, where its output goes, and its ranges by their numbers."""

    source: Fingerprint
    output: Path
    ranges: dict[int, Range]


class Tagging:
    """Files that are tagged with one model, and the folder that keeps what is done of them.

    Args:
        files: each with its output; several outputs are in one folder.

    Raises:
        CorpusError: a file cannot be read, or holds a line that is too long.
    """

    def __init__(self, files: Sequence[tuple[Path, Path]], model: SavedModel, task: Task) -> None:
        self.folder = _shards_folder([output for _, output in files])
        self.texts: list[FileToTag] = []
        self.size, self.model, self._form = 0, model, task.form
        for path, output in files:
            source, ranges = cut_into_ranges(path, task)
            self.texts.append(FileToTag(source, output, dict(enumerate(ranges, self.size))))
            self.size += len(ranges)
        plan = {
            **versions(),
            "model": model.sha256,
            "min_score": model.min_score,
            "form": task.form,
            "columns": task.columns,
            "objects": task.objects,
            # Their order numbers the ranges.
            "texts": [(text.output.name, text.source._asdict()) for text in self.texts],
        }
        self._plan = json.loads(json.dumps(plan))  # as it is read again
        self._finished: dict[str, Any] = {}  # the sums and sizes of the outputs that are whole

    def run(self, workers: Workers) -> Generator[int, None, None]:
        """Tag the ranges that have no shard yet, and put the outputs together; yields how many ranges are done so far.

        Raises:
            ConfigError: the folder keeps shards of other work. ModelError: another process is at work there.
            WorkerError: a worker is lost, or has not the same files. CorpusError: a line without a word, or an output
                that cannot be written. Whatever it is, the shards stay.
        """
        try:
            with Lock(self.folder):
                yield from self._run(workers)
        finally:
            with suppress(OSError):  # not empty: shards are kept
                self.folder.rmdir()

    def _run(self, workers: Workers) -> Iterator[int]:
        self._begin()
        left = [text for text in self.texts if not self._is_finished(text)]
        text_of = {number: text for text in left for number in text.ranges}
        shards = self._whole_shards()
        missing = [number for number in text_of if number not in shards]
        done = self.size - len(missing)
        yield done
        for text in left:
            self._join(text, shards)
        if missing:
            with workers as pool:
                self._write_record()
                place = self.folder.absolute()
                calls = {
                    pool.submit(tag_shard, place, number, self.model, text_of[number].ranges[number]): number
                    for number in missing
                }
                for call in as_completed(calls):
                    number = calls[call]
                    shards[number] = self._received(call.result())
                    self._join(text_of[number], shards)
                    done += 1
                    yield done
        self._remove([*self._shards(), *self.folder.glob(_HALF)])

    def _begin(self) -> None:
        """See what an earlier start has left.

        Raises:
            ConfigError: shards of another text, model or form, which nobody should lose unasked.
        """
        path = self.folder / RECORD
        try:
            record = read_json(path)
            before, finished = dict(record["plan"]), dict(record["finished"])
            done = {name for name, _ in before["texts"]} <= finished.keys()
        except FileNotFoundError as error:
            if self._shards():
                raise ConfigError(
                    f"{path}: expected the record of the shards in this folder, found none. Remove {self.folder} to "
                    "begin anew, or choose another --output."
                ) from error
            return
        except (OSError, DamageError, KeyError, TypeError, ValueError) as error:
            raise ConfigError(
                f"{path}: expected a record as nerwin writes it, found another ({error}). "
                f"Remove {self.folder} to begin anew."
            ) from error
        if before == self._plan:
            self._finished = finished
        elif done:
            self._remove(self._shards())  # killed before it had cleared up
        elif self._shards():
            names = ", ".join(key for key in self._plan if before.get(key) != self._plan[key])
            raise ConfigError(
                f"{self.folder}: expected shards of the same work, found some of another {names}. "
                "Finish that work, remove the folder to begin anew, or choose another --output."
            )

    def _shards(self) -> list[Path]:
        return [path for path in self.folder.iterdir() if _SHARD.fullmatch(path.name)]

    def _is_finished(self, text: FileToTag) -> bool:
        """Whether an output is there, and as it was written."""
        expected = self._finished.get(text.output.name)
        return expected is not None and text.output.is_file() and fingerprint_of(text.output)._asdict() == expected

    def _whole_shards(self) -> dict[int, Path]:
        """The shards of an earlier start by their numbers, without damaged ones."""
        found = {}
        for path in self._shards():
            number, _, digest = path.name.partition("-")
            if fingerprint_of(path).sha256 == digest:
                found[int(number)] = path
        return found

    def _received(self, name: str) -> Path:
        """The shard that a worker has written.

        Raises:
            WorkerError: it is not in this folder, so the worker's folder is another one.
        """
        path = self.folder / name
        if not path.is_file():
            raise WorkerError(f"{path}: expected the shard that a worker has written, found none. {SAME_FILES}")
        return path

    def _join(self, text: FileToTag, shards: Mapping[int, Path]) -> None:
        """Write an output, if all of its shards are there."""
        if not all(number in shards for number in text.ranges):
            return
        paths = [shards[number] for number in text.ranges]
        place = Path(os.path.realpath(text.output))  # of a link, where it leads
        with self._writing(text.output), replacing(place) as stream:
            stream.writelines(framed(self._form, self._contents(paths)))
        self._finished[text.output.name] = fingerprint_of(place)._asdict()
        self._write_record()
        self._remove(paths)

    def _contents(self, paths: Iterable[Path]) -> Iterator[bytes]:
        """The shards' contents in a row.

        Raises:
            WorkerError: one is damaged; the next start makes it anew.
        """
        for path in paths:
            digest = hashlib.sha256()
            with path.open("rb") as stream:
                while data := stream.read(_CHUNK):
                    digest.update(data)
                    yield data
            if not path.name.endswith(digest.hexdigest()):
                raise WorkerError(f"{path}: expected the sha256 in its name, found another. Start again.")

    def _write_record(self) -> None:
        record = {"plan": self._plan, "finished": self._finished}
        with self._writing(self.folder / RECORD):
            replace_file(self.folder / RECORD, (json.dumps(record, indent=1) + "\n").encode())

    @contextmanager
    def _writing(self, path: Path) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise CorpusError(
                f"{path}: cannot write: {error.strerror}. {cure(error)} and start again; "
                f"what is tagged is kept in {self.folder}."
            ) from error

    def _remove(self, paths: Iterable[Path]) -> None:
        for path in paths:
            path.unlink(missing_ok=True)


def _shards_folder(outputs: Sequence[Path]) -> Path:
    """Where the shards are kept: beside the only output, or with several in their folder."""
    first, *others = outputs
    return first.parent / ".shards" if others else first.with_name(f"{first.name}.shards")


def tag_shard(folder: Path, number: int, model: SavedModel, byte_range: Range) -> str:
    """Tag a range, on whatever machine this is, and write its shard into the folder; gives the shard's name.

    Raises:
        WorkerError: no such model, file or folder here. CorpusError: a line without a word.
    """
    # A range that was thought lost may be tagged twice at a time; both get the same name for the same bytes.
    half = folder / f".{number:06}-{socket.gethostname()}-{os.getpid()}.part"
    digest = hashlib.sha256()
    try:
        with half.open("wb") as stream:
            for data in tag_range(model, byte_range):
                digest.update(data)
                stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        name = f"{number:06}-{digest.hexdigest()}"
        os.replace(half, folder / name)
    except OSError as error:
        raise WorkerError(
            f"{folder}: cannot write a shard: {error.strerror}. Every machine must be able to write to this folder."
        ) from error
    finally:
        with suppress(OSError):
            half.unlink()
    return name
