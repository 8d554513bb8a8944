"""Work on a Dask cluster: a scheduler and workers in processes of their own, as they would be on several machines."""

import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from nerwin.errors import WorkerError
from nerwin.files import pieces
from nerwin.parallel import cluster as on_dask
from nerwin.parallel.cluster import KEPT, cluster
from nerwin.tagging.ranges import saved_model
from nerwin.tagging.shards import RECORD, Tagging
from nerwin.tagging.streaming import tag_file
from nerwin.tagging.tagger import load
from nerwin.tagging.task import Task
from tests.commands import nerwin
from tests.processes import started
from tests.test_orphans import children
from tests.test_streaming import FORMAT, long_file
from tests.village import trained_run, write_village

distributed: Any = pytest.importorskip("distributed", reason="needs distributed, the extra `dask`")

# A worker where something is different; `main` starts it.
WITHOUT_NERWIN = "import sys; sys.modules['nerwin'] = None"
OF_ANOTHER_VERSION = "import nerwin; nerwin.__version__ = '0.0.1'"


@contextmanager
def process(module: str, *words: str, first: str = "pass") -> Iterator[subprocess.Popen[bytes]]:
    """A command of Dask's, with some code that runs before it."""
    code = f"{first}; from distributed.cli.{module} import main; main()"
    with subprocess.Popen([sys.executable, "-c", code, *words], stderr=subprocess.DEVNULL) as running:
        try:
            yield running
        finally:
            running.kill()


@contextmanager
def scheduler(folder: Path) -> Iterator[str]:
    """A scheduler, known by its address."""
    about = folder / "scheduler.json"
    words = ("--host", "127.0.0.1", "--port", "0", "--dashboard-address", "127.0.0.1:0", "--scheduler-file", str(about))
    with process("dask_scheduler", *words) as running:
        deadline = time.monotonic() + 30
        while not about.exists() or not about.read_bytes():
            assert time.monotonic() < deadline
            assert running.poll() is None
            time.sleep(0.05)
        yield json.loads(about.read_text())["address"]


@contextmanager
def worker(address: str, *words: str, first: str = "pass") -> Iterator[subprocess.Popen[bytes]]:
    words = (address, "--host", "127.0.0.1", "--no-nanny", "--no-dashboard", *(words or ("--nthreads", "1")))
    with process("dask_worker", *words, first=first) as running:
        yield running


def wait_for_workers(address: str, count: int) -> None:
    with distributed.Client(address) as client:
        client.wait_for_workers(count, timeout=30)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with scheduler(tmp_path_factory.mktemp("scheduler")) as found:
        yield found


@pytest.fixture
def model(tmp_path: Path) -> Path:
    settings = ["training.epochs=1", "objective.corruption=sequence"]
    return trained_run(tmp_path, *settings) / "best"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def work_of(model: Path, path: Path) -> Tagging:
    return Tagging([(path, path.with_suffix(".out"))], saved_model(model, 0), Task("jsonl", FORMAT))


def test_a_worker_that_is_killed_changes_no_byte(
    model: Path, tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "SIZE", 60)
    path = long_file(tmp_path)
    work = work_of(model, path)
    assert work.size > 100
    with ExitStack() as stack:
        one, other = (stack.enter_context(worker(address)) for _ in range(2))
        wait_for_workers(address, 2)
        counts = stack.enter_context(closing(work.run(cluster(address, jobs=1))))
        while next(counts) < work.size // 4:
            pass
        one.send_signal(signal.SIGKILL)
        assert one.wait(10) == -signal.SIGKILL
        assert next(counts) < work.size  # in the midst of it
        assert list(counts)[-1] == work.size
        assert other.poll() is None
    whole = b"".join(tag_file(load(model), path, Task("jsonl", FORMAT))).decode()
    assert path.with_suffix(".out").read_text(encoding="utf-8") == whole
    assert [one.name for one in work.folder.iterdir()] == [RECORD]


@pytest.mark.parametrize(
    ("words", "first", "message"),
    [
        ((), WITHOUT_NERWIN, "expected nerwin there, found none: .*No module named 'nerwin"),
        ((), OF_ANOTHER_VERSION, r"expected nerwin [\d.]+, found nerwin 0\.0\.1\. Install the same there"),
        (("--nthreads", "2"), "pass", "expected one thread, found 2. Start it with --nthreads 1"),
    ],
)
def test_a_worker_that_is_not_as_this_machine_is_refused_by_its_address(
    model: Path, tmp_path: Path, address: str, words: tuple[str, ...], first: str, message: str
) -> None:
    work = work_of(model, long_file(tmp_path))
    with worker(address, *words, first=first):
        wait_for_workers(address, 1)
        with pytest.raises(WorkerError, match=rf"^worker tcp://127\.0\.0\.1:\d+: {message}"):
            list(work.run(cluster(address, jobs=1)))
    assert not work.folder.exists()


