"""Texts tagged in shards: the bytes of one process, nothing done twice, nothing half written, other work refused."""

import errno
import gzip
import hashlib
import json
import os
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from nerwin.corpora.columns import Columns
from nerwin.errors import ConfigError, CorpusError, ModelError, NerwinError, WorkerError
from nerwin.files import pieces
from nerwin.parallel.cluster import cluster
from nerwin.parallel.workers import Workers, processes
from nerwin.storage.lock import Lock
from nerwin.storage.replace import replace_file
from nerwin.tagging import ranges, shards
from nerwin.tagging.ranges import Range, SavedModel, cut_into_ranges, saved_model
from nerwin.tagging.renderings import HTML_HEAD
from nerwin.tagging.shards import RECORD, Tagging
from nerwin.tagging.streaming import tag_file
from nerwin.tagging.tagger import Tagger, load
from nerwin.tagging.task import Task
from nerwin.versions import versions
from tests.test_streaming import FORMAT, long_file
from tests.village import trained_run

SIZE = 500  # bytes of a piece here


@contextmanager
def one_thread() -> Iterator[Executor]:
    """A worker in this process, which gives up with the first that fails, as a cluster does."""
    with ThreadPoolExecutor(1) as pool:
        try:
            yield pool
        finally:
            pool.shutdown(cancel_futures=True)


@contextmanager
def nobody() -> Iterator[Executor]:
    raise AssertionError("there should be nothing left to do")
    yield


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = ["training.epochs=6", "objective.corruption=sequence", 'features={"ngrams": 3}']
    return trained_run(tmp_path_factory.mktemp("village"), *settings) / "best"


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "SIZE", SIZE)
    ranges._tagger.cache_clear()


def tagging(
    model: Path,
    *files: Path,
    form: str = "conll",
    columns: Columns | None = FORMAT,
    min_score: float = 0,
    objects: bool = False,
) -> Tagging:
    """The work of tagging files, each into one of the same name that ends in .out."""
    outputs = [(path, path.with_suffix(".out")) for path in files]
    return Tagging(outputs, saved_model(model, min_score), Task(form, columns, objects))


def alone(model: Path, path: Path, form: str = "conll", columns: Columns | None = FORMAT) -> bytes:
    """What one process writes."""
    return b"".join(tag_file(load(model), path, Task(form, columns)))


def short_file(folder: Path) -> Path:
    path = folder / "short.conll"
    path.write_text("Mira\tO\nleft\tO\n")
    return path


def finish(work: Tagging, workers: Workers | None = None) -> list[int]:
    return list(work.run(workers or one_thread()))


def begin(work: Tagging, count: int) -> None:
    """Work until so many more ranges are done, then stop as Ctrl-C does."""
    counts = work.run(one_thread())
    for _ in range(count + 1):
        next(counts)
    counts.close()


def kept(work: Tagging) -> list[str]:
    return sorted(path.name for path in work.folder.iterdir())


@pytest.mark.parametrize("form", ["conll", "jsonl", "inline"])
@pytest.mark.parametrize("columns", [FORMAT, None])
def test_the_bytes_are_those_of_one_process(model: Path, tmp_path: Path, form: str, columns: Columns | None) -> None:
    path = long_file(tmp_path)
    work = tagging(model, path, form=form, columns=columns)
    assert work.size > 10
    assert finish(work) == list(range(work.size + 1))
    assert path.with_suffix(".out").read_bytes() == alone(model, path, form, columns)
    assert kept(work) == [RECORD]


def test_processes_do_the_same(model: Path, tmp_path: Path) -> None:
    path = long_file(tmp_path)
    finish(tagging(model, path), processes(2))
    assert path.with_suffix(".out").read_bytes() == alone(model, path)


