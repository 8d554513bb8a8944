"""`nerwin pretrain`: what it says and writes, the ways to the same vectors, bad input, and signals."""

import json
import os
import shlex
import signal
import threading
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from nerwin.cli import app
from nerwin.errors import TrainingDiverged
from nerwin.pretraining.run import PretrainRun
from nerwin.pretraining.settings import PretrainSettings
from nerwin.pretraining.text import Text, read_text
from nerwin.pretraining.trainer import PretrainBatched, PretrainEpochDone
from nerwin.storage.lock import Lock
from tests.commands import BAD, DONE, FAILED, INTERRUPTED, nerwin
from tests.pretraining import village
from tests.processes import started


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with some text, which is the working folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "village.txt").write_text(village(), encoding="utf-8")
    return tmp_path


OPTIONS = ("--output", "out.txt", "--dim", "8", "--window", "5", "--epochs", "2")


def test_the_command_writes_vectors_and_says_what_it_does(here: Path) -> None:
    done = nerwin("pretrain", "village.txt", *OPTIONS, "--probe", "Mira", "--probe", "vesk")
    assert done.exit_code == DONE
    assert done.stdout.startswith("out.txt: 14 vectors of 8 numbers, from 4,200 words in ")
    assert done.stdout.count("\n") == 1
    said = done.stderr.splitlines()
    assert said[0].startswith("read 2,100 words in 0 s; 100.0% are among the 14 that get a vector")
    assert [line.partition("  ")[0] for line in said if line.startswith("epoch")] == ["epoch 1", "epoch 2"]
    assert [line.partition(":")[0] for line in said if line.startswith("  ")] == ["  Mira", "  vesk"] * 2
    assert said[-1] == (
        "next: nerwin init my.yaml --preset tagger-vectors --set words.vectors=out.txt --set words.dim=8"
    )
    assert nerwin(*said[-1].split()[2:]).exit_code == DONE
    (here / "my.yaml").unlink()
    assert "\x1b" not in done.output
    assert (here / "out.txt").read_text().startswith("14 8\n")
    assert sorted(os.listdir(here)) == ["out.txt", "village.txt"]


def test_the_same_words_by_any_road_give_the_same_vectors(here: Path) -> None:
    lines = (here / "village.txt").read_text().splitlines()
    (here / "village.conll").write_text(
        "".join("".join(f"{i}\t{word}\n" for i, word in enumerate(line.split())) + "\n" for line in lines)
    )
    columns, objects = ("--input", "conll", "--word-column", "1"), ("--input", "jsonl")
    assert nerwin("pretrain", "village.txt", *OPTIONS).exit_code == DONE
    vectors = (here / "out.txt").read_bytes()
    for words, stdin in (
        (("-",), "\n".join(lines)),
        (("village.conll", *columns), None),
        (("-", *columns, "--comments", "#"), "# a note\n" + (here / "village.conll").read_text()),
        (("-", *objects), "".join(json.dumps({"text": line}) + "\n \n" for line in lines)),
        (("-", *objects), json.dumps({"text": "\r\n".join(lines)})),
        (("-", *objects), "\n".join(json.dumps({"words": line.split()}) for line in lines)),
    ):
        assert nerwin("pretrain", *words, *OPTIONS, "--overwrite", stdin=stdin).exit_code == DONE
        assert (here / "out.txt").read_bytes() == vectors


def test_columns_that_are_read_as_text_are_told_of(here: Path) -> None:
    (here / "village.txt").rename(here / "village.conll")
    hint = "village.conll: read as text, each line for itself; for a word a line add --input conll\n"
    assert hint in nerwin("pretrain", "village.conll", *OPTIONS).stderr
    assert nerwin("pretrain", "village.conll", *OPTIONS, "--overwrite", "--quiet").stderr == ""


def test_help_shows_the_defaults() -> None:
    said = " ".join(nerwin("pretrain", "--help").stdout.replace("│", " ").split())
    for name in ("dim", "vocabulary", "window", "epochs", "learning_rate", "seed"):
        assert f"[default: {getattr(PretrainSettings, name)}]" in said
    assert "column of the words, -1 is the last; default: 0." in said  # there is no model to take another from
    assert "start; default: none." in said