def test_a_worker_that_joins_later_is_looked_at_too(address: str) -> None:
    with ExitStack() as stack:
        stack.enter_context(worker(address))
        wait_for_workers(address, 1)
        pool = stack.enter_context(cluster(address, jobs=1))
        stack.enter_context(worker(address, first=OF_ANOTHER_VERSION))
        wait_for_workers(address, 2)
        calls = [pool.submit(time.sleep, 0.05) for _ in range(10)]
        with pytest.raises(WorkerError, match=r"^worker tcp://\S+: expected nerwin [\d.]+, found nerwin 0\.0\.1\."):
            [call.result() for call in calls]


def test_a_worker_with_another_model_is_named(model: Path, tmp_path: Path, address: str) -> None:
    work = work_of(model, long_file(tmp_path))
    work.model = work.model._replace(sha256="0" * 64)
    with worker(address):
        wait_for_workers(address, 1)
        named = rf"^worker tcp://127\.0\.0\.1:\d+: {model}/model\.json: expected sha256 0{{64}}, found \w{{64}}"
        with pytest.raises(WorkerError, match=named):
            list(work.run(cluster(address, jobs=1)))


@pytest.mark.parametrize("given", ["tcp://127.0.0.1:1", "127.0.0.1", "", "carrier://pigeon:1", "tls://127.0.0.1:1"])
def test_a_scheduler_that_does_not_answer(model: Path, here: Path, monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setattr(on_dask, "SECONDS", 0.5)
    done = nerwin("tag", str(model), "village.conll", "--engine", "dask", "--scheduler", given, "--output", "out")
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"nerwin: --scheduler {given}: expected a Dask scheduler that answers within 0.5 s" in done.stderr
    assert not list(here.glob("out*"))
    with pytest.raises(ValueError, match="No clients found"):  # none is left half open
        distributed.default_client()


def test_a_client_of_somebody_else_is_left_alone(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_dask, "SECONDS", 0.5)
    with distributed.Client(address) as other:
        with pytest.raises(WorkerError, match="expected a Dask scheduler"), cluster("tcp://127.0.0.1:1", jobs=1):
            pass
        assert other.status == "running"


def test_a_scheduler_without_workers(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_dask, "SECONDS", 0.5)
    expected = rf"^{address}: expected a worker at this scheduler, found none within 0\.5 s\."
    with pytest.raises(WorkerError, match=expected), cluster(address, jobs=1):
        pass


def test_a_scheduler_that_is_lost(tmp_path: Path) -> None:
    with ExitStack() as stack:
        found = stack.enter_context(scheduler(tmp_path))
        stack.enter_context(worker(found))

        def work() -> None:
            with cluster(found, jobs=1) as pool:
                waiting = pool.submit(time.sleep, 60)
                stack.close()
                waiting.result()

        with pytest.raises(WorkerError, match=rf"the scheduler {found} is lost\."):
            work()


def test_calls_that_wait_are_not_begun_once_an_error_has_ended_the_work(address: str, tmp_path: Path) -> None:
    with worker(address):
        wait_for_workers(address, 1)

        def fail() -> None:
            with cluster(address, jobs=1) as pool:
                pool.submit(time.sleep, 0.5)
                for number in range(3):
                    pool.submit((tmp_path / str(number)).touch)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()
        with cluster(address, jobs=1) as pool:
            pool.submit(time.sleep, 0).result()  # once the worker is free
    assert list(tmp_path.iterdir()) == []


def test_workers_of_its_own_keep_their_memory() -> None:
    with cluster(None, jobs=1) as pool:
        for name, kept in KEPT.items():
            assert pool.submit(os.environ.get, name).result() == str(kept)


def test_dask_is_silent_until_the_work_is_done(address: str) -> None:
    log = logging.getLogger("distributed")
    logging.disable(logging.DEBUG)
    try:
        with worker(address):
            wait_for_workers(address, 1)
            with cluster(address, jobs=1):
                assert not log.isEnabledFor(logging.CRITICAL)
        assert log.isEnabledFor(logging.CRITICAL)
        assert logging.root.manager.disable == logging.DEBUG
    finally:
        logging.disable(logging.NOTSET)


def test_workers_that_cannot_start_are_told_of_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**given: object) -> None:
        raise RuntimeError("Cluster failed to start")

    monkeypatch.setattr(distributed, "LocalCluster", fail)
    expected = r"^--engine dask: cannot start workers on this machine \(Cluster failed to start\)\. Try --jobs\.$"
    with pytest.raises(WorkerError, match=expected), cluster(None, jobs=1):
        pass


def test_work_that_kills_its_workers() -> None:
    import dask

    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        pytest.raises(WorkerError, match=r"the last was tcp://127\.0\.0\.1:\d+ \(out of memory"),
        cluster(None, jobs=1) as pool,
    ):
        pool.submit(os._exit, 3).result()


# The commands