def test_a_gzip_file_is_one_range(model: Path, tmp_path: Path) -> None:
    plain, packed = long_file(tmp_path), tmp_path / "packed.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    work = tagging(model, packed)
    assert finish(work) == [0, 1]
    assert packed.with_suffix(".out").read_bytes() == alone(model, plain)


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"Mira", b"\xef\xbb\xbfMira\tX\r\n\r\nleft\tX", b"-DOCSTART- O\n\na b\tO\n\n"]
)
def test_odd_files_are_as_from_one_process(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    monkeypatch.setattr(pieces, "SIZE", 3)
    path = tmp_path / "odd"
    path.write_bytes(content)
    finish(tagging(model, path))
    assert (tmp_path / "odd.out").read_bytes() == alone(model, path)


def test_ranges_are_the_file_without_gaps(tmp_path: Path) -> None:
    path = long_file(tmp_path)
    source, found = cut_into_ranges(path, Task("conll", FORMAT))
    assert [one.start for one in found[1:]] == [one.end for one in found[:-1]]
    assert (found[0].start, found[-1].end) == (0, source.bytes) == (0, path.stat().st_size)
    assert {one.task.delimiter for one in found} == {"\t"}


def test_several_texts_share_the_workers_and_what_stands_around_them(model: Path, tmp_path: Path) -> None:
    one, other, empty = long_file(tmp_path), tmp_path / "other.conll", tmp_path / "empty.conll"
    other.write_text("Mira\n\nleft\n")
    empty.touch()
    finish(tagging(model, one, other, empty, form="html"))
    for path in (one, other, empty):
        found = path.with_suffix(".out").read_bytes()
        assert found == alone(model, path, "html")
        assert found.startswith(HTML_HEAD.encode())


def test_the_shards_of_a_text_go_once_it_is_whole(model: Path, tmp_path: Path) -> None:
    """Else several texts would stand on the disk twice until the last of them is tagged."""
    one, other = long_file(tmp_path), tmp_path / "other.conll"
    other.write_bytes(one.read_bytes())
    work = tagging(model, one, other)
    with closing(work.run(one_thread())) as counts:
        while not one.with_suffix(".out").exists():
            next(counts)
        left = {int(path.name.partition("-")[0]) for path in work.folder.glob("0*")}
        assert not left & set(work.texts[0].ranges)


def test_workers_are_told_where_everything_is_wherever_they_run(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long_file(tmp_path)
    (tmp_path / "model").symlink_to(model)
    monkeypatch.chdir(tmp_path)
    told: list[Path] = []
    original = shards.tag_shard

    def noted(folder: Path, number: int, model: SavedModel, byte_range: Range) -> str:
        told.extend((folder, model.folder, byte_range.path))
        return original(folder, number, model, byte_range)

    monkeypatch.setattr(shards, "tag_shard", noted)
    finish(tagging(Path("model"), Path("long.conll")))
    assert set(told) == {tmp_path / one for one in ("long.out.shards", "model", "long.conll")}


def test_a_worker_reads_the_model_once(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[Path] = []

    def noted(folder: Path, min_score: float) -> Tagger:
        loads.append(folder)
        return load(folder, min_score)

    monkeypatch.setattr(ranges, "load", noted)
    work = tagging(model, long_file(tmp_path))
    assert work.size > 1
    finish(work)
    assert loads == [model]


def test_a_shard_is_on_the_disk_as_a_whole_before_it_gets_its_name(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a power cut could leave one that is cut off."""
    (byte_range,) = cut_into_ranges(short_file(tmp_path), Task("conll", FORMAT))[1]
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda file: synced.append(os.fstat(file).st_size))
    name = shards.tag_shard(tmp_path, 0, saved_model(model, 0), byte_range)
    assert synced == [(tmp_path / name).stat().st_size] != [0]


# A second start


def test_while_one_process_is_at_work_another_is_refused(model: Path, tmp_path: Path) -> None:
    work = tagging(model, short_file(tmp_path))
    with Lock(work.folder), pytest.raises(ModelError, match=r"short\.out\.shards: "):
        finish(work, nobody())


def test_a_record_without_shards_stands_in_nobodys_way(model: Path, tmp_path: Path) -> None:
    """As workers leave it that were stopped before the first shard."""
    path = long_file(tmp_path)
    work = tagging(model, path)
    begin(work, 1)
    for shard in work.folder.glob("0*"):
        shard.unlink()
    finish(other_form(model, path))
    assert path.with_suffix(".out").read_bytes() == alone(model, path, "jsonl")


def test_after_the_end_a_second_start_does_nothing(model: Path, tmp_path: Path) -> None:
    path = long_file(tmp_path)
    finish(tagging(model, path))
    output = path.with_suffix(".out")
    before = output.stat()
    work = tagging(model, path)
    assert finish(work, nobody()) == [work.size]
    assert (output.stat().st_ino, output.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert kept(work) == [RECORD]


def test_a_second_start_tags_what_is_missing(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = long_file(tmp_path)
    work = tagging(model, path)
    begin(work, 3)
    assert not path.with_suffix(".out").exists()
    (work.folder / ".000009-elsewhere-7.part").write_bytes(b"half")
    whole = len([name for name in kept(work) if name[0].isdigit()])
    assert 3 <= whole < work.size
    tagged: list[int] = []
    original = shards.tag_shard

    def noted(folder: Path, number: int, *rest: Any) -> str:
        tagged.append(number)
        return original(folder, number, *rest)

    monkeypatch.setattr(shards, "tag_shard", noted)
    again = tagging(model, path)
    assert finish(again)[0] == whole
    assert len(tagged) == len(set(tagged)) == work.size - whole
    assert path.with_suffix(".out").read_bytes() == alone(model, path)
    assert kept(again) == [RECORD]


def test_a_damaged_shard_is_made_anew(model: Path, tmp_path: Path) -> None:
    path = long_file(tmp_path)
    work = tagging(model, path)
    begin(work, 5)
    shard = min(work.folder.glob("0*"))
    shard.write_bytes(shard.read_bytes().replace(b"O", b"0"))
    finish(tagging(model, path))
    assert path.with_suffix(".out").read_bytes() == alone(model, path)


def test_a_shard_that_is_damaged_before_it_is_joined_is_made_anew(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = long_file(tmp_path)
    original = Tagging._received

    def damaged(self: Tagging, name: str) -> Path:
        received = original(self, name)
        if name.startswith("000002-"):
            received.write_bytes(b"something else")
        return received

    monkeypatch.setattr(Tagging, "_received", damaged)
    work = tagging(model, path)
    with pytest.raises(WorkerError, match=r"000002-\w+: expected the sha256 in its name, found another"):
        finish(work)
    assert not path.with_suffix(".out").exists()
    monkeypatch.undo()
    monkeypatch.setattr(pieces, "SIZE", SIZE)
    assert finish(tagging(model, path))[0] == work.size - 1
    assert path.with_suffix(".out").read_bytes() == alone(model, path)


@pytest.mark.parametrize("harm", [lambda path: path.unlink(), lambda path: path.write_bytes(b"mine")])
def test_an_output_that_is_gone_or_changed_is_made_anew(model: Path, tmp_path: Path, harm: Any) -> None:
    path = long_file(tmp_path)
    finish(tagging(model, path))
    harm(path.with_suffix(".out"))
    finish(tagging(model, path))
    assert path.with_suffix(".out").read_bytes() == alone(model, path)


def other_form(model: Path, path: Path) -> Tagging:
    return tagging(model, path, form="jsonl")


def other_text(model: Path, path: Path) -> Tagging:
    path.write_bytes(path.read_bytes().replace(b"rain", b"snow"))
    return tagging(model, path)


def other_model(model: Path, path: Path) -> Tagging:
    manifest = model / "model.json"
    whole = manifest.read_bytes()
    try:
        manifest.write_bytes(whole + b"\n")
        return tagging(model, path)
    finally:
        manifest.write_bytes(whole)


def other_score(model: Path, path: Path) -> Tagging:
    return tagging(model, path, min_score=0.9)


def other_columns(model: Path, path: Path) -> Tagging:
    return tagging(model, path, columns=None)


def other_input(model: Path, path: Path) -> Tagging:
    return tagging(model, path, objects=True)


def other_version(model: Path, path: Path) -> Tagging:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shards, "versions", lambda: versions() | {"nerwin": "0.0.1"})
        return tagging(model, path)


@pytest.mark.parametrize(
    ("other", "name"),
    [
        (other_version, "nerwin"),
        (other_input, "objects"),
        (other_form, "form"),
        (other_text, "texts"),
        (other_model, "model"),
        (other_score, "min_score"),
        (other_columns, "columns"),
    ],
)
def test_shards_of_other_work_are_refused_and_kept(model: Path, tmp_path: Path, other: Any, name: str) -> None:
    path = long_file(tmp_path)
    work = tagging(model, path)
    begin(work, 3)
    before = kept(work)
    with pytest.raises(ConfigError, match=rf"long\.out\.shards: expected shards of the same work, .* another {name}\."):
        finish(other(model, path), nobody())
    assert kept(work) == before


def test_texts_in_another_order_are_other_work(model: Path, tmp_path: Path) -> None:
    one, other = long_file(tmp_path), tmp_path / "other.conll"
    other.write_text("Mira\n\nleft\n")
    begin(tagging(model, one, other), 3)
    work = tagging(model, other, one)
    with pytest.raises(ConfigError, match="another texts"):
        finish(work, nobody())


def test_shards_that_finished_work_has_left_are_taken_away(model: Path, tmp_path: Path) -> None:
    path = long_file(tmp_path)
    work = tagging(model, path)
    finish(work)
    left = work.folder / f"000000-{hashlib.sha256(b'').hexdigest()}"  # whole, and of another form
    left.touch()
    finish(tagging(model, path), nobody())
    assert kept(work) == [RECORD]
    left.touch()
    finish(other_form(model, path))
    assert kept(work) == [RECORD]
    assert path.with_suffix(".out").read_bytes() == alone(model, path, "jsonl")


def test_after_the_end_other_work_begins_anew(model: Path, tmp_path: Path) -> None:
    path = long_file(tmp_path)
    finish(tagging(model, path))
    finish(tagging(model, path, form="inline"))
    assert path.with_suffix(".out").read_bytes() == alone(model, path, "inline")


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"plan": {}, "finished": 2}', '{"plan": 1, "finished": {}}', "\x00"]
)
def test_a_damaged_record_is_an_error(model: Path, tmp_path: Path, content: str) -> None:
    path = long_file(tmp_path)
    work = tagging(model, path)
    work.folder.mkdir()
    (work.folder / RECORD).write_text(content)
    with pytest.raises(ConfigError, match=r"record\.json: expected a record as nerwin writes it"):
        finish(work, nobody())


def test_shards_without_their_record_are_not_taken_for_this_work(model: Path, tmp_path: Path) -> None:
    work = tagging(model, long_file(tmp_path))
    work.folder.mkdir()
    content = b"other work"
    shard = work.folder / f"000000-{hashlib.sha256(content).hexdigest()}"
    shard.write_bytes(content)
    with pytest.raises(
        ConfigError, match=r"record\.json: expected the record of the shards in this folder, found none"
    ):
        finish(work, nobody())
    assert shard.read_bytes() == content


# What a worker may meet


def check_refused(work: Tagging, error: type[NerwinError], message: str) -> None:
    """One clear error, no output, nothing half written."""
    with pytest.raises(error, match=message) as caught:
        finish(work)
    assert "\n" not in str(caught.value)
    assert not work.texts[0].output.exists()
    assert not list(work.texts[0].output.parent.rglob("*.part"))


def test_a_text_that_is_another_one_there(model: Path, tmp_path: Path) -> None:
    path = long_file(tmp_path)
    work = tagging(model, path)
    path.write_bytes(path.read_bytes()[:-700] + b"x" * 700)
    check_refused(work, WorkerError, r"long\.conll, bytes [\d,]+ to [\d,]+: expected sha256 \w{64}, found \w{64}\.")
    assert any(name.startswith("000000-") for name in kept(work))


def test_a_packed_text_that_is_another_one_there(model: Path, tmp_path: Path) -> None:
    path = long_file(tmp_path)
    plain = path.read_bytes()
    path.write_bytes(gzip.compress(plain))
    work = tagging(model, path)
    path.write_bytes(gzip.compress(plain[:-700]))
    check_refused(work, WorkerError, r"long\.conll: expected sha256 \w{64}, found \w{64}\.")


@pytest.mark.parametrize("packed", [False, True])
def test_a_text_that_is_not_there(model: Path, tmp_path: Path, packed: bool) -> None:
    path = long_file(tmp_path)
    if packed:
        path.write_bytes(gzip.compress(path.read_bytes()))
    work = tagging(model, path)
    path.unlink()
    check_refused(work, WorkerError, r"long\.conll: cannot read the file: No such file or directory\. Every machine")


def test_a_model_that_is_another_one_there(model: Path, tmp_path: Path) -> None:
    check_refused(
        other_model(model, long_file(tmp_path)),
        WorkerError,
        r"best/model\.json: expected sha256 \w{64}, found \w{64}\.",
    )


def test_a_model_that_is_not_there(model: Path, tmp_path: Path) -> None:
    work = tagging(model, long_file(tmp_path))
    work.model = work.model._replace(folder=tmp_path / "nowhere")
    check_refused(work, WorkerError, r"nowhere: expected the model with sha256 \w{64}, found none .* Every machine")


def test_a_shard_that_cannot_be_written(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = tagging(model, long_file(tmp_path))
    begin(work, 2)
    before = kept(work)

    def full(file: int) -> None:
        if threading.current_thread() is not threading.main_thread():  # for the worker alone
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    check_refused(work, WorkerError, r"long\.out\.shards: cannot write a shard: No space left on device\.")
    assert kept(work) == before


def test_a_worker_whose_folder_is_another_one(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = tagging(model, long_file(tmp_path))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    original = shards.tag_shard
    monkeypatch.setattr(shards, "tag_shard", lambda folder, *rest: original(elsewhere, *rest))
    check_refused(work, WorkerError, "expected the shard that a worker has written, found none. Every machine must see")


def test_a_line_without_a_word_is_named_and_the_rest_is_kept(model: Path, tmp_path: Path) -> None:
    path = tmp_path / "bad.conll"
    path.write_text("a\tx\n\n" * 300 + "b\n\n" + "c\tx\n\n" * 10, encoding="utf-8")
    work = tagging(model, path, columns=Columns(word=1))
    check_refused(work, CorpusError, r"bad\.conll:601: expected a word in column 1")
    assert any(name.startswith("000000-") for name in kept(work))


def test_an_output_that_cannot_be_written_costs_no_shard(model: Path, tmp_path: Path) -> None:
    path = long_file(tmp_path)
    output = path.with_suffix(".out")
    output.mkdir()
    work = tagging(model, path)
    with pytest.raises(
        CorpusError, match=r"long\.out: cannot write: Is a directory.* is kept in .*long\.out\.shards\."
    ):
        finish(work)
    output.rmdir()
    again = tagging(model, path)
    assert finish(again, nobody()) == [again.size]
    assert output.read_bytes() == alone(model, path)


def test_a_record_that_cannot_be_written_costs_no_shard(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = long_file(tmp_path)

    def full(record: Path, content: bytes) -> None:
        if json.loads(content)["finished"]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        replace_file(record, content)

    with monkeypatch.context() as patch:
        patch.setattr(shards, "replace_file", full)
        with pytest.raises(CorpusError, match=r"record\.json: cannot write: No space left on device"):
            finish(tagging(model, path))
    again = tagging(model, path)
    assert finish(again, nobody()) == [again.size]
    assert path.with_suffix(".out").read_bytes() == alone(model, path)


def test_an_output_that_is_a_link_stays_one(model: Path, tmp_path: Path) -> None:
    path = long_file(tmp_path)
    place = tmp_path / "elsewhere"
    place.write_text("old")
    path.with_suffix(".out").symlink_to(place)
    finish(tagging(model, path))
    assert path.with_suffix(".out").is_symlink()
    assert place.read_bytes() == alone(model, path)


def test_workers_that_do_not_start_leave_nothing(model: Path, tmp_path: Path) -> None:
    path = long_file(tmp_path)
    work = tagging(model, path)
    with pytest.raises(AssertionError, match="nothing left to do"):
        finish(work, nobody())
    assert not work.folder.exists()


def test_dask_is_asked_for_by_name_where_it_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(ConfigError, match=r'expected the extra "dask", .* Install it \(README\)'),
        cluster(None, 1),
    ):
        pass
