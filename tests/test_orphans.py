"""Worker processes end with the command that started them, even if it is killed."""

import gc
import importlib.util
import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from nerwin.collector import collector_paused
from nerwin.deafness import deaf
from nerwin.errors import WorkerError
from nerwin.parallel import workers
from tests.processes import started
from tests.village import write_village


def children(pid: int) -> list[int]:
    return [
        int(one) for thread in Path(f"/proc/{pid}/task").iterdir() for one in (thread / "children").read_text().split()
    ]


def is_python(pid: int) -> bool:
    """Whether the process is there and is no zombie."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except OSError:
        return False


needs_dask = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None, reason="needs distributed, the extra `dask`"
)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc to see processes")
@pytest.mark.parametrize(
    "command",
    [
        "compare --config village.yaml --vary training.seed=1,2 --set training.epochs=100000 --output grid --jobs 2",
        "tag run many.txt --jobs 2 --output tagged.txt",
        pytest.param("tag run many.txt --engine dask --jobs 2 --output tagged.txt", marks=needs_dask),
    ],
)
def test_workers_of_a_killed_command_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.chdir(tmp_path)
    write_village(tmp_path)
    with started("train", "-c", "village.yaml", "-q", "-o", "run", "--set", "training.epochs=1") as trained:
        assert trained.wait(60) == 0
    with Path("many.txt").open("w") as stream:
        stream.writelines(f"Mira{number} left Quellmark .\n" for number in range(1_000_000))
    deadline = time.monotonic() + 60
    with started(*command.split()) as process:
        while len(pids := children(process.pid)) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        time.sleep(0.5)  # into their work
        process.kill()
        process.wait()
    while any(map(is_python, pids)):
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="needs a system that can hold signals back")
def test_what_starts_with_the_workers_hears_no_ctrl_c(monkeypatch: pytest.MonkeyPatch) -> None:
    held_back: list[set[int]] = []

    class Noted(ProcessPoolExecutor):
        def __init__(self, *given: Any) -> None:
            held_back.append(signal.pthread_sigmask(signal.SIG_BLOCK, ()))
            super().__init__(*given)

        def submit(self, function: Callable[..., Any], /, *given: Any, **more: Any) -> Future[Any]:
            held_back.append(signal.pthread_sigmask(signal.SIG_BLOCK, ()))
            return super().submit(function, *given, **more)

    monkeypatch.setattr(workers, "ProcessPoolExecutor", Noted)
    with workers.processes(1) as pool:
        assert pool.submit(signal.getsignal, signal.SIGINT).result() == signal.SIG_IGN
    assert [signal.SIGINT in one for one in held_back] == [True, True]


def test_a_worker_that_is_killed_is_a_clear_error() -> None:
    with pytest.raises(WorkerError, match=r"a worker process was killed .* fewer --jobs"), workers.processes(1) as pool:
        pool.submit(os._exit, 9).result()


def work_on(folder: Path) -> None:
    """Work that no signal ends: it is done once it is told so."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    (folder / "begun").touch()
    deadline = time.monotonic() + 20
    while not (folder / "enough").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    (folder / "done").touch()


@pytest.mark.skipif(os.name == "nt", reason="every process can be ended here")
def test_an_error_waits_for_no_worker(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), workers.processes(1) as pool:  # noqa: PT012
        work = pool.submit(work_on, tmp_path)
        while not (tmp_path / "begun").exists():
            assert not work.done()
            time.sleep(0.01)
        raise KeyboardInterrupt
    assert not (tmp_path / "done").exists()
    (tmp_path / "enough").touch()
    work.result()


def test_workers_are_new_processes() -> None:
    """And no copies of this one, whose other threads may hold locks that no copy would ever get."""
    with collector_paused(), workers.processes(1) as pool:
        assert pool.submit(gc.isenabled).result()


def test_ctrl_c_while_a_worker_starts_is_heard_afterwards() -> None:
    begun = []
    with pytest.raises(KeyboardInterrupt), deaf():  # noqa: PT012
        signal.raise_signal(signal.SIGINT)
        begun.append(True)
    assert begun
