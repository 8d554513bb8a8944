"""`nerwin train`: what it says where, what a run is called and holds, where one may begin, go on or be replaced."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from nerwin.cli import opening
from nerwin.config.settings import CorpusConfig
from nerwin.model.files import load_model
from nerwin.shipped import shipped
from tests.commands import BAD, DONE, FAILED, LINES, TRAIN, nerwin, one_json_object
from tests.processes import python
from tests.village import write_village


def test_train_prints_its_result_on_stdout_and_its_progress_on_stderr(here: Path) -> None:
    shutil.copy("village.conll", "test.conll")
    settings = ("--set", "corpus.test=test.conll", "--set", "schedule.tau=3")
    done = nerwin("train", "--config", "village.yaml", "--output", "out", *settings)
    assert done.exit_code == DONE
    assert done.stdout.startswith("out: dev F1 0.")
    assert done.stdout.count("\n") == 1
    lines = done.stderr.splitlines()
    assert lines[0] == "schedule.tau is set and has no effect: it needs schedule.name inverse"
    assert not any(line.startswith("parameters ") for line in lines)  # nobody has asked for these
    assert [line.split()[1] for line in lines if line.startswith("epoch ")] == ["1", "2", "3"]
    assert any(line.startswith("train ") and "20 sentences" in line for line in lines)
    closing = dict(line.split(": ", 1) for line in lines[lines.index("stopped: all 3 epochs done") :])
    assert list(closing) == ["stopped", "ranked", "model", "dev F1", "test F1", "time", "next"]
    assert closing["model"] == "out/best"
    assert closing["next"] == "nerwin evaluate out"
    scores = one_json_object(nerwin("evaluate", "out", "--json"))
    assert closing["test F1"].startswith(f"{scores['f1']:.4f} on test.conll; learned from: 20 of its 20 sentences")


def test_train_verbosely_says_first_what_will_be_trained(here: Path) -> None:
    done = nerwin("train", "--config", "village.yaml", "--output", "out", "-v")
    before = done.stderr.partition("epoch 1 ")[0].splitlines()
    assert "types LOC PER; scores a word: 2" in before
    assert any(line.startswith("parameters words ") and " U " in line for line in before)


def test_several_passes_an_epoch_are_told_of_and_are_steps_enough(here: Path) -> None:
    words = [word for key in ("batch_size=1000", "min_batches=30") for word in ("--set", f"training.{key}")]
    done = nerwin("train", "--config", "village.yaml", "--output", "out", "-v", *words)
    assert done.exit_code == DONE, done.stderr
    assert re.search(r"^an epoch [\d,]+ pairs, in 30 passes, about 30 steps of 1000; ", done.stderr, re.MULTILINE)
    assert "an epoch has only" not in done.stderr


def test_a_test_part_that_is_not_there_shows_before_anything_is_trained(here: Path) -> None:
    done = nerwin("train", "--config", "village.yaml", "--output", "out", "--set", "corpus.test=gone.conll")
    assert done.exit_code == BAD
    assert "gone.conll: cannot read the file" in done.stderr
    assert not (here / "out").exists()


def test_a_test_part_that_cannot_be_read_costs_its_score_and_nothing_else(here: Path) -> None:
    (here / "bad.conll").write_text("Lima B-LOC\nragged\n", encoding="utf-8")
    done = nerwin("train", "--config", "village.yaml", "--output", "out", "--set", "corpus.test=bad.conll")
    assert done.exit_code == DONE
    assert re.search(r"^test F1: none, \S*bad.conll:2: expected", done.stderr, re.MULTILINE)
    assert (here / "out" / "best" / "model.json").is_file()


def test_train_quietly_prints_nothing(here: Path) -> None:
    done = nerwin("train", "--config", "village.yaml", "--output", "out", "--quiet")
    assert (done.exit_code, done.stdout, done.stderr) == (DONE, "", "")
    assert (here / "out" / "best" / "model.json").is_file()


def test_train_numbers_its_runs_by_the_name_of_the_configuration(here: Path) -> None:
    assert nerwin("train", "--config", "village.yaml", "--quiet").exit_code == DONE
    assert sorted(path.name for path in (here / "runs").iterdir()) == ["village-1", "village-2"]


def test_train_takes_overrides_and_keeps_them_in_the_run(here: Path) -> None:
    done = nerwin(
        "train", "-c", "village.yaml", "-o", "out", "-q", "--set", "training.epochs=1", "--set", "scorer.hidden=[4,3]"
    )
    assert done.exit_code == DONE
    assert len((here / "out" / "metrics.jsonl").read_text().splitlines()) == 1
    manifest = json.loads((here / "out" / "last" / "model.json").read_text())
    assert manifest["config"]["scorer"]["hidden"] == [4, 3]


def test_a_run_whose_files_are_gone_asks_where_they_are_now_and_asks_once(here: Path) -> None:
    assert nerwin("train", "--config", "village.yaml", "--output", "out").exit_code == DONE
    (here / "village.conll").rename(here / "moved.conll")
    refused = nerwin("train", "--output", "out", "--resume")
    gone = here / "village.conll"
    assert refused.exit_code == BAD
    assert refused.stderr == (
        f"nerwin: out: expected the files that the run was begun with, found no {gone}. "
        "Say where they are now: --set corpus.train=... --set corpus.dev=...\n"
    )
    named = ("--set", "corpus.train=moved.conll", "--set", "corpus.dev=moved.conll")
    assert nerwin("train", "--output", "out", "--resume", *named).exit_code == DONE
    assert nerwin("train", "--output", "out", "--resume").exit_code == DONE


def test_train_resumes_a_finished_run_by_saying_so(here: Path) -> None:
    done = nerwin("train", "--config", "village.yaml", "--output", "runs/village-1", "--resume")
    assert done.exit_code == DONE
    assert "stopped: all 3 epochs done" in done.stderr
    assert done.stdout.startswith("runs/village-1: dev F1 0.")
    assert "epoch 1" not in done.stderr


def test_train_overwrites_only_where_told_to(here: Path) -> None:
    words = ("train", "--config", "village.yaml", "--output", "runs/village-1", "--quiet")
    before = (here / "runs" / "village-1" / "metrics.jsonl").read_bytes()
    assert nerwin(*words).exit_code == BAD
    assert (here / "runs" / "village-1" / "metrics.jsonl").read_bytes() == before
    assert nerwin(*words, "--overwrite", "--set", "training.epochs=1").exit_code == DONE
    assert len((here / "runs" / "village-1" / "metrics.jsonl").read_text().splitlines()) == 1


def test_divergence_exits_with_1_and_one_line(here: Path) -> None:
    done = nerwin("train", "-c", "village.yaml", "-o", "out", "-q", "--set", "optimizer.learning_rate=1e30")
    assert done.exit_code == FAILED
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("nerwin: epoch 1, step ")
    assert "Lower optimizer.learning_rate" in done.stderr


def test_commands_that_are_proposed_can_be_copied_whatever_files_are_called(here: Path) -> None:
    done = nerwin(*TRAIN.split(), "--set", "training.epochs=1", "--output", "-my run")
    proposed = [line.partition(": ")[2] for line in done.stderr.splitlines() if line.startswith("next: ")]
    assert proposed == ["nerwin evaluate './-my run'"]
    for command in proposed:
        assert nerwin(*shlex.split(command)[1:]).exit_code == DONE, command


def test_json_lines_are_learned_from_as_the_same_corpus_in_columns(here: Path) -> None:
    assert nerwin("convert", "village.conll", "village.jsonl").exit_code == DONE
    for form, said in (("conll", "2 columns by tab, IOB2"), ("jsonl", "JSON Lines, IOB2")):
        parts = ("--set", f"corpus.train=village.{form}", "--set", f"corpus.dev=village.{form}")
        done = nerwin(*TRAIN.split(), *parts, "--set", "training.epochs=1", "--output", f"runs/{form}")
        assert said in done.stderr
    models = [load_model(here / "runs" / form / "best") for form in ("conll", "jsonl")]
    assert np.array_equal(models[0].params["W1"], models[1].params["W1"])
    evaluated = nerwin("evaluate", "runs/conll", "--data", "village.jsonl", "--json")
    assert evaluated.stdout == nerwin("evaluate", "runs/jsonl", "--data", "village.conll", "--json").stdout
    assert nerwin("train", "--resume", "--output", "runs/jsonl", "--quiet").exit_code == DONE


def test_a_run_without_a_whole_epoch_is_told_from_a_wrong_path(here: Path) -> None:
    for part in ("best", "last"):
        shutil.rmtree(here / "runs" / "village-1" / part)
    (here / "runs" / "village-1" / "metrics.jsonl").write_text('{"epoch": 1}\n')
    for command in ("evaluate", "info", "tag"):
        done = nerwin(command, "runs/village-1", stdin=LINES)
        assert done.exit_code == BAD
        assert done.stderr.endswith(
            "If training diverged, begin anew with a lower optimizer.learning_rate. If it was stopped, train on: "
            "nerwin train --output runs/village-1 --resume\n"
        )


def test_metrics_alone_are_no_run_to_begin_again(here: Path) -> None:
    for part in ("best", "last"):
        shutil.rmtree(here / "runs" / "village-1" / part)
    metrics = here / "runs" / "village-1" / "metrics.jsonl"
    metrics.write_text(metrics.read_text().splitlines(keepends=True)[0] * 2)
    assert nerwin("info", "runs/village-1").stderr.endswith("found its metrics alone. Bring best/ back.\n")
    done = nerwin("train", "--output", "runs/village-1", "--resume")
    assert (done.exit_code, "expected the state of the run, found none" in done.stderr) == (BAD, True)
    assert metrics.read_text().count("\n") == 2


def test_a_model_is_no_place_for_a_run(here: Path) -> None:
    shutil.copytree(here / "runs" / "village-1" / "best", here / "model")
    before = (here / "model" / "model.json").read_bytes()
    for options in ((), ("--overwrite",)):
        done = nerwin("train", "--config", "village.yaml", "--output", "model", *options)
        assert done.exit_code == BAD
        assert done.stderr.endswith("expected the folder of a run, found a model's. Choose another --output.\n")
    assert (here / "model" / "model.json").read_bytes() == before
    assert not (here / "model" / "best").exists()


def test_a_new_run_in_an_old_one_s_place_has_no_page_of_it(here: Path) -> None:
    page = here / "runs" / "village-1" / "report.html"
    page.write_text("of the old run")
    words = ("--config", "village.yaml", "--output", "runs/village-1", "--set", "training.epochs=1")
    assert nerwin("train", *words, "--overwrite").exit_code == DONE
    assert not page.exists()


def test_the_shipped_parts_beside_a_train_of_ones_own_are_named(here: Path) -> None:
    done = nerwin("train", "--set", "corpus.train=village.conll", "--set", "training.epochs=1")
    assert f"corpus.dev is still {shipped('data/dev.conll').resolve()}" in done.stderr
    assert done.stderr.count("of the shipped corpus: set it to your own part, or to null") == 2
    assert "corpus.test is still" in done.stderr
    assert "is still" not in nerwin("train", "--set", "training.epochs=1").stderr


def test_in_an_archive_no_shipped_configuration_can_be_read_and_others_can(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "n.zip").write_bytes(b"")
    monkeypatch.setattr("nerwin.shipped.PACKAGE", here / "n.zip" / "nerwin")
    wanted = f"expected nerwin in a folder, found it in the archive {here / 'n.zip'}. Unpack it.\n"
    for words in (["init", "a.yaml", "--preset", "quickstart"], ["config"], ["train"]):
        done = nerwin(*words)
        assert (done.exit_code, done.stdout) == (BAD, "")
        assert done.stderr == f"nerwin: configs/quickstart.yaml: {wanted}"
    assert not (here / "a.yaml").exists()
    assert nerwin("train", "--config", "village.yaml", "--set", "training.epochs=1").exit_code == DONE


@pytest.mark.parametrize(
    ("part", "note"), [("train", "teaches the model"), ("dev", "chooses its thresholds"), ("test", "")]
)
def test_a_test_part_that_is_another_part_too_is_told_of(here: Path, part: str, note: str) -> None:
    for name in ("train", "dev", "test"):
        shutil.copyfile(here / "village.conll", here / f"{name}.conll")
    words = [f"corpus.{name}={name}.conll" for name in ("train", "dev")]
    words += [f"corpus.test={part}.conll", "training.epochs=1"]
    done = nerwin("train", "--config", "village.yaml", *(word for one in words for word in ("--set", one)))
    said = f"corpus.test is the file of corpus.{part}, which {note}: its F1 is no score on new text\n"
    assert (said in done.stderr) is bool(note)
    assert done.stderr.count("corpus.test is the file of") == bool(note)
    assert list(opening.tested_twice(CorpusConfig(train=here / "train.conll"))) == []  # dev and test are both none


def test_a_training_that_cannot_begin_leaves_no_folder(here: Path) -> None:
    before = set((here / "runs").iterdir())
    assert nerwin("train", "--set", "corpus.train=nowhere.conll").exit_code == 2
    assert set((here / "runs").iterdir()) == before


@pytest.mark.parametrize(("init", "told"), [("zero", True), ("small", False)])
def test_detectors_that_start_equal_are_told_of(here: Path, init: str, told: bool) -> None:
    done = nerwin("train", "--config", "village.yaml", "--output", "out", "--set", f"scorer.init={init}")
    assert done.exit_code == DONE, done.stderr
    assert ("scorer.init is zero: all detectors of a layer start equal" in done.stderr) is told


@pytest.mark.parametrize(("least", "said"), [(4, False), (5, True)])
def test_more_detectors_than_are_set_are_told_of(here: Path, least: int, said: bool) -> None:
    """The two types of the village have eight."""
    done = nerwin("train", "--config", "village.yaml", "--output", "out", "--set", f"scorer.per_type={least}")
    note = "scorer.hidden ends with 8, the last layer has 10 detectors: 5 a type (scorer.per_type)"
    assert (note in done.stderr.splitlines()) == said


def test_a_training_of_few_steps_is_told_of(here: Path) -> None:
    (here / "few.conll").write_text("Mira B-PER\nsleeps O\n")
    hint = "an epoch has only 1 minibatch of 1000 pairs: for so little data"
    for size, train, told in ((1000, "village.conll", True), (1, "village.conll", False), (1, "few.conll", False)):
        settings = (f"training.batch_size={size}", f"corpus.train={train}", "objective.draws=1", "training.epochs=1")
        words = [word for one in settings for word in ("--set", one)]
        done = nerwin("train", "-c", "village.yaml", *words)
        assert done.exit_code == DONE, done.stderr
        assert (hint in done.stderr) == ("an epoch has only" in done.stderr) == told


def test_the_commands_leave_the_threads_that_the_user_has_set() -> None:
    code = "import os; import nerwin.cli; print(os.environ['OPENBLAS_NUM_THREADS'], os.environ['OMP_NUM_THREADS'])"
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    done = python("-c", code, env={**environment, "OPENBLAS_NUM_THREADS": "3"})
    assert done.stdout == "3 1\n"


def test_training_twice_from_the_shell_gives_the_same_model(here: Path) -> None:
    done = python("-m", "nerwin", "train", "-c", "village.yaml", "-o", "out", "-q")
    assert done.returncode == DONE, done.stderr
    one, other = (
        np.load(next((folder / "best").glob("arrays-*.npz"))) for folder in (here / "out", here / "runs" / "village-1")
    )
    assert one.files == other.files
    assert all(np.array_equal(one[name], other[name]) for name in one.files if name.startswith("params/"))


def test_too_little_memory_is_one_line(tmp_path: Path) -> None:
    """A configuration may ask for more than there is: here two terabytes of weights, in a process that may have few."""
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (1 << 32, 1 << 32)); "
        "from nerwin.cli import app; app(prog_name='nerwin')"
    )
    wide = ["--set", "words.dim=5000", "--set", "window.size=99", "--set", "scorer.hidden=[100000]"]
    words = ["train", "--config", str(write_village(tmp_path)), "--output", str(tmp_path / "run"), *wide]
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert done.stderr.startswith("nerwin: there is too little memory (Unable to allocate")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("words", "threads"),
    [
        ([], "1"),
        (["--set", "training.threads=2"], "2"),
        (["--set", "training={epochs: 1, threads: 2}"], "2"),
        (["--set", "training={epochs: 1, threads: 2}", "--set", "training.seed=2"], "2"),
        (["--set", "training.threads=2", "--set", "training={epochs: 1}"], "2"),
        (["--set", "training.threads=2", "--set", "training=null"], "1"),
        (["--set", "training.threads= +2"], "2"),
        (["--set", "training={", "--set", "training.threads=2"], None),
        (["--set", "training.threads=two"], None),
        (["--set", f"training.threads={'9' * 5000}"], None),
    ],
    ids=[
        "default",
        "two",
        "a section",
        "a section and a key",
        "a key and a section",
        "undone",
        "with a sign",
        "no YAML",
        "a word",
        "a long number",
    ],
)
def test_the_configuration_says_how_many_threads_a_run_takes(here: Path, words: list[str], threads: str | None) -> None:
    """Whatever the environment says, so that the saved configuration alone reproduces the run."""
    command = ["-m", "nerwin", "train", "-c", "village.yaml", "-o", "out", "-q", "--set", "training.epochs=1", *words]
    done = python(*command, env={**os.environ, "OPENBLAS_NUM_THREADS": "3"})
    if threads is None:
        assert done.returncode == BAD
        assert words[1].partition("=")[0] in done.stderr
    else:
        assert done.returncode == DONE, done.stderr
        assert json.loads((here / "out" / "best" / "model.json").read_text())["blas_threads"] == threads
