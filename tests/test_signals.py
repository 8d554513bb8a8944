"""Ctrl-C and other signals: one line, the exit code, a training that can go on, and nothing half written."""

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from nerwin.cli.output import _gone_when_ended, write
from nerwin.storage.lock import Lock
from nerwin.training.trainer import Trainer
from tests.commands import DONE, INTERRUPTED, LINES, TRAIN, nerwin
from tests.processes import python, started


def interrupt(*args: object, **kwargs: object) -> NoReturn:
    raise KeyboardInterrupt


def test_what_interrupts_a_training_at_its_end_is_too_late(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    decide = Trainer._reason_to_stop

    def stop(trainer: Trainer) -> str | None:
        if (reason := decide(trainer)) is not None:
            os.kill(os.getpid(), signal.SIGINT)
        return reason

    monkeypatch.setattr(Trainer, "_reason_to_stop", stop)
    done = nerwin("train", "--config", "village.yaml", "--set", "training.epochs=2", "--output", "out")
    assert done.exit_code == DONE
    assert done.stdout.startswith("out: dev F1 ")


def test_an_interrupted_training_says_how_to_go_on_and_goes_on(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["train", "--config", "village.yaml", "--set", "training.seed=7", "--output", "my run"]
    with monkeypatch.context() as patch:
        patch.setattr("nerwin.training.trainer.Trainer._fit_and_score_dev", interrupt)
        done = nerwin(*words, "--quiet")
    assert done.exit_code == INTERRUPTED
    assert done.stdout == ""
    assert done.stderr == (
        "nerwin: interrupted, saved after epoch 0; continue with: nerwin train --output 'my run' --resume\n"
    )
    assert nerwin("train", "--output", "my run", "--resume", "--quiet").exit_code == DONE
    assert len((here / "my run" / "metrics.jsonl").read_text().splitlines()) == 3
    assert json.loads((here / "my run" / "last" / "model.json").read_text())["config"]["training"]["seed"] == 7


def test_a_signal_inside_an_epoch_saves_what_is_done_of_it(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    step = Trainer._step

    def signalled(trainer: Trainer, batch: Any, rate: float) -> Any:
        signal.raise_signal(signal.SIGINT)
        return step(trainer, batch, rate)

    monkeypatch.setattr(Trainer, "_step", signalled)
    done = nerwin(*TRAIN.split(), "--quiet")
    assert done.exit_code == INTERRUPTED
    assert done.stderr.startswith("nerwin: interrupted, saved in epoch 1, at 3%; continue with: ")
    assert (here / "out" / "paused" / "model.json").is_file()


def test_a_second_ctrl_c_while_the_folder_is_given_back_adds_no_traceback(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step, give_back = Trainer._step, Lock.__exit__

    def signalled(trainer: Trainer, batch: Any, rate: float) -> Any:
        signal.raise_signal(signal.SIGINT)
        return step(trainer, batch, rate)

    def interrupted(lock: Lock, *of_error: object) -> None:
        give_back(lock, *of_error)
        if of_error[0] is GeneratorExit:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Trainer, "_step", signalled)
    monkeypatch.setattr(Lock, "__exit__", interrupted)
    done = nerwin(*TRAIN.split(), "--quiet")  # a traceback from where Python cannot raise is a warning, so an error
    assert done.exit_code == INTERRUPTED
    assert done.stderr.startswith("nerwin: interrupted, saved in epoch 1, at 3%; continue with: ")
    assert done.stderr.count("\n") == 1


def test_resume_alone_continues_the_run_begun_last_even_without_a_model(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("nerwin.training.trainer.Trainer._fit_and_score_dev", interrupt)
        begun = nerwin("train", "-c", "village.yaml", "-o", "runs/later-1", "-q", "--set", "training.epochs=1")
    assert begun.exit_code == INTERRUPTED
    assert not (here / "runs" / "later-1" / "best").exists()
    os.utime(here / "runs" / "village-1" / "config.yaml", (1, 1))
    done = nerwin("train", "--resume")
    assert done.exit_code == DONE
    assert done.stdout.startswith("runs/later-1: dev F1 0.")


@pytest.mark.parametrize(
    "interrupted",
    [
        "class Interrupted:\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name == 'nerwin.cli.app': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupted())\n",
        "import typer.core\n"
        "def interrupted(*args, **more): raise KeyboardInterrupt\n"
        "typer.core.TyperGroup.make_context = interrupted\n",
        "import nerwin.cli\ndef app(): raise KeyboardInterrupt\nnerwin.cli.app = app\n",
        "import nerwin.cli\n"
        "class Field:\n"
        "    def __set_name__(self, owner, name): raise KeyboardInterrupt\n"
        "def app():\n"
        "    class Interrupted: field = Field()\n"
        "nerwin.cli.app = app\n",
    ],
    ids=["the command line is loaded", "options are read", "the command has not begun", "a class is made"],
)
def test_ctrl_c_is_one_line_while(here: Path, interrupted: str) -> None:
    begin = "sys.argv = ['nerwin', 'evaluate']\nfrom nerwin.__main__ import main\nmain()\n"
    done = python("-c", f"import sys\n{interrupted}{begin}")
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "nerwin: interrupted\n")


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="needs a system that can hold signals back")
def test_ctrl_c_is_one_line_while_the_configuration_s_checks_are_made(here: Path) -> None:
    # Within pydantic it may become an error of pydantic's; so it has to wait until the checks are made.
    slow = (
        "import signal, sys, pydantic\n"
        "built = pydantic.BaseModel.model_rebuild.__func__\n"
        "def interrupted(model, **more):\n"
        "    signal.raise_signal(signal.SIGINT)\n"
        "    built(model, **more)\n"
        "    print('made')\n"
        "pydantic.BaseModel.model_rebuild = classmethod(interrupted)\n"
    )
    done = python(
        "-c", f"{slow}sys.argv = ['nerwin', 'config', 'village.yaml']\nfrom nerwin.__main__ import main\nmain()\n"
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "made\n", "nerwin: interrupted\n")


def test_ctrl_c_while_a_worker_of_a_grid_is_idle_is_one_line(here: Path) -> None:
    words = "compare -c village.yaml --vary training.epochs=1,100000 --jobs 2 --set training.patience=null -o grid"
    with started(*words.split()) as process:
        assert process.stderr is not None
        assert any(line.startswith("1/2") for line in process.stderr)
        os.killpg(process.pid, signal.SIGINT)
        _, rest = process.communicate(timeout=60)
    assert process.returncode == INTERRUPTED
    said = [line for line in rest.splitlines() if not line.startswith("1/2")]  # which rich may be about to forget
    assert said == ["nerwin: interrupted after 1 of 2 cells; the same command continues"]


@pytest.mark.parametrize(
    ("number", "send"), [(signal.SIGTERM, os.kill), (signal.SIGHUP, os.kill), (signal.SIGHUP, os.killpg)]
)
def test_what_ends_a_comparison_interrupts_it_as_ctrl_c_does(
    here: Path, number: int, send: Callable[[int, int], None]
) -> None:
    words = "compare -c village.yaml --vary training.epochs=1,100000 --jobs 2 --set training.patience=null -o grid"
    with started(*words.split()) as process:
        assert process.stderr is not None
        assert any(line.startswith("1/2") for line in process.stderr)
        send(process.pid, number)
        _, rest = process.communicate(timeout=60)
    assert process.returncode == INTERRUPTED
    said = [line for line in rest.splitlines() if not line.startswith("1/2")]  # which rich may be about to forget
    assert said == ["nerwin: interrupted after 1 of 2 cells; the same command continues"]


@pytest.mark.parametrize(
    ("command", "interrupted"),
    [
        ("train --config village.yaml --output out", "nerwin.config.corpora.read_corpus"),
        ("evaluate", "nerwin.tagging.tagger.load"),
        ("gradcheck --config village.yaml", "nerwin.training.gradcheck.read_parts"),
        ("tag", "nerwin.tagging.tagger.load"),
    ],
)
def test_an_interrupted_command_exits_with_130_and_one_line(
    here: Path, monkeypatch: pytest.MonkeyPatch, command: str, interrupted: str
) -> None:
    monkeypatch.setattr(interrupted, interrupt)
    done = nerwin(*command.split(), stdin="")
    assert (done.exit_code, done.stdout, done.stderr) == (INTERRUPTED, "", "nerwin: interrupted\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_a_signal_while_training_exits_with_130_and_the_run_goes_on(here: Path, number: int) -> None:
    words = ("train", "--config", "village.yaml", "--output", "out")
    with started(*words, "--set", "training.epochs=100000") as process:
        assert process.stderr is not None
        assert any(line.startswith("epoch 2 ") for line in process.stderr)
        process.send_signal(number)
        printed, said = process.communicate(timeout=60)
        assert process.returncode == INTERRUPTED
    assert printed == ""
    last = said.splitlines()[-1]
    assert last.startswith("nerwin: interrupted, saved ")
    assert last.endswith("; continue with: nerwin train --output out --resume")
    assert json.loads((here / "out" / "last" / "model.json").read_text())["epoch"] >= 2


@pytest.mark.parametrize(
    ("number", "code", "message"),
    [(signal.SIGINT, INTERRUPTED, "nerwin: interrupted\n"), (signal.SIGTERM, -15, ""), (signal.SIGHUP, -1, "")],
)
def test_a_signal_while_tagging_leaves_nothing_behind(here: Path, number: int, code: int, message: str) -> None:
    (here / "many.txt").write_text(LINES * 400_000)
    before = {path.name for path in here.iterdir()}
    with started("tag", "runs/village-1", "many.txt", "--output", "out.txt") as process:
        while not (half := {path.name for path in here.iterdir()} - before):
            assert process.poll() is None
            time.sleep(0.01)
        assert all(name.startswith(".out.txt-") for name in half)
        process.send_signal(number)
        printed, said = process.communicate(timeout=60)
        assert process.returncode == code
    assert (printed, said) == ("", message)
    assert {path.name for path in here.iterdir()} == before


def test_ctrl_c_as_soon_as_the_output_is_there_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = Path.open

    def interrupted(path: Path, mode: str) -> NoReturn:
        usual(path, mode).close()
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", interrupted)
        with pytest.raises(KeyboardInterrupt):
            write([b"Lima"], tmp_path / "out.txt")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no processes that are forked here")
def test_a_forked_process_that_is_ended_leaves_the_output_of_the_other_alone(tmp_path: Path) -> None:
    part = tmp_path / "part"
    part.touch()
    with _gone_when_ended(part):
        child = os.fork()
        if not child:
            os.kill(os.getpid(), signal.SIGTERM)
            os._exit(1)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert ended == -signal.SIGTERM
    assert part.exists()
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no processes that are forked here")
def test_a_signal_just_after_the_output_has_taken_its_place_ends_the_process_all_the_same(tmp_path: Path) -> None:
    child = os.fork()
    if not child:
        try:
            with _gone_when_ended(tmp_path / "moved"):
                os.kill(os.getpid(), signal.SIGTERM)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGTERM
