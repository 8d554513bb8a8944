"""`nerwin compare`: its table, its exit code, and the keys that it is given."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from nerwin.training import comparison
from tests.commands import BAD, DONE, FAILED, nerwin, one_json_object


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


def test_compare_says_which_cells_and_keys_change_nothing(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison.Comparison, "run", lambda *_: iter(()))
    said = nerwin("compare", "-c", "village.yaml", "--vary", "schedule.tau=4,4.0,5").stderr.splitlines()
    assert said[1:3] == [
        "schedule.tau=4.0 is left out: the same training as schedule.tau=4",
        "schedule.tau has no effect in 2 of 2 cells: it needs schedule.name inverse",
    ]


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