def test_tag_with_workers_of_its_own_writes_what_one_process_writes(
    model: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "20")  # no line is broken
    path = long_file(here)
    other = here / "raw.txt"
    other.write_text("Mira left Quellmark in the rain .\n")
    words = ("tag", str(model), str(path), str(other))
    assert nerwin(*words, "--html", "--output", "local").exit_code == 0
    dask = (*words, "--html", "--engine", "dask", "--jobs", "1", "--output", "dask")
    done = nerwin(*dask)
    assert (done.exit_code, done.stdout) == (0, "")
    hint = f"{path}: read as text, each line for itself; for a word a line add --input conll\n"
    assert done.stderr == f"dask/.shards: 2 pieces, 0 tagged before\n{hint}"
    outputs = sorted(file.name for file in Path("local").iterdir())
    assert outputs == ["long.conll.html", "raw.txt.html"]
    for name in outputs:
        assert Path("dask", name).read_bytes() == Path("local", name).read_bytes()
    assert Path("dask/raw.txt.html").read_bytes().startswith(b"<!DOCTYPE html>")
    assert nerwin(*dask).stderr == f"dask/.shards: 2 pieces, 2 tagged before\n{hint}"


def test_workers_leave_out_what_one_process_leaves_out(
    model: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nerwin.cli.tag.workers", lambda *given: ThreadPoolExecutor(1))
    words = ("tag", str(model), str(long_file(here)), "--input", "conll", "--comments", "#", "--format", "jsonl")
    assert nerwin(*words, "--min-score", "1", "--output", "local").exit_code == 0
    assert nerwin(*words, "--min-score", "1", "--output", "dask", "--engine", "dask").exit_code == 0
    assert Path("dask").read_bytes() == Path("local").read_bytes() != nerwin(*words).stdout_bytes


def test_compare_with_workers_of_its_own_finds_what_local_processes_find(here: Path) -> None:
    write_village(here)
    words = (
        "compare",
        "--config",
        "village.yaml",
        "--vary",
        "training.seed=1,2",
        "--set",
        "training.epochs=1",
        "--json",
    )

    def rows(*more: str) -> list[Any]:
        done = nerwin(*words, *more)
        assert done.exit_code == 0, done.stderr
        lines = map(json.loads, done.stdout.splitlines())
        return [{**line, "seconds": 0, "setting": line["setting"]["rank"]} for line in lines]

    local, dask = rows("--output", "local"), rows("--output", "dask", "--engine", "dask", "--jobs", "2")
    assert local == dask
    assert len(dask) == 2
    models = [json.loads(one.read_text())["arrays"] for one in sorted(here.glob("*/cells/*/best/model.json"))]
    assert len(models) == 4
    assert models[:2] == models[2:]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("village.conll --engine dask", "expected a file to read and --output, found no file to write"),
        ("- --engine dask --output out", "found standard input"),
        ("village.conll --engine dask --output run", "run: expected a file, found a folder or a pipe"),
        ("run --engine dask --output out", "run: expected a file, found a folder or a pipe"),
        ("nothing --engine dask --output out", "nothing: cannot read the file"),
        ("village.conll --engine dask --output nowhere/out", "found no nowhere"),
        (
            "village.conll --engine dask --output out.gz",
            "out.gz: expected a name without .gz, as --engine dask packs no",
        ),
        ("village.conll --scheduler tcp://h:1 --output out", "--scheduler tcp://h:1: expected --engine dask with it"),
        ("village.conll village.yaml", "found 2 and no folder. Name one with --output, or tag them one by one."),
        ("village.conll - --output out", "found 2 and standard input among them. Take it out, or tag them one by one."),
        ("village.conll run/../village.conll --output out", "expected files of different names"),
        ("village.conll village.yaml --output .", "expected another file than village.conll itself"),
        ("village.conll --output village.conll", "expected another file than village.conll itself"),
        ("village.conll --output run/../village.conll", "expected another file than village.conll itself"),
        ("village.conll village.conll.gz --output out", "expected files of different names"),
        ("village.conll village.yaml --output village.conll", "village.conll: cannot make the folder"),
    ],
)
def test_a_bad_request_is_one_line(model: Path, here: Path, words: str, message: str) -> None:
    done = nerwin("tag", "run", *words.split())
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert message in done.stderr
    assert not Path("out").exists()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc to see processes")
def test_ctrl_c_keeps_what_is_done_and_says_so(model: Path, here: Path) -> None:
    Path("many.conll").write_text("Mira\tO\nleft\tO\n\n" * 1_500_000)
    words = ("tag", "run", "many.conll", "--input", "conll", "--engine", "dask", "--jobs", "1", "--output", "out")
    with started(*words) as running:
        deadline = time.monotonic() + 60
        while not list(here.glob("out.shards/0*")):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        for pid in [running.pid, *children(running.pid)]:  # a terminal sends it to all
            os.kill(pid, signal.SIGINT)
        printed, said = running.communicate(timeout=60)
        assert running.returncode == 130
    assert printed == ""
    assert said.splitlines()[0].startswith("out.shards: ")
    assert said.splitlines()[1].startswith("nerwin: interrupted after ")
    assert said.endswith(" pieces; the same command continues\n")
    assert not Path("out").exists()
    assert list(here.glob("out.shards/0*"))
