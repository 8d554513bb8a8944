"""Standard streams and pipes: closed, full, left by their reader, or named as files."""

import gzip
import json
import os
import re
import select
import shlex
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands import BAD, DONE, INTERRUPTED, LINES, NEWEST, TRAIN, nerwin
from tests.processes import python, started


def test_a_line_that_is_typed_is_tagged_at_once(here: Path) -> None:
    ours, theirs = os.openpty()
    words = [sys.executable, "-m", "nerwin", "tag", "runs/village-1"]

    def lines(count: int) -> str:
        said = b""
        while said.count(b"\n") < count:
            assert select.select([ours], [], [], 60)[0], said
            said += os.read(ours, 1000)
        return said.decode()

    with subprocess.Popen(
        words, stdin=theirs, stdout=theirs, stderr=theirs, env={**os.environ, "NO_COLOR": "1"}
    ) as tag:
        os.close(theirs)
        assert lines(1).splitlines() == ["tags what is typed here, until Ctrl-D"]
        for text in ("Mira left", "Ines came"):
            os.write(ours, f"{text}\n".encode())
            said = lines(2)  # what is typed comes back, then the answer
            echo, answer = said.split()[:2], said.splitlines()[1]
            assert echo == text.split()
            assert re.sub(r"\[([^]]*)\]\([A-Z]*\)", r"\1", answer) == text
        os.write(ours, b"\x04")  # Ctrl-D, once
        assert tag.wait(timeout=60) == DONE
    os.close(ours)


def sockets() -> tuple[int, int]:
    ours, theirs = socket.socketpair()
    return ours.detach(), theirs.detach()


@pytest.mark.skipif(os.name == "nt", reason="pipes cannot be waited for here")
@pytest.mark.parametrize("ends", [os.pipe, sockets])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_who_waits_for_an_answer_at_a_pipe_gets_it(
    here: Path, ends: Callable[[], tuple[int, int]], unbuffered: str
) -> None:
    """As a program that keeps nerwin running and asks it line by line, or the reader of `tail -f log | nerwin tag`."""
    theirs, ours = ends()
    words = [sys.executable, "-m", "nerwin", "tag", "runs/village-1", "--format", "jsonl", "--jobs", "2"]
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    with subprocess.Popen(words, stdin=theirs, stdout=subprocess.PIPE, env=environment) as tag:
        os.close(theirs)
        assert tag.stdout is not None
        with os.fdopen(ours, "wb", buffering=0) as pipe:
            for text in (
                "Mira\rleft\rus",
                "Ines came",
            ):  # one line with carriage returns makes no file of another system
                pipe.write(f"{text}\n".encode())
                assert select.select([tag.stdout], [], [], 20)[0], f"no answer to {text}"
                assert json.loads(tag.stdout.readline())["text"] == text
        assert tag.stdout.read() == b""
    assert tag.returncode == DONE


def test_tag_works_without_a_standard_error(here: Path) -> None:
    """As some daemons start their programs."""
    words = [sys.executable, "-m", "nerwin", "tag", "runs/village-1", "village.conll", "--input", "conll"]
    done = subprocess.run(["sh", "-c", 'exec "$@" --output out.conll 2>&-', "sh", *words], timeout=60)
    assert done.returncode == DONE
    assert (here / "out.conll").read_text() == nerwin(*words[3:]).stdout


@pytest.mark.skipif(sys.platform == "win32", reason="closes streams by a POSIX shell")
def test_an_interruption_has_its_code_without_a_standard_error() -> None:
    """Before the command begins, too, which puts another in its place."""
    code = (
        "import nerwin.__main__ as command\n"
        "def interrupted():\n"
        "    raise KeyboardInterrupt\n"
        "command._run = interrupted\n"
        "command.main()\n"
    )
    done = subprocess.run(["sh", "-c", 'exec "$@" 2>&-', "sh", sys.executable, "-c", code], timeout=60)
    assert done.returncode == INTERRUPTED


