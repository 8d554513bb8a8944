"""`nerwin compare`: its table, its exit code, and the keys that it is given."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from nerwin.comparison.comparison import Comparison
from nerwin.comparison.results import Result
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
    again = nerwin(*compare, "--json")
    assert again.stderr.splitlines()[0] == "my grid: 4 cells, 2 finished before"
    read = [json.loads(line)["folder"] for line in again.stdout.splitlines()[:2]]
    assert read == [run.relative_to("my grid").as_posix() for run in runs]


def test_compare_tells_a_seed_that_failed_from_a_setting_that_failed(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(one: Comparison, staff: object) -> Iterator[Result]:
        for tau, scores in ((1, [0.5, 0.7]), (2, [0.4, None]), (3, [None, None])):
            for seed, f1 in enumerate(scores):
                cell = f"schedule.tau={tau}", f"training.seed={seed}"
                yield Result(cell, error="it broke") if f1 is None else Result(cell, f1=f1)

    monkeypatch.setattr(Comparison, "run", half)
    done = nerwin("compare", "-c", "village.yaml", "--vary", "schedule.tau=1,2,3", "--vary", "training.seed=0,1")
    assert done.exit_code == DONE
    assert "4/6  schedule.tau=2 training.seed=1  failed: it broke" in done.stderr.splitlines()
    rows = [[cell.strip() for cell in line.split("│")[1:5]] for line in done.stdout.splitlines() if "│" in line]
    assert rows == [["1", "0.6000", "0.1414", "2"], ["2", "0.4000", "", "1 of 2"], ["3", "failed", "", "0"]]


def test_lines_of_json_are_ranked_as_the_table_is(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the mean of a setting, though a seed of another one had more luck."""

    def some(one: Comparison, staff: object) -> Iterator[Result]:
        for tau, scores in (("1", [0.9, 0.1]), ("2", [None, None]), ("3", [0.75, 0.25]), ("4", [0.5, 0.75])):
            for seed, f1 in enumerate(scores):
                cell, folder = (f"schedule.tau={tau}", f"training.seed={seed}"), Path(f"cells/{tau}{seed}")
                yield (
                    Result(cell, error="it broke", folder=folder)
                    if f1 is None
                    else Result(cell, f1, 3, 1.5, 0.25, None, folder)
                )

    monkeypatch.setattr(Comparison, "run", some)
    words = ("-c", "village.yaml", "-o", "my grid", "--vary", "schedule.tau=1,2,3,4", "--vary", "training.seed=0,1")
    lines = [json.loads(line) for line in nerwin("compare", *words, "--json").stdout.splitlines()]
    order = ["cells/41", "cells/40", "cells/10", "cells/11", "cells/30", "cells/31", "cells/20", "cells/21"]
    assert [line["folder"] for line in lines] == order
    assert [line["setting"]["rank"] for line in lines] == [1, 1, 2, 2, 3, 3, 4, 4]
    best, worst = lines[0], lines[-1]
    assert best["setting"] == {
        "rank": 1,
        "cell": {"schedule.tau": "4"},
        "f1": 0.625,
        "epochs": 3,
        "seconds": 1.5,
        "active": 0.25,
        "spread": pytest.approx(0.1767767),
        "runs": ["my grid/cells/41", "my grid/cells/40"],
    }
    assert (best["cell"], best["f1"], best["error"]) == ({"schedule.tau": "4", "training.seed": "1"}, 0.75, None)
    none = dict.fromkeys(("f1", "epochs", "seconds", "active"))
    assert worst == {
        "cell": {"schedule.tau": "2", "training.seed": "1"},
        **none,
        "error": "it broke",
        "folder": "cells/21",
        "setting": {"rank": 4, "cell": {"schedule.tau": "2"}, **none, "spread": None, "runs": []},
    }


def test_compare_says_what_changes_nothing_and_which_run_is_best(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [Result((f"schedule.tau={tau}",), f1=f1, folder=Path(tau)) for tau, f1 in (("4.0", 0.2), ("5.0", 0.6))]
    monkeypatch.setattr(Comparison, "run", lambda *_: iter(found))
    said = nerwin("compare", "-c", "village.yaml", "-o", "grid", "--vary", "schedule.tau=4,4.0,5").stderr.splitlines()
    assert said[1:3] == [
        "schedule.tau=4.0 is left out: the same training as schedule.tau=4",
        "schedule.tau has no effect in 2 of 2 cells: it needs schedule.name inverse",
    ]
    assert said[-1] == "best: grid/5.0"


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
