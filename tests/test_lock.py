"""A folder that one process at a time writes to."""

import errno
import fcntl
import multiprocessing
import os
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from nerwin.errors import ModelError
from nerwin.storage.folders import LOCK
from nerwin.storage.lock import TRIES, Lock, check_free, wait_until_free
from tests.commands import nerwin
from tests.village import trained_run


def _hold(folder: Path, ready: Connection) -> None:
    with Lock(folder):
        ready.send(True)
        signal.pause()


@contextmanager
def held(folder: Path) -> Iterator[int]:
    """Another process holds the folder; its number. It is killed at the end."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()
    process = context.Process(target=_hold, args=(folder, there))
    process.start()
    assert here.recv()
    assert process.pid is not None
    try:
        yield process.pid
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.join()


def test_a_second_process_is_told_who_holds_a_folder(tmp_path: Path) -> None:
    with held(tmp_path) as owner:
        with pytest.raises(ModelError, match=rf"expected a folder not in use, found process {owner} on ") as caught:
            Lock(tmp_path).__enter__()
        assert str(caught.value).startswith(f"{tmp_path}: ")
        with pytest.raises(ModelError, match="not in use"):
            wait_until_free(tmp_path, 0.1)


def test_what_a_lock_file_says_is_one_printable_line(tmp_path: Path) -> None:
    with held(tmp_path):
        (tmp_path / LOCK).write_bytes(b"\x1b[31mmine\nand yours\xff\0")
        with pytest.raises(ModelError) as caught:
            check_free(tmp_path)
    assert str(caught.value).isprintable()


def test_what_a_killed_process_held_is_free(tmp_path: Path) -> None:
    with held(tmp_path):
        pass
    assert (tmp_path / LOCK).exists()
    check_free(tmp_path)
    with Lock(tmp_path):
        pass
    assert not (tmp_path / LOCK).exists()


def test_a_link_in_the_place_of_the_lock_leads_to_no_other_file(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("precious")
    (tmp_path / LOCK).symlink_to(other)
    with pytest.raises(ModelError) as caught:
        check_free(tmp_path)
    assert str(caught.value) == f"{tmp_path / LOCK}: expected a lock, found a link, which may lead anywhere. Remove it."
    assert other.read_text() == "precious"


def test_of_a_lock_file_that_was_left_nothing_stays(tmp_path: Path) -> None:
    (tmp_path / LOCK).write_text("process 1 on a machine with a long name\n" * 9)
    with Lock(tmp_path):
        assert (tmp_path / LOCK).read_text() == f"process {os.getpid()} on {socket.gethostname()}\n"


@pytest.mark.parametrize("again", [False, True])
def test_a_lock_file_that_its_owner_has_just_taken_away_locks_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, again: bool
) -> None:
    """Between its opening and its locking; a third process may have made another one."""
    lock = fcntl.flock

    def late(file: int, how: int) -> None:
        (tmp_path / LOCK).unlink()
        if again:
            (tmp_path / LOCK).touch()
        lock(file, how)

    monkeypatch.setattr(fcntl, "flock", late)
    with pytest.raises(ModelError, match="expected a folder not in use"):
        Lock(tmp_path).__enter__()
    assert (tmp_path / LOCK).exists() == again


def test_who_only_looks_whether_a_folder_is_free_does_not_keep_its_owner_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ExitStack() as looking:
        looking.enter_context(Lock(tmp_path))
        monkeypatch.setattr(time, "sleep", lambda seconds: looking.close())
        with Lock(tmp_path):
            assert (tmp_path / LOCK).exists()


def test_a_lock_that_is_not_free_leaves_no_file_open(tmp_path: Path) -> None:
    with held(tmp_path):
        before = _next_descriptor()
        with pytest.raises(ModelError):
            check_free(tmp_path)
        assert _next_descriptor() == before


def _next_descriptor() -> int:
    file = os.open(os.devnull, os.O_RDONLY)
    os.close(file)
    return file


def test_leaving_leaves_no_file_open_even_where_nothing_can_be_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    before = _next_descriptor()
    monkeypatch.setattr(Path, "unlink", refused)
    with Lock(tmp_path):
        assert _next_descriptor() != before
    assert _next_descriptor() == before
    check_free(tmp_path)


def test_on_a_full_disk_a_lock_holds_without_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(file: int, content: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", full)
    with Lock(tmp_path), pytest.raises(ModelError, match="not in use, found another process at work there"):
        check_free(tmp_path)


def test_a_process_that_ends_in_time_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as owner:
        owner.enter_context(Lock(tmp_path))
        sleeps = iter(range(2 * TRIES))
        monkeypatch.setattr(time, "sleep", lambda seconds: None if next(sleeps) < TRIES else owner.close())
        wait_until_free(tmp_path, 60)
        assert not (tmp_path / LOCK).exists()


def test_a_lock_is_given_back_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), Lock(tmp_path / "new"):
        raise ZeroDivisionError
    check_free(tmp_path / "new")


@pytest.mark.parametrize("begun_anew", [False, True])
def test_a_folder_that_was_taken_away_is_held_no_more(tmp_path: Path, begun_anew: bool) -> None:
    folder = tmp_path / "run"
    with ExitStack() as other:
        with Lock(folder) as lock:
            lock.check()
            shutil.rmtree(folder)
            if begun_anew:
                other.enter_context(Lock(folder)).check()
            with pytest.raises(ModelError, match="run: expected the folder that this process holds, found it or its "):
                lock.check()
        assert (folder / LOCK).exists() == begun_anew


def test_a_folder_that_is_not_there_is_free_and_is_not_made(tmp_path: Path) -> None:
    check_free(tmp_path / "absent")
    assert not (tmp_path / "absent").exists()
    check_free(tmp_path / (300 * "x"))  # a name that no folder can have


def test_a_disk_without_locks_is_not_taken_for_one_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def without(file: int, how: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", without)
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").is_dir() else 0
    for _ in range(20):
        with pytest.raises(ModelError, match="cannot lock the folder: No locks available"), Lock(tmp_path):
            pass
    assert not before or len(os.listdir("/proc/self/fd")) < before + 20


def test_a_network_disk_s_refusal_is_taken_for_one_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(file: int, how: int) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(fcntl, "flock", refused)
    with pytest.raises(ModelError, match="expected a folder not in use"):
        Lock(tmp_path).__enter__()


def test_where_nothing_can_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="cannot write here: Not a directory"), ExitStack() as stack:
        stack.enter_context(Lock(tmp_path / "file" / "run"))


@pytest.mark.parametrize("option", ["--overwrite", "--resume", "--quiet"])
def test_a_second_training_in_a_folder_is_refused_and_the_first_unharmed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    monkeypatch.chdir(tmp_path)
    trained_run(tmp_path, "training.epochs=1")
    before = {path: path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()}
    with held(tmp_path / "run") as owner:
        words = ["train", "--config", "village.yaml", "--set", "training.epochs=1", "--output", "run", option]
        result = nerwin(*words)
    assert result.exit_code == 2
    assert f"nerwin: run: expected a folder not in use, found process {owner} on " in result.output
    assert {path: path.read_bytes() for path in before} == before