def test_an_error_is_told_in_the_encoding_of_the_terminal() -> None:
    words, environment = [sys.executable, "-m", "nerwin", "info", "Ærø"], {**os.environ, "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run(words, env=environment, capture_output=True, timeout=60)
    assert done.stderr.startswith("nerwin: Ærø: expected ".encode("latin-1"))


def without_output(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "nerwin", *words]
    return subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "sh", *command], timeout=60, input=LINES, stderr=subprocess.PIPE, encoding="utf-8"
    )


@pytest.mark.parametrize("options", [(), ("--format", "conll"), ("--html",)])
def test_who_closes_the_output_is_told_that_there_is_none(here: Path, options: tuple[str, ...]) -> None:
    done = without_output("tag", *options)
    assert done.returncode == BAD
    said = "nerwin: <stdout>: cannot write: Bad file descriptor. Open it, or write elsewhere.\n"
    assert done.stderr == f"{NEWEST}{said}"


def test_tag_works_without_a_standard_output_that_it_does_not_need(here: Path) -> None:
    done = without_output("tag", "--output", "out.txt")
    assert (done.returncode, done.stderr) == (DONE, NEWEST)
    assert (here / "out.txt").read_text() == nerwin("tag", stdin=LINES).stdout


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_tag_reads_a_pipe_by_its_path(here: Path, pack: Callable[[bytes], bytes], jobs: str) -> None:
    """As a shell's <(...) gives it: what is read of it to look at its first bytes is not there again."""
    os.mkfifo("pipe")
    (here / "packed").write_bytes(pack(LINES.encode()))
    command = [sys.executable, "-m", "nerwin", "tag", "runs/village-1", "pipe", "--jobs", jobs]
    done = subprocess.run(
        ["sh", "-c", 'cat packed > pipe & exec "$@"', "sh", *command], timeout=60, capture_output=True, encoding="utf-8"
    )
    assert (done.returncode, done.stderr) == (DONE, "")
    assert done.stdout == nerwin("tag", stdin=LINES).stdout


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="no /dev/stdout here")
def test_tag_writes_into_a_pipe_that_is_named(here: Path) -> None:
    done = python("-m", "nerwin", "tag", "runs/village-1", "village.conll", "--output", "/dev/stdout")
    assert done.returncode == 0, done.stderr
    assert done.stdout == nerwin("tag", "runs/village-1", "village.conll").stdout


@pytest.mark.parametrize("command", ["train", "compare --vary training.seed=1,2"])
def test_a_configuration_in_a_pipe_is_refused_where_it_would_be_read_twice(here: Path, command: str) -> None:
    done = python("-m", "nerwin", *command.split(), "--config", "/dev/stdin", input=(here / "village.yaml").read_text())
    assert (done.returncode, done.stdout) == (BAD, "")
    assert done.stderr.startswith("nerwin: /dev/stdin: expected a file, which is read more than once, found a pipe.")
    assert [one.name for one in (here / "runs").iterdir()] == ["village-1"]
    shown = python("-m", "nerwin", "config", "/dev/stdin", input="training: {epochs: 4}\n")
    assert "training.epochs: 4" in shown.stdout


def test_a_corpus_in_a_pipe_is_refused_where_it_would_be_read_twice(here: Path) -> None:
    words, text = "train -c village.yaml --set corpus.train=/dev/stdin", (here / "village.conll").read_text()
    done = python("-m", "nerwin", *words.split(), input=text)
    assert (done.returncode, done.stdout) == (BAD, "")
    assert "corpus.train: expected a file, which is read more than once, found a pipe, /dev/stdin." in done.stderr
    found = python("-m", "nerwin", "data", "/dev/stdin", "--json", input=text)  # which reads it once
    train, expected = (
        json.loads(one)["parts"]["train"] for one in (found.stdout, nerwin("data", "village.conll", "--json").stdout)
    )
    assert train | {"path": ""} == expected | {"path": ""}


