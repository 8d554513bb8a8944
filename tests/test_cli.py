"""The commands as a shell sees them: what goes to stdout, what to stderr, and the exit code."""

import gzip
import io
import json
import os
import re
import select
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest

from nerwin import __version__
from nerwin.cli import app
from nerwin.cli.evaluate import _mistakes
from nerwin.cli.output import write
from nerwin.cli.scored import SEVERAL, _doubts
from nerwin.cli.tag import _bar, _usual
from nerwin.evaluation.scores import evaluate_tags
from nerwin.shipped import shipped
from nerwin.training import comparison
from nerwin.training.trainer import Trainer
from tests.commands import BAD, DONE, FAILED, INTERRUPTED, copied, nerwin, one_json_object
from tests.processes import started
from tests.village import write_village

TAGS = {"O", "B-LOC", "I-LOC", "B-PER", "I-PER"}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the village, its configuration, and a finished run at runs/village-1."""
    folder = tmp_path_factory.mktemp("template")
    write_village(folder)
    done = nerwin("train", "--config", folder / "village.yaml", "--output", folder / "runs" / "village-1", "--quiet")
    assert done.exit_code == DONE, done.stderr
    return folder


@pytest.fixture
def here(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: a copy of the template."""
    folder = copied(template, tmp_path / "here")
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize(
    "words", [("inspect", "runs/village-1", "--window", "Ærø"), ("gradcheck", "--config", "village.yaml")]
)
def test_where_the_output_knows_ascii_alone_nothing_else_is_printed_and_nothing_fails(
    here: Path, words: tuple[str, ...]
) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "COLUMNS": "40"}  # where cells are cut with an ellipsis
    command = [sys.executable, "-m", "nerwin", *words]
    done = subprocess.run(command, cwd=here, env=environment, capture_output=True, timeout=60)
    assert done.returncode == DONE, done.stderr.decode()
    assert len(done.stdout.decode("ascii")) > 200


# train


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
    assert closing["test F1"] == f"{scores['f1']:.4f} on test.conll"


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


def test_commands_that_are_proposed_can_be_copied_whatever_files_are_called(here: Path) -> None:
    done = nerwin(*TRAIN.split(), "--set", "training.epochs=1", "--output", "-my run")
    proposed = [line.partition(": ")[2] for line in done.stderr.splitlines() if line.startswith("next: ")]
    assert proposed == ["nerwin evaluate './-my run'"]
    Path("-x y.jsonl").write_text('{"text": "Lima", "entities": [[0, 4, "LOC"]]}\n')
    refused = nerwin("evaluate", "./-my run", "--data", "./-x y.jsonl")
    proposed += [refused.stderr.rstrip("\n").rpartition("Convert it: ")[2]]
    assert proposed[1] == "nerwin convert './-x y.jsonl' './-x y.conll'"
    for command in proposed:
        assert nerwin(*shlex.split(command)[1:]).exit_code == DONE, command


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


# evaluate


def test_evaluate_prints_the_figures_that_others_read_as_json(here: Path) -> None:
    figures = one_json_object(nerwin("evaluate", "runs/village-1", "--json"))
    assert {"precision", "recall", "f1", "support", "accuracy", "tokens", "invalid_transitions"} <= figures.keys()
    assert set(figures["types"]) == {"LOC", "PER"}
    assert set(figures["types"]["PER"]) == {"precision", "recall", "f1", "support"}
    assert set(figures["strict"]) == {"precision", "recall", "f1"}
    assert (figures["tokens"], figures["support"]) == (168, 27)
    assert 0 < figures["f1"] <= 1


def test_evaluate_scores_dev_as_the_best_epoch_did(here: Path) -> None:
    figures = one_json_object(nerwin("evaluate", "runs/village-1", "--json"))
    lines = [json.loads(line) for line in (here / "runs" / "village-1" / "metrics.jsonl").read_text().splitlines()]
    assert figures["f1"] == max(line["dev"]["f1"] for line in lines)


@pytest.mark.parametrize("words", [[], ["runs/village-1"], ["runs/village-1/best"]])
def test_evaluate_finds_the_same_model_by_any_name(here: Path, words: list[str]) -> None:
    named = one_json_object(nerwin("evaluate", *words, "--json"))
    assert named == one_json_object(nerwin("evaluate", here / "runs" / "village-1" / "best", "--json"))


def test_evaluate_draws_its_tables_on_stdout_and_what_it_read_on_stderr(here: Path) -> None:
    done = nerwin("evaluate")
    assert done.exit_code == DONE
    assert all(word in done.stdout for word in ("LOC", "PER", "conlleval", "strict", "invalid transitions"))
    assert "20 sentences" in done.stderr
    assert "20 sentences" not in done.stdout