def test_settings_of_the_command_line_arrive(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def train(run: PretrainRun) -> Iterator[object]:
        seen.append(run.pretraining.settings)
        yield from ()

    monkeypatch.setattr(PretrainRun, "train", train)
    words = "--vocabulary 7 --learning-rate 0.05 --seed 6"
    assert nerwin("pretrain", "village.txt", *OPTIONS, *words.split()).exit_code == DONE
    assert seen == [PretrainSettings(dim=8, vocabulary=7, window=5, epochs=2, learning_rate=0.05, seed=6)]


def test_a_terminal_gets_a_live_bar_and_stdout_stays_clean(here: Path) -> None:
    done = CliRunner().invoke(app, ("pretrain", "village.txt", *OPTIONS, "--probe", "ena"), env={"FORCE_COLOR": "1"})
    assert done.exit_code == DONE
    assert "\x1b" in done.stderr
    assert "reading the text" in done.stderr
    assert all(line in done.stderr for line in ("epoch 1  loss", "epoch 2  loss", " words/s", "  ena: "))
    assert "\x1b" not in done.stdout
    assert done.stdout.startswith("out.txt: 14 vectors")


def test_quiet_prints_nothing(here: Path) -> None:
    done = nerwin("pretrain", "village.txt", *OPTIONS, "--quiet")
    assert (done.exit_code, done.output) == (DONE, "")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("absent.txt", "absent.txt: cannot read the file: No such file or directory. Check the path."),
        ("empty.txt", "empty.txt: expected text of at least 5 words, a window, found 0. "),
        ("village.txt empty.txt latin.txt", "latin.txt:1: expected UTF-8, found byte 0xe9 at column 4. "),
        ("village.txt latin.txt --input conll", "latin.txt:1: expected UTF-8, found byte 0xe9 at column 4. "),
        ("village.txt --input conll --word-column 7", "village.txt:1: expected a word in column 7, found 7 columns: "),
        ("-", "<stdin>: expected text of at least 5 words, a window, found 0. "),
        (
            "numbered.conll --input conll",
            "numbered.conll:1: expected words in column 0, found their numbers: 1, ",
        ),
        ("- village.txt -", 'FILES: expected standard input, "-", once, found it twice. '),
        ("village.txt --input jsonl", "village.txt:1: expected a JSON object, found bad JSON "),
        ("village.txt --word-column 1", "--word-column and --comments are for columns: expected --input conll, "),
        ("village.txt --comments #", "--word-column and --comments are for columns: expected --input conll, "),
        ("village.txt --probe Atlantis", "--probe Atlantis: expected one of the 14 words that get a vector, found "),
        ("village.txt --output taken.txt", "taken.txt: expected no file, found one. Add --overwrite, "),
        ("village.txt --output out.npz", "out.npz: expected a name that ends in .txt, .vec, "),
        ("village.txt --output .", ".: expected a name that ends in .txt, .vec, "),
        ("village.txt --output empty.txt/out.txt", "empty.txt/out.txt.pretrain: cannot write here: "),
        (
            "village.txt --output no/out.txt",
            "no/out.txt: expected a file in an existing folder, found no no. Make it first, ",
        ),
        ("village.txt --resume", "out.txt.pretrain: expected a stopped pretraining, found none. Leave out --resume."),
        ("village.txt --resume --overwrite", "--resume continues a run and --overwrite replaces it: "),
        ("village.txt --window 4", "--window: expected an odd number of words, so that one is the centre, found 4. "),
        ("village.txt --epochs 0", "--epochs: expected at least 1, found 0. "),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(here: Path, words: str, message: str) -> None:
    (here / "empty.txt").write_text("")
    (here / "numbered.conll").write_text("1\tMira\n2\tleft\n3\t.\n")
    (here / "latin.txt").write_bytes("café au lait\n".encode("latin-1"))
    (here / "taken.txt").write_text("mine")
    before = {file.name: file.read_bytes() for file in here.iterdir()}
    done = nerwin("pretrain", *OPTIONS, *words.split())
    assert (done.exit_code, done.stdout) == (BAD, "")
    last = done.stderr.splitlines()[-1]
    assert last.startswith(f"nerwin: {message}")
    assert [line for line in done.stderr.splitlines()[:-1] if not line.startswith("read ")] == []
    assert {file.name: file.read_bytes() for file in here.iterdir()} == before


def test_a_text_is_not_replaced_by_its_own_vectors(here: Path) -> None:
    (here / "link.txt").symlink_to("village.txt")
    before = (here / "village.txt").read_bytes()
    done = nerwin("pretrain", "village.txt", "--output", "link.txt", "--overwrite")
    assert done.exit_code == BAD
    assert "--output link.txt: expected another file than village.txt itself" in done.stderr
    assert (here / "village.txt").read_bytes() == before


def test_vectors_that_are_replaced_stay_private_and_where_a_link_leads(here: Path) -> None:
    (here / "own.txt").touch(0o600)
    (here / "link.txt").symlink_to("own.txt")
    assert nerwin("pretrain", "village.txt", *OPTIONS[2:], "--output", "link.txt", "--overwrite").exit_code == DONE
    assert (here / "link.txt").is_symlink()
    assert (here / "own.txt").stat().st_mode & 0o777 == 0o600
    assert (here / "own.txt").read_text()


def test_an_old_file_stays_until_the_new_one_is_whole(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "out.txt").write_text("old")
    with monkeypatch.context() as broken:
        broken.setattr(PretrainRun, "_finish", lambda run: (here / "seen").write_text((here / "out.txt").read_text()))
        assert nerwin("pretrain", "village.txt", *OPTIONS, "--overwrite").exit_code == DONE
    assert (here / "seen").read_text() == "old"
    assert nerwin("pretrain", "village.txt", *OPTIONS, "--overwrite").exit_code == DONE
    assert (here / "out.txt").read_text().startswith("14 8\n")


def test_divergence_exits_with_1(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def diverge(run: PretrainRun) -> Iterator[object]:
        raise TrainingDiverged("epoch 1, step 3: expected a finite loss, found nan.")
        yield

    monkeypatch.setattr(PretrainRun, "train", diverge)
    done = nerwin("pretrain", "village.txt", *OPTIONS)
    assert (done.exit_code, done.stdout) == (FAILED, "")
    assert done.stderr.endswith("nerwin: epoch 1, step 3: expected a finite loss, found nan.\n")


def stopped_in_epoch_2(monkeypatch: pytest.MonkeyPatch, *words: str, stdin: str) -> Result:
    """The command, interrupted after its first epoch."""
    original = PretrainRun.train

    def interrupted(run: PretrainRun) -> "Iterator[PretrainBatched | PretrainEpochDone]":
        for record in original(run):
            yield record
            if isinstance(record, PretrainEpochDone):
                run.save()
                raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(PretrainRun, "train", interrupted)
        return nerwin(*words, stdin=stdin)


def test_a_piped_text_that_is_piped_again_continues_exactly(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = (here / "village.txt").read_text().splitlines()
    text = "# it's a village\n" + "".join("".join(f"x {word}\n" for word in line.split()) + "\n" for line in lines)
    words = ("pretrain", "-", "--input", "conll", "--word-column", "1", "--comments", "# it's", *OPTIONS[2:])
    stopped = stopped_in_epoch_2(monkeypatch, *words, "--output", "out.txt", stdin=text)
    assert stopped.exit_code == INTERRUPTED
    said, _, command = stopped.stderr.splitlines()[-1].partition(" continue with: ")
    assert said == "nerwin: interrupted in epoch 2; with the same standard input"
    again = shlex.split(command)[1:]
    for other in ("", text.replace("Mira", "Miro")):
        refused = nerwin(*again, stdin=other)
        assert refused.exit_code == BAD
        assert "expected text" in refused.stderr or "expected the text that the run began with" in refused.stderr
    done = nerwin(*again, stdin=text)
    assert done.stdout.startswith("out.txt: 14 vectors of 8 numbers, from 2,100 words in ")  # those of epoch 2
    assert nerwin(*words, "--output", "whole.txt", stdin=text).exit_code == DONE
    assert (here / "out.txt").read_bytes() == (here / "whole.txt").read_bytes()


def test_what_is_interrupted_at_its_very_end_is_in_its_last_epoch(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = stopped_in_epoch_2(monkeypatch, "pretrain", "village.txt", *OPTIONS, "--epochs", "1", stdin="")
    assert "nerwin: interrupted in epoch 1; continue with: " in stopped.stderr


def test_what_is_interrupted_in_its_first_epoch_goes_on_by_the_command_that_is_named(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = threading.Event()
    asked.set()
    with monkeypatch.context() as patch:
        patch.setattr("nerwin.cli.pretrain.interruption", lambda: nullcontext(asked))
        stopped = nerwin("pretrain", "village.txt", *OPTIONS, "--probe", "mira", "--quiet")
    assert stopped.exit_code == INTERRUPTED
    command = shlex.split(stopped.stderr.partition("; continue with: ")[2])
    assert command[-4:] == ["--probe", "mira", "--quiet", "--resume"]
    done = nerwin(*command[1:-2], "--resume")
    assert done.stdout.startswith("out.txt: 14 vectors of 8 numbers, from ")
    assert "from 4,200 words" not in done.stdout  # what was done before is kept


def test_a_second_ctrl_c_while_the_folder_is_given_back_adds_no_traceback(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, give_back = threading.Event(), Lock.__exit__
    asked.set()

    def interrupted(lock: Lock, *of_error: object) -> None:
        give_back(lock, *of_error)
        if of_error[0] is GeneratorExit:
            raise KeyboardInterrupt

    monkeypatch.setattr("nerwin.cli.pretrain.interruption", lambda: nullcontext(asked))
    monkeypatch.setattr(Lock, "__exit__", interrupted)
    stopped = nerwin("pretrain", "village.txt", *OPTIONS, "--quiet")
    assert stopped.exit_code == INTERRUPTED
    assert stopped.stderr.startswith("nerwin: interrupted in epoch 1; continue with: ")
    assert stopped.stderr.count("\n") == 1


def test_an_epoch_says_how_long_the_others_will_take(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = PretrainEpochDone(epoch=1, loss=1.0, active=0.5, words=9000, windows=9000, seconds=90.0)
    monkeypatch.setattr(PretrainRun, "train", lambda run: (one for one in [record]))
    said = nerwin("pretrain", "village.txt", *OPTIONS, "--epochs", "3").stderr
    assert "epoch 1  loss 1.0000  in margin 50.0%  words/s 100  left 3.0 min\n" in said


def test_what_comes_while_it_reads_is_not_replaced(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_slowly(*told: Any, **more: Any) -> Text:
        (here / "out.txt").write_text("another's")
        return read_text(*told, **more)

    monkeypatch.setattr("nerwin.pretraining.text.read_text", read_slowly)
    assert "out.txt: expected no file, found one" in nerwin("pretrain", "village.txt", *OPTIONS).stderr
    assert (here / "out.txt").read_text() == "another's"


def test_a_signal_saves_and_the_command_that_it_names_continues_exactly(here: Path) -> None:
    words = ("pretrain", "village.txt", "--dim", "8", "--window", "5", "--epochs", "60", "--probe", "mira")
    with started(*words, "--output", "out.txt") as process:
        assert process.stderr is not None
        assert any(line.startswith("epoch 2 ") for line in process.stderr)
        process.send_signal(signal.SIGINT)
        printed, said = process.communicate(timeout=60)
        assert process.returncode == INTERRUPTED
    assert printed == ""
    assert not (here / "out.txt").exists()
    last = said.splitlines()[-1]
    assert last.startswith("nerwin: interrupted in epoch ")
    command = shlex.split(last.partition("; continue with: ")[2])
    assert command[0] == "nerwin"
    assert command[-1] == "--resume"
    assert nerwin(*command[1:]).exit_code == DONE
    assert nerwin(*words, "--output", "whole.txt").exit_code == DONE
    assert (here / "out.txt").read_bytes() == (here / "whole.txt").read_bytes()