def test_a_reader_that_has_seen_enough_ends_the_command_silently(here: Path) -> None:
    (here / "many.txt").write_text("Mira Tolvan left Quellmark .\n" * 20_000)
    with started("tag", "runs/village-1", "many.txt") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(60) == DONE


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize(
    "command", ["tag runs/village-1 many.txt", "evaluate runs/village-1 --json", "evaluate", "--help", "--version"]
)
def test_a_full_disk_under_standard_output_is_one_line(here: Path, command: str) -> None:
    (here / "many.txt").write_text("Mira Tolvan left Quellmark .\n" * 10_000)
    with Path("/dev/full").open("w") as full:
        words = [sys.executable, "-m", "nerwin", *command.split()]
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == BAD
    assert done.stderr.splitlines()[-1].startswith(
        "nerwin: <stdout>: cannot write: No space left on device. Free space"
    )
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs ulimit")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("command", ["tag runs/village-1 many.txt", "convert many.conll -", "inspect --json"])
def test_an_output_that_is_cut_short_is_an_error(here: Path, command: str, unbuffered: str) -> None:
    """Also where Python writes without a buffer, as it is told to in many containers."""
    (here / "many.txt").write_text("Mira Tolvan left Quellmark .\n" * 1000)
    (here / "many.conll").write_text((here / "village.conll").read_text() * 10)
    line = f"ulimit -f 4; {shlex.quote(sys.executable)} -m nerwin {command} > cut.txt"
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    done = subprocess.run(["sh", "-c", line], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == BAD
    assert done.stderr.splitlines()[-1].startswith("nerwin: <stdout>: cannot write: File too large")


@pytest.mark.parametrize("command", ["--help", "train --help", "--version", "config"])
def test_a_reader_of_a_pipe_may_leave_at_any_time(command: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    words = [sys.executable, "-m", "nerwin", *command.split()]
    done = subprocess.run(words, stdout=writing, stderr=subprocess.PIPE, text=True, timeout=60)
    os.close(writing)
    assert (done.returncode, done.stderr) == (DONE, "")


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="no /dev/fd here")
def test_so_may_one_of_a_pipe_that_is_named(here: Path) -> None:
    """As a shell's >(...) gives it."""
    reading, writing = os.pipe()
    os.close(reading)
    words = [sys.executable, "-m", "nerwin", "convert", "village.conll", f"/dev/fd/{writing}", "--to", "jsonl"]
    done = subprocess.run(words, pass_fds=[writing], capture_output=True, text=True, timeout=60)
    os.close(writing)
    assert (done.returncode, done.stdout, done.stderr) == (DONE, "", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_training_ends_well_where_its_progress_cannot_be_written(here: Path) -> None:
    with Path("/dev/full").open("w") as full:
        words = [sys.executable, "-m", "nerwin", *TRAIN.split()]
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=full, text=True, timeout=60)
    assert done.returncode == DONE
    assert done.stdout.startswith("out: dev F1 ")
    assert (here / "out" / "best" / "model.json").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="closes streams by a POSIX shell")
@pytest.mark.parametrize(
    ("command", "closed", "code", "said"),
    [
        (TRAIN, "2>&-", DONE, ""),
        ("tag runs/village-1", "<&-", BAD, "nerwin: <stdin>: expected an open standard input, found it closed. "),
        ("convert - -", "<&-", BAD, "nerwin: <stdin>: expected an open standard input, found it closed. "),
        ("evaluate runs/village-1", ">&-", BAD, "nerwin: <stdout>: cannot write: "),
    ],
)
def test_streams_that_are_closed(here: Path, command: str, closed: str, code: int, said: str) -> None:
    line = f"{shlex.quote(sys.executable)} -m nerwin {command} {closed}"
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=60)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert any(one.startswith(said) for one in done.stderr.splitlines() or [""])


@pytest.mark.parametrize("command", ["evaluate runs/village-1", "data village.yaml", "inspect runs/village-1"])
def test_a_reader_that_goes_ends_every_command_well(here: Path, command: str) -> None:
    with started(*command.split()) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(60) == DONE