@pytest.mark.parametrize(("width", "whole"), [("80", True), ("12", False)])
def test_evaluate_lists_the_frequent_mistakes_where_the_whole_table_is_too_wide(
    here: Path, monkeypatch: pytest.MonkeyPatch, width: str, whole: bool
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    Path("other.conll").write_text("Zzyzx\tB-PER\n\nwas\tO\n", encoding="utf-8")
    printed = " ".join(nerwin("evaluate", "runs/village-1", "--data", "other.conll").stdout.split())
    assert ("words by type: true in rows" in printed) == whole
    assert ("frequent mistakes" in printed) != whole


def test_evaluate_ends_with_its_other_figures_in_one_line(here: Path) -> None:
    last = nerwin("evaluate", "runs/village-1").stdout.splitlines()[-1]
    assert re.fullmatch(r"token accuracy .* invalid transitions found; calibration error of .* scores \d\.\d{3}", last)


def test_evaluate_draws_no_table_of_mistakes_where_there_are_none(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "12")
    assert nerwin("tag", "runs/village-1", "village.conll", "--input", "conll", "-o", "own.conll").exit_code == DONE
    printed = nerwin("evaluate", "runs/village-1", "--data", "own.conll").stdout
    assert "frequent" not in printed
    assert "token" in printed


def test_compare_fails_where_no_cell_is_trained(here: Path) -> None:
    grid = ("--vary", "optimizer.learning_rate=0.1,1e30", "-j", "1", "--set", "training.epochs=1")
    done = nerwin("compare", "-c", "village.yaml", *grid, "--json")
    assert done.exit_code == DONE
    assert [bool(json.loads(line)["error"]) for line in done.stdout.splitlines()] == [False, True]
    words = ("--vary", "optimizer.learning_rate=1e30", "-j", "1", "--set", "training.epochs=1")
    assert nerwin("compare", "-c", "village.yaml", *words).exit_code == FAILED


def test_compare_names_the_runs_of_the_best_setting(here: Path) -> None:
    grid = ("--vary", "training.seed=1,2", "--vary", "optimizer.learning_rate=0.1,1e30", "-j", "1", "-o", "my grid")
    compare = ("compare", "-c", "village.yaml", "--set", "training.epochs=1", *grid)
    said = nerwin(*compare).stderr.splitlines()[-1]
    rows = map(json.loads, Path("my grid/results.jsonl").read_text().splitlines())
    runs = [Path("my grid", row["folder"]) for row in rows if not row["error"]]
    assert said == f"best: {shlex.join(map(str, runs))}"
    assert [one_json_object(nerwin("info", str(run), "--json"))["config"]["training"]["seed"] for run in runs] == [1, 2]
    again = nerwin(*compare, "--json").stdout.splitlines()  # the finished ones as they were read back
    assert [json.loads(line)["folder"] for line in again[:2]] == [run.relative_to("my grid").as_posix() for run in runs]


def test_compare_tells_a_seed_that_failed_from_a_setting_that_failed(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(one: comparison.Comparison, staff: object) -> Iterator[comparison.Result]:
        yield comparison.Result(("training.seed=1",), f1=0.5)
        yield comparison.Result(("training.seed=2",), error="it broke")

    monkeypatch.setattr(comparison.Comparison, "run", half)
    done = nerwin("compare", "-c", "village.yaml", "--vary", "training.seed=1,2")
    assert done.exit_code == DONE
    assert "50.00" in done.stdout
    assert "1 of 2" in done.stdout


def test_a_key_for_all_cells_may_begin_the_name_of_one_that_is_compared(here: Path) -> None:
    words = ("--set", "objective.l2=0.1", "--set", "training.epochs=1", "--vary", "objective.l2_words=true")
    assert nerwin("compare", "-c", "village.yaml", "-j", "1", *words).exit_code == DONE


def test_keys_in_sections_are_compared_as_keys_by_themselves(here: Path) -> None:
    grid = ("-j", "1", "--set", "training={epochs: 1}", "--vary", "training={seed: 1},{seed: 2, batch_size: 4}")
    compare = ("compare", "-c", "village.yaml", *grid)
    done = nerwin(*compare)
    assert done.exit_code == DONE
    words = done.stdout.split()
    assert "batch_size" in words
    assert "seed:" not in words  # which is in the number of seeds alone
    taken = nerwin(*compare, "--set", "training={seed: 3}")
    assert taken.exit_code == BAD
    assert "--set training.seed: expected a key that is the same in all cells, found it in --vary." in taken.stderr


def test_no_figure_of_a_result_is_cut_off(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compare = ("compare", "-c", "village.yaml", "-j", "1", "--set", "training.epochs=1", "--vary", "training.seed=1")
    scores = one_json_object(nerwin("evaluate", "runs/village-1", "--json"))
    f1 = one_json_object(nerwin(*compare, "--json"))["f1"]
    monkeypatch.setenv("COLUMNS", "20")
    printed = nerwin("evaluate", "runs/village-1").stdout
    assert all(f"{100 * scores[name]:.2f}" in printed for name in ("precision", "recall", "f1"))
    table = nerwin(*compare).stdout
    assert f"{100 * f1:.2f}" in table
    assert " 0.00 " not in table  # one seed has no spread
    assert "in margin" in table


def test_no_type_or_title_of_a_table_is_cut_off_or_broken(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two long types may differ in their ends alone, and who reads lines wants a sentence on one."""
    monkeypatch.setenv("COLUMNS", "30")
    types = ("Ortsbezeichnung-geographisch-amtlich", "Ortsbezeichnung-geographisch-kirchlich")
    Path("long.conll").write_text("".join(f"Zzyzx\tB-{one}\n\n" for one in types), encoding="utf-8")
    scored = nerwin("evaluate", "runs/village-1", "--data", "long.conll").stdout
    surveyed = nerwin("data", "long.conll").stdout
    for printed in (scored, surveyed):
        assert all(printed.count(one) >= 1 for one in types)
        assert "…" not in printed
    assert re.search(r"^token accuracy .* of 2 tokens; .*; calibration error .* [\d.]+$", scored, re.MULTILINE)
    monkeypatch.setenv("COLUMNS", "40")
    whole = nerwin("evaluate", "runs/village-1", "--data", "village.conll").stdout.splitlines()
    assert "words by type: true in rows, found in columns" in whole


def test_a_run_without_a_whole_epoch_is_told_from_a_wrong_path(here: Path) -> None:
    for part in ("best", "last"):
        shutil.rmtree(here / "runs" / "village-1" / part)
    (here / "runs" / "village-1" / "metrics.jsonl").write_text('{"epoch": 1}\n')
    for command in ("evaluate", "info", "tag"):
        done = nerwin(command, "runs/village-1", stdin=LINES)
        assert done.exit_code == BAD
        assert done.stderr.endswith("Train on: nerwin train --output runs/village-1 --resume\n")


def test_metrics_alone_are_no_run_to_begin_again(here: Path) -> None:
    for part in ("best", "last"):
        shutil.rmtree(here / "runs" / "village-1" / part)
    (here / "runs" / "village-1" / "metrics.jsonl").write_text('{"epoch": 1}\n{"epoch": 2}\n')
    assert nerwin("info", "runs/village-1").stderr.endswith("found its metrics alone. Bring best/ back.\n")
    done = nerwin("train", "--output", "runs/village-1", "--resume")
    assert (done.exit_code, "expected the state of the run, found none" in done.stderr) == (BAD, True)
    assert (here / "runs" / "village-1" / "metrics.jsonl").read_text().count("\n") == 2


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


def test_the_model_s_own_corpus_that_has_moved_asks_for_another(here: Path) -> None:
    shutil.move("village.conll", "moved.conll")
    done = nerwin("evaluate", "runs/village-1")
    assert done.exit_code == BAD
    assert done.stderr.endswith("found no such file. Name a corpus with --data.\n")
    assert nerwin("evaluate", "runs/village-1", "--data", "moved.conll").exit_code == DONE


def test_what_tag_writes_is_packed_where_its_name_says_so(here: Path) -> None:
    Path("text").write_text(LINES)
    for name in ("plain", "packed.gz"):
        assert nerwin("tag", "runs/village-1", "text", "--output", name).exit_code == DONE
    assert gzip.decompress(Path("packed.gz").read_bytes()) == Path("plain").read_bytes()


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("Mira O\nleft O\n", "The corpus has no entity. Is --tag-column the column of the tags?\n"),
        ("Mira B-PER\nX B-NEW\n", "Types that the model does not know, so that it finds none: NEW.\n"),
        ("Mira B-PER\nleft O\n", ""),
    ],
)
def test_evaluate_doubts_a_corpus_of_other_types(here: Path, text: str, doubt: str) -> None:
    (here / "x.conll").write_text(text)
    done = nerwin("evaluate", "runs/village-1", "--data", "x.conll")
    assert done.stderr.partition("\n")[2] == doubt


def test_evaluate_asks_nobody_for_the_columns_of_inline_markup(here: Path) -> None:
    Path("x.inline").write_text("no entity here\n")
    done = nerwin("evaluate", "runs/village-1", "--data", "x.inline")
    assert done.stderr.partition("\n")[2] == "The corpus has no entity. Are entities marked as in [Lima](LOC)?\n"


def test_columns_that_are_read_as_text_are_told_of(here: Path) -> None:
    assert nerwin("tag", "runs/village-1", "village.conll").stderr == (
        "village.conll: read as text, each line for itself; for a word a line add --input conll\n"
    )
    assert nerwin("tag", "runs/village-1", "village.conll", "--input", "conll").stderr == ""


@pytest.mark.parametrize(
    ("text", "options", "hint"),
    [
        ("Mira\nNew York\nleft\n", [], "line 2 has 2 columns and most have 1 (is it a comment, or are columns named"),
        ("# id 7\nMira\nleft\n", [], "line 1 has 3 columns and most have 1 (is it a comment"),
        ("# id 7\nMira\nleft\n", ["--comments", "#"], None),
        ("word,tag\nMira,B-PER\n\n,O\n", [], "each line has a comma (is it CSV? Then separate by tabs, or convert it"),
        ("#;Word;Tag\nNo 1;Mira;B-PER\n;left;O\n", [], "each line has a semicolon (is it CSV? Then separate by"),
        ("3,5\nmiles\n", [], None),
        ("Mira\ta,b\nleft\ta,b\n", [], None),
        ("3,5\n", [], None),
        ("Mira\n#left\n", ["--comments", "#"], "comments with as many columns as words have: 1, the first on line 2"),
        ("Mira\t_\n# left\n", ["--comments", "#"], None),
        ("", [], None),
    ],
)
def test_lines_unlike_most_are_told_of(here: Path, text: str, options: list[str], hint: str | None) -> None:
    (here / "x.txt").write_text(text)
    done = nerwin("tag", "runs/village-1", "x.txt", "--input", "conll", *options)
    assert done.exit_code == DONE
    assert done.stderr.startswith(f"x.txt: {hint}") if hint else done.stderr == ""
    piped = python("-m", "nerwin", "tag", "runs/village-1", "--input", "conll", *options, input=text)
    assert (piped.stdout, piped.stderr) == (done.stdout, done.stderr.replace("x.txt", "<stdin>"))


@pytest.mark.parametrize("pack", [gzip.compress, lambda text: text.replace(b"left", b"\xff")])
def test_what_waits_and_is_no_text_is_left_to_the_reader(here: Path, pack: Callable[[bytes], bytes]) -> None:
    (here / "x.txt").write_bytes(pack(b"Mira\nNew York\nleft\n"))
    words = [sys.executable, "-m", "nerwin", "tag", "runs/village-1", "--input", "conll"]
    with (here / "x.txt").open("rb") as stdin:
        piped = subprocess.run(words, stdin=stdin, capture_output=True, text=True, check=False)
    done = nerwin("tag", "runs/village-1", "x.txt", "--input", "conll")
    assert (piped.returncode, piped.stdout) == (done.exit_code, done.stdout)
    assert piped.stderr == ("" if done.exit_code == DONE else done.stderr.replace("x.txt", "<stdin>"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("-DOCSTART- -X- O O\n\nMira NNP I-NP B-PER\nleft VBD I-VP O\n", "for a word a line add --input conll\n"),
        ("Mira\tB-PER\nleft\tO\n", "for a word a line add --input conll\n"),
        ('{"text": "Mira left"}\n\n{"text": "x"}\n', "though its lines are JSON; for objects add --input jsonl\n"),
        ("# sent_id = 1\nMira\tB-PER\nleft\tO\n", "for a word a line add --input conll\n"),
        ("{name} met {place}\n{name} left {place}\n", ""),
        ("B-PER\tMira\nO\tleft\n", "for a word a line add --input conll\n"),
        ("Mira\tperson-artist\nleft\tO\n", "for a word a line add --input conll\n"),
        ("Mira\tleft Dunmere\nAnsel\tcame back\n", ""),
        ("O Mira\nwhere are you\n", ""),
        ("Mira left Dunmere O\nand came\n", ""),
        ("O\nB-PER\n", ""),
        ("Mira O\n", ""),
        ("", ""),
    ],
)
def test_text_that_looks_like_another_form_is_told_of(here: Path, text: str, told: str) -> None:
    (here / "x.txt").write_text(text)
    said = nerwin("tag", "runs/village-1", "x.txt").stderr
    assert said.endswith(told) if told else said == ""


@pytest.mark.parametrize("text", ["Mira\tB-PER\nleft\tO\n", "Mira left\nand came\n", ""])
def test_standard_input_is_looked_at_and_read_whole(here: Path, text: str) -> None:
    done = python("-m", "nerwin", "tag", "runs/village-1", "--format", "conll", input=text)
    (here / "x.txt").write_text(text)
    assert done.stdout == nerwin("tag", "runs/village-1", "x.txt", "--format", "conll").stdout
    hint = "<stdin>: read as text, each line for itself; for a word a line add --input conll\n"
    assert done.stderr == (hint if "\t" in text else "")


def test_a_line_that_is_typed_is_tagged_at_once(here: Path) -> None:
    ours, theirs = os.openpty()
    words = [sys.executable, "-m", "nerwin", "tag", "runs/village-1"]
    with subprocess.Popen(
        words, stdin=theirs, stdout=theirs, stderr=theirs, env={**os.environ, "NO_COLOR": "1"}
    ) as tag:
        os.close(theirs)
        for text in ("Mira left", "Ines came"):
            os.write(ours, f"{text}\n".encode())
            said = b""
            while said.count(b"\n") < 2:  # what is typed comes back, then the answer
                assert select.select([ours], [], [], 60)[0], said
                said += os.read(ours, 1000)
            echo, answer = said.decode().split()[:2], said.decode().splitlines()[1]
            assert echo == text.split()
            assert re.sub(r"\[([^]]*)\]\([A-Z]*\)", r"\1", answer) == text
        os.write(ours, b"\x04")  # Ctrl-D, once
        assert tag.wait(timeout=60) == DONE
    os.close(ours)


def test_a_file_by_the_name_of_json_lines_is_told_of_and_a_pipe_is_read_once(here: Path) -> None:
    (here / "one.jsonl").write_text('{"text": "Mira left"}\n')
    assert "though its lines are JSON" in nerwin("tag", "runs/village-1", "one.jsonl").stderr
    os.mkfifo(here / "pipe")
    writer = threading.Thread(target=(here / "pipe").write_text, args=("Mira\tB-PER\nleft\tO\n",))
    writer.start()
    assert nerwin("tag", "runs/village-1", "pipe").stderr == ""
    writer.join()


def test_evaluate_finds_words_and_tags_in_the_columns_that_are_named(here: Path) -> None:
    lines = (here / "village.conll").read_text().split("\n")
    rows = (f"1\t{line}\t_\n" if line else "# a note\n\n" for line in lines)
    (here / "u.conllu").write_text("".join(rows))
    options = ("--word-column", 1, "--tag-column", -2, "--comments", "#")
    done = nerwin("evaluate", "runs/village-1", "--data", "u.conllu", "--json", *options)
    assert one_json_object(done) == one_json_object(
        nerwin("evaluate", "runs/village-1", "--data", "village.conll", "--json")
    )
    assert nerwin("evaluate", "runs/village-1", "--data", "u.conllu").stderr.endswith(
        'found "_". Is it outside? Then write O. Or is --tag-column another? The beginning can be read if you set '
        '--comments to "#", --tag-column to 2.\n'
    )


def test_evaluate_reads_tags_as_it_is_told(here: Path) -> None:
    assert nerwin("convert", "village.conll", "village.types", "-q").exit_code == DONE
    shutil.copy("village.types", "alone.conll")
    alone = ("evaluate", "runs/village-1", "--data", "alone.conll", "--json")
    expected = one_json_object(nerwin("evaluate", "runs/village-1", "--data", "village.conll", "--json"))
    assert one_json_object(nerwin(*alone, "--scheme", "types")) == expected
    assert one_json_object(nerwin("evaluate", "runs/village-1", "--data", "village.types", "--json")) == expected
    assert "or set --scheme to types if they stand alone. Or" in nerwin(*alone).stderr
    refused = nerwin("evaluate", "runs/village-1", "--data", "village.conll", "--scheme", "types")
    assert (refused.exit_code, refused.stdout) == (BAD, "")
    assert refused.stderr.endswith("Is --scheme another?\n")


def test_tag_finds_words_where_the_training_part_had_them(here: Path) -> None:
    lines = (here / "village.conll").read_text().split("\n")
    rows = [f"x\t{line}\n" if line else "# a note\n\n" for line in lines]
    (here / "third.conll").write_text("".join(rows))
    keys = ("corpus.train=third.conll", "corpus.dev=third.conll", "corpus.word_column=1", "corpus.comments=#")
    words = [word for key in keys for word in ("--set", key)]
    done = nerwin(*TRAIN.split(), "-q", *words, "--set", "training.epochs=1")
    assert done.exit_code == DONE, done.stderr
    tagged = nerwin("tag", "out", "third.conll", "--input", "conll", "--format", "jsonl").stdout
    first = [line.split("\t")[0] for line in lines[: lines.index("")]]
    assert json.loads(tagged.splitlines()[0])["text"] == " ".join(first)


def test_evaluate_doubts_that_every_tag_is_right(here: Path) -> None:
    assert nerwin("tag", "runs/village-1", "village.conll", "--input", "conll", "-o", "own.conll").exit_code == DONE
    done = nerwin("evaluate", "runs/village-1", "--data", "own.conll")
    assert "all (conlleval) │    100.00" in done.stdout
    assert "Every tag is right: did the model write them" in done.stderr
    assert "Every tag" not in nerwin("evaluate", "runs/village-1", "--data", "village.conll").stderr


@pytest.mark.parametrize(("entities", "doubts"), [(SEVERAL - 1, 0), (SEVERAL, 1)])
def test_evaluate_believes_that_a_few_tags_are_right(entities: int, doubts: int) -> None:
    tags = [["B-LOC"] * entities]
    assert len(list(_doubts("x.conll", evaluate_tags(tags, tags), ["LOC"], "all"))) == doubts


def test_frequent_mistakes_are_the_wrong_ones_and_the_most_frequent_comes_first() -> None:
    gold, found = ["B-LOC B-LOC O O O O B-PER", "B-PER O B-PER B-PER O O B-PER"]
    table = _mistakes(evaluate_tags([gold.split()], [found.split()]))
    assert list(zip(*(column.cells for column in table.columns), strict=True)) == [
        ("O", "PER", "2"),
        ("LOC", "PER", "1"),
        ("LOC", "O", "1"),
    ]


def test_evaluate_reads_other_data_where_asked(here: Path) -> None:
    (here / "other.conll").write_text("Quellmark\tB-LOC\nsleeps\tO\n")
    figures = one_json_object(nerwin("evaluate", "--data", "other.conll", "--json"))
    assert (figures["tokens"], figures["support"]) == (2, 1)


# gradcheck


def test_gradcheck_prints_its_verdict_as_json(here: Path) -> None:
    done = nerwin("gradcheck", "--config", "village.yaml", "--json")
    verdict = one_json_object(done)
    assert done.exit_code == DONE
    assert verdict["passed"] is True
    assert 0 < verdict["max_relative_error"] < 1e-7
    assert {check["name"] for check in verdict["checks"]} == {"U", "W1", "b1", "words"}


def test_gradcheck_draws_a_table_on_stdout(here: Path) -> None:
    done = nerwin("gradcheck", "--config", "village.yaml")
    assert done.exit_code == DONE
    assert all(name in done.stdout for name in ("U", "W1", "b1", "words", "ok"))
    assert done.stderr == ""


def test_gradcheck_keeps_its_figures_on_a_narrow_terminal(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert "…" not in nerwin("gradcheck", "--config", "village.yaml").stdout


def test_a_gradient_that_is_wrong_exits_with_1(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nerwin.training.objective.add_l2_gradient", lambda *args: None)
    words = ("gradcheck", "--config", "village.yaml", "--set", "objective.l2=0.1")
    drawn, printed = nerwin(*words), nerwin(*words, "--json")
    assert (drawn.exit_code, printed.exit_code) == (FAILED, FAILED)
    assert "WRONG" in drawn.stdout
    assert one_json_object(printed)["passed"] is False


# tag

LINES = "Mira Tolvan left Quellmark .\nrain\n"
NEWEST = f"model: {Path('runs', 'village-1', 'best')}\n"  # where no model is named


def test_tag_marks_up_text_from_standard_input(here: Path) -> None:
    done = nerwin("tag", stdin=LINES)
    assert (done.exit_code, done.stderr) == (DONE, NEWEST)
    named = nerwin("tag", "runs/village-1", stdin=LINES)
    assert (named.stdout, named.stderr) == (done.stdout, "")
    plain = done.stdout.replace("[", "").replace("](PER)", "").replace("](LOC)", "")
    assert plain == LINES
    assert "](" in done.stdout


def test_tag_gives_json_objects_back_with_their_entities(here: Path) -> None:
    line = json.dumps({"id": 1, "text": "Mira Tolvan left Quellmark ."})
    done = nerwin("tag", "--input", "jsonl", stdin=f"{line}\n")
    plain = nerwin("tag", "--format", "jsonl", stdin=LINES)
    assert json.loads(done.stdout) == {"id": 1, **json.loads(plain.stdout.splitlines()[0])}
    refused = nerwin("tag", "--input", "jsonl", "--word-column", "1", stdin=line)
    assert refused.exit_code == BAD
    assert "expected --input conll, found jsonl" in refused.stderr


def test_tag_as_jsonl_prints_an_object_a_line(here: Path) -> None:
    done = nerwin("tag", "--format", "jsonl", stdin=LINES)
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first["text"] == "Mira Tolvan left Quellmark ."
    assert all(first["text"][one["start"] : one["end"]] == one["text"] for one in first["ents"])
    assert second["text"] == "rain"


def test_tag_with_html_prints_a_page_of_the_same_entities(here: Path) -> None:
    page, marked = nerwin("tag", "--html", stdin=LINES).stdout, nerwin("tag", stdin=LINES).stdout
    assert page.startswith("<!DOCTYPE html>\n")
    assert page.endswith("</html>\n")
    assert page.count("<p ") == 2
    assert page.count("<mark ") == marked.count("](") > 0


def test_tag_leaves_out_what_scores_less_than_asked_for(here: Path) -> None:
    def scores(*options: str) -> list[float]:
        done = nerwin("tag", "--format", "jsonl", *options, stdin=LINES)
        return [one["score"] for line in done.stdout.splitlines() for one in json.loads(line)["ents"]]

    every = scores()
    assert every
    assert scores("--min-score", str(min(every) - 0.01)) == every
    assert scores("--min-score", str(max(every) + 0.01)) == []


@pytest.mark.parametrize("words", [["runs/village-1", "-"], ["runs/village-1"], []])
def test_tag_reads_standard_input_in_three_ways(here: Path, words: list[str]) -> None:
    assert nerwin("tag", *words, stdin=LINES).stdout == nerwin("tag", "runs/village-1/best", stdin=LINES).stdout


def test_tag_gives_columns_back_with_one_more(here: Path) -> None:
    source = (here / "village.conll").read_text()
    done = nerwin("tag", "runs/village-1", "village.conll", "--input", "conll")
    assert (done.exit_code, done.stderr) == (DONE, "")
    before, after = source.splitlines(), done.stdout.splitlines()
    assert [line.rpartition("\t")[0] if line else "" for line in after] == before
    assert {line.rpartition("\t")[2] for line in after if line} <= TAGS


def test_tag_finds_the_words_in_the_column_that_is_named(here: Path) -> None:
    words = LINES.split()
    (here / "u.conllu").write_text("# text = x\n" + "".join(f"{n}\t{word}\t_\n" for n, word in enumerate(words, 1)))
    (here / "plain.conll").write_text("".join(f"{word}\n" for word in words))
    tag = ("tag", "runs/village-1", "--input", "conll")
    done = nerwin(*tag, "u.conllu", "--word-column", 1, "--comments", "#")
    assert done.exit_code == DONE, done.stderr
    found = [line.split("\t")[-1] for line in done.stdout.splitlines()[1:]]
    assert found == [line.split(" ")[-1] for line in nerwin(*tag, "plain.conll").stdout.splitlines()]
    assert set(found) > {"O"}
    assert "found their numbers: 1, 2, 3. Name that of" in nerwin(*tag, "u.conllu", "--comments", "#").stderr
    assert nerwin("tag", "--comments", "#", stdin=LINES).exit_code == BAD


def test_tag_writes_to_a_file_what_it_would_print(here: Path) -> None:
    printed = nerwin("tag", stdin=LINES)
    written = nerwin("tag", "--output", "out.txt", stdin=LINES)
    assert (written.exit_code, written.stdout, written.stderr) == (DONE, "", NEWEST)
    assert (here / "out.txt").read_text() == printed.stdout


def test_a_dash_is_standard_output(here: Path) -> None:
    assert nerwin("tag", "-o", "-", stdin=LINES).stdout == nerwin("tag", stdin=LINES).stdout
    done = nerwin("report", "runs/village-1", "--output", "-")
    assert nerwin("report", "runs/village-1").exit_code == DONE
    assert done.stdout == (here / "runs" / "village-1" / "report.html").read_text()
    assert not (here / "-").exists()


def test_tag_works_without_a_standard_error(here: Path) -> None:
    """As some daemons start their programs."""
    words = [sys.executable, "-m", "nerwin", "tag", "runs/village-1", "village.conll", "--input", "conll"]
    done = subprocess.run(["sh", "-c", 'exec "$@" --output out.conll 2>&-', "sh", *words], timeout=60)
    assert done.returncode == DONE
    assert (here / "out.conll").read_text() == nerwin(*words[3:]).stdout


def without_output(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "nerwin", *words]
    return subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "sh", *command], timeout=60, input=LINES, stderr=subprocess.PIPE, encoding="utf-8"
    )


def test_no_input_of_several_is_written_over(here: Path) -> None:
    for path in (here / "in" / "x", here / "out" / "x.html"):
        path.parent.mkdir()
        path.write_text(LINES)
    done = nerwin("tag", "runs/village-1", "in/x", "out/x.html", "--html", "--output", "out")
    assert done.exit_code == BAD
    assert "expected another file than out/x.html itself" in done.stderr
    assert (here / "out" / "x.html").read_text() == LINES


@pytest.mark.parametrize("name", ["x.txt", "x.txt.gz"])
def test_files_that_would_get_one_name_are_refused(here: Path, name: str) -> None:
    for place in ("one/x.txt", f"other/{name}"):
        Path(place).parent.mkdir()
        Path(place).write_text("Mira left .\n")
    done = nerwin("tag", "runs/village-1", "one/x.txt", f"other/{name}", "--output", "out")
    assert done.exit_code == BAD
    assert done.stderr.startswith(f"nerwin: other/{name}: expected files of different names, found one/x.txt too.")
    assert not Path("out").exists()


@pytest.mark.parametrize("name", ["found.jsonl", "page.html", "found.conll.gz", "out.txt", "OUT.TSV"])
def test_several_files_do_not_go_into_a_folder_with_the_name_of_a_file(here: Path, name: str) -> None:
    shutil.copy("village.conll", "other.conll")
    tag = ("tag", "runs/village-1", "village.conll", "other.conll", "--input", "conll", "--output", name)
    done = nerwin(*tag)
    assert done.exit_code == BAD
    assert done.stderr.startswith(f"nerwin: --output {name}: expected a folder for 2 files, found the name of a file. ")
    assert not Path(name).exists()
    Path(name).mkdir()
    assert nerwin(*tag).exit_code == DONE
    assert nerwin(*tag[:-1], "tagged.v2").exit_code == DONE  # a folder may have a dot in its name
    assert sorted(path.name for path in Path("tagged.v2").iterdir()) == ["other.conll", "village.conll"]


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


def test_an_output_is_written_under_a_name_of_its_own(here: Path) -> None:
    for other in (".out.txt.part", ".out.part"):
        Path(other).write_text("kept")
    long = f"{'x' * 250}.txt"
    for name in ("out.txt", long):
        assert nerwin("tag", "runs/village-1", "village.conll", "--output", name).exit_code == 0
    assert Path("out.txt").read_bytes() == Path(long).read_bytes()
    assert {one.name for one in here.glob(".*.part")} == {".out.txt.part", ".out.part"}


def test_the_shipped_parts_beside_a_train_of_ones_own_are_named(here: Path) -> None:
    done = nerwin("train", "--set", "corpus.train=village.conll", "--set", "training.epochs=1")
    assert f"corpus.dev is still {shipped('data/dev.conll').resolve()}" in done.stderr
    assert done.stderr.count("of the shipped corpus: set it to your own part, or to null") == 2
    assert "corpus.test is still" in done.stderr
    assert "is still" not in nerwin("train", "--set", "training.epochs=1").stderr


def test_a_training_that_cannot_begin_leaves_no_folder(here: Path) -> None:
    before = set((here / "runs").iterdir())
    assert nerwin("train", "--set", "corpus.train=nowhere.conll").exit_code == 2
    assert set((here / "runs").iterdir()) == before


def test_notes_on_a_corpus_name_options_and_no_keys(here: Path) -> None:
    (here / "odd.conll").write_text("Mira\tB-PER\nleft\tO\n" * 200)
    done = nerwin("evaluate", "runs/village-1", "--data", "odd.conll")
    assert "only 2 different words among 400 (is --word-column that of the words?)" in done.stderr.replace("\n", " ")


def test_columns_may_be_apart_by_another_mark_than_in_training(here: Path) -> None:
    (here / "spaced.conll").write_text("Mira V B-PER\nleft old O\n")
    options = ("evaluate", "runs/village-1", "--data", "spaced.conll", "--json")
    assert nerwin(*options, "--delimiter", "space").exit_code == DONE
    done = nerwin(*options, "--delimiter", "tab")
    assert done.exit_code == 2
    assert "corpus." not in done.stderr


@pytest.mark.parametrize("option", [("--word-column", 7), ("--scheme", "types"), ("--comments", "#")])
def test_options_of_columns_are_refused_for_markup(here: Path, option: tuple[str, object]) -> None:
    (here / "x.inline").write_text("[Mira](PER) left\n")
    done = nerwin("evaluate", "runs/village-1", "--data", "x.inline", *map(str, option))
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"nerwin: {option[0]}: expected a corpus in columns, found inline markup")
    words = ("--config", "village.yaml", "--output", "runs/marked", "--set", "training.epochs=1", "--quiet")
    assert nerwin("train", *words, "--set", "corpus.dev=x.inline", "--set", "corpus.test=null").exit_code == DONE
    assert nerwin("evaluate", "runs/marked", *map(str, option)).exit_code == 2


def test_inspect_says_how_to_go_on_without_its_corpus(here: Path) -> None:
    (here / "village.conll").rename(here / "moved.conll")
    done = nerwin("inspect", "runs/village-1")
    assert nerwin("inspect").stderr == f"{NEWEST}{done.stderr}"
    assert done.exit_code == 2
    assert done.stderr.endswith("found no such file. Name a corpus with --data.\n")
    assert nerwin("inspect", "runs/village-1", "--data", "moved.conll").exit_code == DONE


def test_a_file_that_is_replaced_stays_private(here: Path) -> None:
    (here / "x.txt").write_text("Mira left")
    (here / "out.txt").touch(0o600)
    assert nerwin("tag", "runs/village-1", "x.txt", "-o", "out.txt").exit_code == DONE
    assert (here / "out.txt").stat().st_mode & 0o777 == 0o600
    assert (here / "out.txt").read_text() == "Mira left\n"


@pytest.mark.parametrize(
    ("suffix", "first"),
    [
        (".jsonl", '{"text": "Mira left", '),
        (".conll", "Mira\t"),
        (".html", "<!DOCTYPE html>"),
        (".inline", "Mira left"),
        (".txt", "Mira left"),
    ],
)
def test_tag_writes_what_the_output_is_called(here: Path, suffix: str, first: str) -> None:
    (here / "x.txt").write_text("Mira left")
    assert nerwin("tag", "runs/village-1", "x.txt", "-o", f"out{suffix}").exit_code == DONE
    assert (here / f"out{suffix}").read_text().startswith(first)
    done = nerwin("tag", "runs/village-1", "x.txt", "-o", f"same{suffix}", "--format", "jsonl")
    assert (here / f"same{suffix}").read_text().startswith('{"text"'), done.stderr


@pytest.mark.parametrize("suffix", [".csv", ".bilou", ".spacy", ".iobes.gz"])
def test_tag_refuses_the_suffix_of_a_form_that_it_does_not_write(here: Path, suffix: str) -> None:
    (here / "x.txt").write_text("Mira left")
    done = nerwin("tag", "runs/village-1", "x.txt", "-o", f"out{suffix}")
    assert done.exit_code == BAD
    assert f"out{suffix}: expected a suffix of conll, jsonl, inline" in done.stderr
    assert not (here / f"out{suffix}").exists()
    assert nerwin("tag", "runs/village-1", "x.txt", "-o", f"out{suffix}", "--format", "inline").exit_code == DONE


def test_a_training_of_few_steps_is_told_of(here: Path) -> None:
    (here / "few.conll").write_text("Mira B-PER\nsleeps O\n")
    hint = "an epoch has only 1 minibatch of 1000 pairs: for so little data"
    for size, train, told in ((1000, "village.conll", True), (1, "village.conll", False), (1, "few.conll", False)):
        settings = (f"training.batch_size={size}", f"corpus.train={train}", "objective.draws=1", "training.epochs=1")
        words = [word for one in settings for word in ("--set", one)]
        done = nerwin("train", "-c", "village.yaml", *words)
        assert done.exit_code == DONE, done.stderr
        assert (hint in done.stderr) == ("an epoch has only" in done.stderr) == told


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
    ],
    ids=["the command line is loaded", "options are read", "the command has not begun"],
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


def test_a_token_that_columns_cannot_hold_is_refused(here: Path) -> None:
    spaces = ("--set", "corpus.tokenizer=spaces", "--set", "training.epochs=1")
    assert nerwin("train", "-q", "-c", "village.yaml", "-o", "spaces", *spaces).exit_code == DONE
    text = "Mira left\nsee -DOCSTART- here\n"
    refused = nerwin("tag", "spaces", "--format", "conll", stdin=text)
    assert refused.exit_code == BAD
    assert refused.stderr.startswith("nerwin: <stdin>:2: expected words without tabs that are no -DOCSTART-")
    assert nerwin("tag", "spaces", "--format", "jsonl", stdin=text).exit_code == DONE


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


def test_a_link_to_itself_gives_way_to_the_output(here: Path) -> None:
    (here / "loop").symlink_to("loop")
    words = ("tag", "runs/village-1", "village.conll", "--input", "conll")
    done = nerwin(*words, "--output", "loop")
    assert (done.exit_code, done.stdout, done.stderr) == (DONE, "", "")
    assert (here / "loop").read_text(encoding="utf-8") == nerwin(*words).stdout


def test_tag_leaves_an_old_file_alone_when_it_fails(here: Path) -> None:
    (here / "out.txt").write_text("old")
    done = nerwin("tag", "--output", "out.txt", stdin=b"good\n\xff\n")
    assert done.exit_code == BAD
    assert (here / "out.txt").read_text() == "old"
    assert sorted(path.name for path in here.iterdir()) == ["out.txt", "runs", "village.conll", "village.yaml"]


def test_tag_of_nothing_prints_nothing(here: Path) -> None:
    assert nerwin("tag", stdin="").stdout == ""


def with_tokenizer(folder: Path, name: str) -> None:
    manifest = folder / "best" / "model.json"
    saved = json.loads(manifest.read_text(encoding="utf-8"))
    assert saved["config"]["corpus"]["tokenizer"] == "rules"
    saved["config"]["corpus"]["tokenizer"] = name
    manifest.write_text(json.dumps(saved), encoding="utf-8")


def test_tag_takes_text_apart_as_the_model_says(here: Path) -> None:
    before = nerwin("tag", "runs/village-1", "--format", "conll", stdin="Lima's port.\n").stdout
    with_tokenizer(here / "runs" / "village-1", "spaces")
    after = nerwin("tag", "runs/village-1", "--format", "conll", stdin="Lima's port.\n").stdout
    assert [line.split()[0] for line in before.splitlines() if line] == ["Lima", "'s", "port", "."]
    assert [line.split()[0] for line in after.splitlines() if line] == ["Lima's", "port."]


def test_a_model_whose_tokenizer_is_unknown_is_refused(here: Path) -> None:
    with_tokenizer(here / "runs" / "village-1", "jieba")
    done = nerwin("tag", "runs/village-1", stdin="Lima\n")
    assert (done.exit_code, done.stdout) == (BAD, "")
    assert "corpus.tokenizer: expected one of rules, spaces, letters, found 'jieba'" in done.stderr
    assert done.stderr.count("\n") == 1


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("no_color", "term", "output", "form"),
    [
        ("", "xterm", None, "colour"),
        ("1", "xterm", None, "inline"),
        ("", "dumb", None, "inline"),
        ("", "xterm", Path("out.txt"), "inline"),
    ],
)
def test_tag_has_colours_for_a_terminal_that_takes_them(
    monkeypatch: pytest.MonkeyPatch, no_color: str, term: str, output: Path | None, form: str
) -> None:
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("NO_COLOR", no_color)
    monkeypatch.setenv("TERM", term)
    assert _usual("text", output) == form


@pytest.mark.parametrize(("pack", "total"), [(bytes, "/10 bytes"), (gzip.compress, "/? bytes")])
def test_nobody_knows_how_long_a_packed_text_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes], total: str
) -> None:
    (tmp_path / "text").write_bytes(pack(b"0123456789"))
    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    with _bar(tmp_path / "text", tmp_path / "out") as progress:
        progress(1)
    assert total in shown.getvalue()


def test_tag_keeps_every_character_whatever_the_locale(here: Path) -> None:
    line = "naïve “Lena”\u2028\U0001f30a\u00a0e\u0301"
    done = nerwin("tag", "--format", "jsonl", stdin=line.encode())
    assert json.loads(done.stdout_bytes)["text"] == line


# Every bad input is one line on stderr that says where, and exit code 2.


def commented(here: Path) -> None:
    """A comment that nobody has told of, before columns by tab."""
    (here / "village.conll").write_text("# text = al Mar\n1\tal\t_\n2\tMar\t_\n")


def returns(here: Path) -> None:
    """Lines as the Macintosh ended them once."""
    path = here / "village.conll"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r"))


def ragged(here: Path) -> None:
    (here / "village.conll").write_text("Mira\tB-PER\nTolvan\n")


def mixed(here: Path) -> None:
    (here / "village.conll").write_text("Mira\tB-PER\nTolvan\tE-PER\nin\tO\nDunmere\tI-LOC\n")


def all_outside(here: Path) -> None:
    (here / "village.conll").write_text("rain\tO\n")


def one_type(here: Path) -> None:
    (here / "village.conll").write_text("Mira\tB-PER\n")


def empty_corpus(here: Path) -> None:
    (here / "village.conll").write_text("")


def latin1(here: Path) -> None:
    (here / "village.conll").write_bytes("Zürich\tB-LOC\n".encode("latin-1"))


def no_corpus(here: Path) -> None:
    (here / "village.conll").unlink()


def unknown_key(here: Path) -> None:
    (here / "village.yaml").write_text("trainin: {epochs: 3}\n")


def broken_yaml(here: Path) -> None:
    (here / "village.yaml").write_text("corpus: {train: [\n")


def yaml_list(here: Path) -> None:
    (here / "village.yaml").write_text("- 1\n")


def flipped_byte(here: Path) -> None:
    (path,) = (here / "runs" / "village-1" / "best").glob("arrays-*.npz")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


def no_manifest(here: Path) -> None:
    (here / "runs" / "village-1" / "best" / "model.json").unlink()


def broken_manifest(here: Path) -> None:
    (here / "runs" / "village-1" / "best" / "model.json").write_text("{")


def no_runs(here: Path) -> None:
    shutil.rmtree(here / "runs")


def no_metrics(here: Path) -> None:
    (here / "runs" / "village-1" / "metrics.jsonl").unlink()


def nothing(here: Path) -> None:
    """The command line alone is what is wrong."""


def page(here: Path) -> None:
    (here / "runs" / "village-1" / "report.html").write_text("<!doctype html>")


TRAIN = "train --config village.yaml --output out"
RESUME = "train --config village.yaml --output runs/village-1 --resume"


@pytest.mark.parametrize(
    ("harm", "command", "message"),
    [
        (ragged, TRAIN, "village.conll:2: expected 2 columns"),
        (mixed, TRAIN, "village.conll:"),
        (all_outside, TRAIN, "expected tagged entities, found only O"),
        (one_type, f"{TRAIN} --quiet", "one type"),
        (empty_corpus, TRAIN, "expected tagged sentences, found none"),
        (latin1, TRAIN, "village.conll:1: expected UTF-8, found byte 0xfc"),
        (no_corpus, TRAIN, "village.conll: cannot read the file"),
        (unknown_key, TRAIN, "trainin: there is no such key. Did you mean training?"),
        (broken_yaml, TRAIN, "village.yaml:"),
        (yaml_list, TRAIN, "village.yaml: expected sections"),
        (nothing, "train --config nothing.yaml", "nothing.yaml: cannot read the configuration"),
        (nothing, "train --config runs", "runs: cannot read the configuration"),
        (nothing, f"{TRAIN} --set training.epochs", 'found no "="'),
        (nothing, f"{TRAIN} --set =3", "expected KEY=VALUE"),
        (nothing, f"{TRAIN} --set training.epochs=many", "training.epochs: expected"),
        (nothing, f"{TRAIN} --set training.epochs=0", "training.epochs: expected"),
        (nothing, f"{TRAIN} --set training.epoch=3", "training.epoch: there is no such key"),
        (nothing, f"{TRAIN} --set training.epochs.x=3", "--set training.epochs.x=3"),
        (nothing, f"{TRAIN} --set scorer.hidden=[", "--set scorer.hidden=["),
        (nothing, f"{TRAIN} --set scorer.activation=swish", "expected one of sigmoid, tanh"),
        (nothing, f"{TRAIN} --set window.size=4", "window.size: expected an odd number"),
        (nothing, f"{TRAIN} --set optimizer.learning_rate=nan", "optimizer.learning_rate"),
        (nothing, f"{TRAIN} --set optimizer.learning_rate=.nan", "optimizer.learning_rate"),
        (nothing, f"{TRAIN} --set optimizer.learning_rate=.inf", "optimizer.learning_rate"),
        (nothing, f"{TRAIN} --set corpus.entities=LOC,PRE", "found 'PRE'. Did you mean PER?"),
        (nothing, f"{TRAIN} --set corpus.entities=XYZQ", "found 'XYZQ'. It has LOC, PER."),
        (nothing, f"{TRAIN} --set words.vectors=nothing.txt", "nothing.txt: cannot read the file"),
        (nothing, f"{TRAIN} --set corpus.train=null", "corpus.train: expected a tagged corpus"),
        (nothing, f"{TRAIN} --resume --overwrite", "--resume"),
        (nothing, f"{TRAIN} --resume", "out"),
        (
            nothing,
            "train --output nowhere --resume",
            "nowhere: expected a run to continue, found none. Leave out --resume",
        ),
        (nothing, "train --config village.yaml --output runs/village-1", "expected an empty folder, found files"),
        (nothing, "train --config village.yaml --output village.conll", "village.conll: expected an empty folder"),
        (nothing, "train --config village.yaml --output village.conll/out", "village.conll/out"),
        (nothing, f"{RESUME} --set training.epochs=9", "found other values of training.epochs"),
        (no_metrics, RESUME, "metrics.jsonl"),
        (no_runs, "train --resume", "expected a run, found none"),
        (no_runs, "evaluate", "expected a trained run, found none"),
        (no_runs, "tag", "expected a trained run, found none"),
        (nothing, "evaluate nowhere", "nowhere: expected a run folder"),
        (flipped_byte, "evaluate", "damaged"),
        (flipped_byte, "tag", "damaged"),
        (no_manifest, "evaluate runs/village-1", "expected a model in best/, found one in last/ alone"),
        (broken_manifest, "evaluate", "model.json is not JSON"),
        (nothing, "evaluate --data nothing.conll", "nothing.conll: cannot read the file"),
        (nothing, "evaluate --data runs", "runs: cannot read the file"),
        (ragged, "evaluate --json", "village.conll:2: expected 2 columns"),
        (nothing, "tag runs/village-1 nothing.txt", "nothing.txt: cannot read the file"),
        (latin1, "tag runs/village-1 village.conll", "village.conll:1: expected UTF-8"),
        (nothing, "tag runs/village-1 village.conll --output runs", "runs: cannot write"),
        (
            nothing,
            "tag runs/village-1 village.conll --output runs/village-1/best/model.json",
            "one of a run, a model or a comp",
        ),
        (
            page,
            "tag runs/village-1 village.conll --html --output runs/village-1/report.html",
            "one of a run, a model or a comp",
        ),
        (
            nothing,
            "tag runs/village-1 village.conll --output runs/village-1/config.yaml",
            "one of a run, a model or a comp",
        ),
        (
            commented,
            "tag runs/village-1 village.conll --input conll",
            "village.conll:2: expected columns by space as in",
        ),
        (returns, "tag runs/village-1 village.conll --input conll", "found carriage returns alone"),
        (nothing, f"{TRAIN} --set corpus.word_column=1", "found column 1 and column -1 to be the same of 2"),
        (nothing, "convert village.conll - --word-column=-1 --tag-column=1", "Set --word-column or --tag-column"),
        (nothing, f"{TRAIN} --set corpus.train=", "corpus.train: expected a path, or null for none, found ''"),
        (nothing, "tag runs/village-1 few.conll --output village.conll", "one that the model was trained with"),
        (nothing, "tag runs/village-1 village.conll --output village.yaml", "found a configuration"),
        (nothing, "tag runs/village-1 village.conll nothing.txt --output new", "nothing.txt: cannot read the file"),
        (nothing, "inspect runs/village-1 --window=", "--window: expected a text of one word or more, found ''"),
        (nothing, "inspect runs/village-1 --word a --window b", "--word and --window are two questions"),
        (nothing, "inspect runs/village-1 --data x --word a", "expected it alone, found --word too. Leave one"),
        (nothing, "inspect runs/village-1 --data x --window a", "expected it alone, found --window too. Leave one"),
        (nothing, "compare --vary training.seed=1 --vary training.seed=2", "--vary training.seed: expected a key once"),
        (nothing, "compare --vary training.seed", 'found no "=". Write'),
        (nothing, "compare --vary training.seed=1,", "found an empty value. Write"),
        (nothing, "compare --vary training.seed=1 --set training.seed=2", "--set training.seed: expected a key that"),
        (nothing, "tag runs/village-1 village.conll --output nowhere/out.txt", "nowhere/out.txt: cannot write"),
        (nothing, "gradcheck --config nothing.yaml", "nothing.yaml: cannot read the configuration"),
        (ragged, "gradcheck --config village.yaml --json", "village.conll:2: expected 2 columns"),
    ],
)
def test_a_bad_input_is_one_line_on_stderr_and_exit_code_2(
    here: Path, harm: Callable[[Path], None], command: str, message: str
) -> None:
    harm(here)
    done = nerwin(*command.split(" "), stdin="")
    assert done.exit_code == BAD
    assert done.stdout == ""
    assert done.stderr.startswith("nerwin: ")
    assert done.stderr.count("\n") == 1
    assert message in done.stderr
    assert isinstance(done.exception, SystemExit)
    assert not (here / "new").exists()


@pytest.mark.parametrize("harm", [ragged, all_outside, one_type, no_corpus])
def test_a_training_that_is_refused_leaves_no_folder_behind(here: Path, harm: Callable[[Path], None]) -> None:
    harm(here)
    assert nerwin(*TRAIN.split()).exit_code == BAD
    assert not (here / "out").exists()


@pytest.mark.parametrize(
    "command", ["frobnicate", "train --frobnicate", "tag --format xml", "evaluate a b c", "train --config"]
)
def test_bad_usage_exits_with_2_and_prints_no_result(here: Path, command: str) -> None:
    done = nerwin(*command.split())
    assert done.exit_code == BAD
    assert done.stdout == ""
    assert "Error" in done.stderr
    assert "Traceback" not in done.stderr


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


# Help, version, and what they load.


COMMANDS = [one.callback.__name__ for one in app.registered_commands if one.callback]


def help_of(*words: str) -> str:
    """What a command's help says, in one line."""
    return " ".join(nerwin(*words, "--help").stdout.replace("│", " ").split())


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_the_short_flag_of_help_gives_the_same(command: str) -> None:
    done = nerwin(*command.split(), "-h")
    assert done.exit_code == DONE
    assert "Usage: " in done.stdout
    assert done.stdout == nerwin(*command.split(), "--help").stdout


def test_the_help_tells_a_newcomer_where_to_begin() -> None:
    assert "To begin, `nerwin train` trains on a small corpus" in help_of()


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_an_option_says_its_default_once(command: str) -> None:
    _, *options = help_of(command).split(" --")
    assert [one for one in options if one.count("default:") > 1] == []


def test_the_help_of_tag_shows_the_markup_as_it_is() -> None:
    assert "[text](TYPE)" in nerwin("tag", "--help").stdout


def test_the_version_is_printed_alone() -> None:
    done = nerwin("--version")
    assert (done.exit_code, done.stdout, done.stderr) == (DONE, f"{__version__}\n", "")


def python(*words: str, **settings: Any) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, *words], capture_output=True, text=True, timeout=60, **settings)


def loaded_by(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has loaded at its exit."""
    report = "import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr)); "
    done = python("-c", report + code)
    assert done.returncode == 0, done.stderr
    return {name.partition(".")[0] for name in done.stderr.split()}


def test_importing_nerwin_loads_neither_typer_nor_rich_nor_pydantic() -> None:
    loaded = loaded_by("import nerwin")
    assert "nerwin" in loaded
    assert not loaded & {"typer", "click", "rich", "pydantic", "yaml", "numpy"}


def test_a_run_is_found_before_numpy_is_loaded() -> None:
    assert "numpy" not in loaded_by("import nerwin.storage.folders")


def test_help_loads_no_numpy() -> None:
    loaded = loaded_by("sys.argv = ['nerwin', '--help']; from nerwin.cli import app; app()")
    assert {"nerwin", "typer"} <= loaded
    assert not loaded & {"numpy", "pydantic", "yaml"}


def test_importing_the_library_half_loads_no_terminal() -> None:
    loaded = loaded_by("import nerwin; nerwin.load")
    assert "numpy" in loaded
    assert not loaded & {"typer", "click", "rich"}


def test_python_m_nerwin_is_the_command() -> None:
    done = python("-m", "nerwin", "--version")
    assert (done.returncode, done.stdout, done.stderr) == (DONE, f"{__version__}\n", "")


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


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_tag_writes_into_a_pipe_and_through_a_link(here: Path) -> None:
    Path("text").write_text("Museums in Paris\n", encoding="utf-8")
    os.mkfifo("pipe")
    reader = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK)
    assert nerwin("tag", "runs/village-1", "text", "-o", "pipe").exit_code == 0
    assert b"Museums" in os.read(reader, 1000)
    os.close(reader)
    assert not Path("pipe").is_file()
    Path("place").write_text("old", encoding="utf-8")
    Path("link").symlink_to("place")
    assert nerwin("tag", "runs/village-1", "text", "-o", "link").exit_code == 0
    assert Path("link").is_symlink()
    assert "Museums" in Path("place").read_text(encoding="utf-8")


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


def test_labels_and_words_that_look_like_markup_are_printed_as_they_are(here: Path) -> None:
    lines = ["[/b] B-[/b]", "left O", "", "the O", "[red]mill[/x] B-[/b]", ""]
    (here / "odd.conll").write_text("\n".join(lines * 20), encoding="utf-8")
    parts = [f"--set=corpus.{part}=odd.conll" for part in ("train", "dev", "test")]
    words = ["train", "-c", "village.yaml", "-o", "odd", "-q", "--set", "training.epochs=1", *parts]
    assert nerwin(*words).exit_code == DONE
    for command in (["evaluate"], ["inspect", "--window", "the [/b] of"], ["inspect", "--word", "[/b]"]):
        result = nerwin(command[0], "odd", *command[1:])
        assert result.exit_code == DONE, result.output
        assert "[/b]" in result.output
