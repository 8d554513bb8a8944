"""A grid of trainings: its cells, what a second start skips, what a failure does, and the table at the end."""

import errno
import json
import os
import resource
import shutil
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, chdir, nullcontext
from pathlib import Path
from typing import Any, NoReturn

import pytest

from nerwin.comparison.comparison import Comparison, folder_of, train_cell
from nerwin.comparison.grid import Cell, grid, run_of
from nerwin.comparison.results import Result, read_results, summarise
from nerwin.config.reading import load_config
from nerwin.config.settings import Config
from nerwin.errors import ConfigError, ModelError, WorkerError
from nerwin.files.fingerprints import Fingerprint
from nerwin.parallel.workers import processes
from nerwin.run.run import Run
from nerwin.storage.folders import RESULTS
from nerwin.storage.lock import Lock
from nerwin.training.state import EpochDone
from tests.commands import nerwin
from tests.village import village_config, write_village


@pytest.mark.parametrize(
    ("varied", "cells"),
    [
        (["a=1,2"], [("a=1",), ("a=2",)]),
        (["a=1,2", "b=x,y"], [("a=1", "b=x"), ("a=1", "b=y"), ("a=2", "b=x"), ("a=2", "b=y")]),
        (["h=[8],[8,4]"], [("h=[8]",), ("h=[8,4]",)]),
        (["features={shape: 3, suffix2: 2},{}"], [("features={shape: 3, suffix2: 2}",), ("features={}",)]),
        (
            ["training={seed: 1, epochs: 2},{seed: 2}", "a=1"],
            [("training.seed=1", "training.epochs=2", "a=1"), ("training.seed=2", "a=1")],
        ),
        (["training={seed: 1},{seed:  1},{}"], [("training.seed=1",), ()]),
        (["h=[[1,2],[3]],5"], [("h=[[1,2],[3]]",), ("h=5",)]),
        (["a=1,1,2,1"], [("a=1",), ("a=2",)]),
        (["a=b=c"], [("a=b=c",)]),
        (['a="b,c",d'], [('a="b,c"',), ("a=d",)]),
        (['a="[",d'], [('a="["',), ("a=d",)]),
        ([], [()]),
    ],
)
def test_a_grid_is_all_combinations(varied: list[str], cells: list[Cell]) -> None:
    assert grid(varied) == cells


@pytest.mark.parametrize("varied", ["a", "a=", "a=1,,2", "a=1,", "a=,1"])
def test_an_axis_without_values_is_refused(varied: str) -> None:
    missing = 'no "="' if varied == "a" else "an empty value"
    with pytest.raises(ConfigError, match=f"^--vary {varied}: expected KEY=VALUE,VALUE,..., found {missing}. Write"):
        grid([varied])


@pytest.mark.parametrize(
    ("varied", "twice"),
    [
        (["training.seed=1", "training={seed: 2, epochs: 3}"], "training.seed"),
        (["training={seed: 1}", "training={epochs: 2},{seed: 2}"], "training.seed"),
        (["features.shape=1", "features={suffix2: 2}"], "features.shape"),
    ],
)
def test_a_key_whose_values_another_axis_replaces_is_refused(varied: list[str], twice: str) -> None:
    with pytest.raises(ConfigError, match=rf"--vary {twice}: expected a key once, found it twice\. Write all"):
        grid(varied)
    assert len(grid(["features={suffix2: 2},{suffix3: 3}", "features.shape=1,2"])) == 4  # which is added


# Summary

FOUND = [
    Result(("a=1", "training.seed=1"), f1=0.5, epochs=2, seconds=1.0, active=0.2),
    Result(("a=2", "training.seed=1"), f1=0.9, epochs=4, seconds=2.0, active=0.1),
    Result(("a=1", "training.seed=2"), f1=0.7, epochs=4, seconds=3.0, active=0.4),
    Result(("a=3", "training.seed=1"), error="it broke"),
    Result(("a=2", "training.seed=2"), error="once"),
]


def test_a_summary_has_means_and_spreads_over_seeds_best_first_and_failed_last() -> None:
    rows = summarise(FOUND)
    assert [row.setting for row in rows] == [("a=2",), ("a=1",), ("a=3",)]
    one = rows[1]
    assert len(one.runs) == 2
    assert one.f1 == pytest.approx(0.6)
    assert one.spread == pytest.approx(0.1414213562373095)
    assert (one.epochs, one.seconds) == (3, 2)
    assert one.active == pytest.approx(0.3)
    assert (rows[0].f1, len(rows[0].runs), rows[0].tried, rows[0].spread) == (0.9, 1, 2, 0)
    assert (rows[2].runs, rows[2].tried) == ([], 1)


def test_settings_are_sorted_by_mean_dev_f1() -> None:
    failed = Result(("a=1",), error="it broke")
    rows = summarise([failed, *(Result((f"a={f1}",), f1=f1) for f1 in (0.2, 0.9, 0.0, 0.5))])
    assert [row.f1 for row in rows if row.runs] == [0.9, 0.5, 0.2, 0]
    assert not rows[-1].runs
    assert [row.spread for row in rows] == [0, 0, 0, 0, 0]


def test_seeds_in_sections_are_seeds() -> None:
    cells = grid(["training={seed: 1, epochs: 3},{seed: 2, epochs: 3}"])
    (row,) = summarise([Result(cell) for cell in cells])
    assert (row.setting, row.tried) == (("training.epochs=3",), 2)


# In a folder

CELLS = grid(["optimizer.learning_rate=0.1,1.0e+30"])


def comparison(folder: Path, *overrides: str, cells: list[Cell] = CELLS) -> Comparison:
    return Comparison(folder / "out", write_village(folder), ["training.epochs=1", *overrides], cells)


def test_a_failing_cell_is_a_row_and_is_tried_again_and_finished_cells_are_skipped(tmp_path: Path) -> None:
    one = comparison(tmp_path)
    assert one.finished() == []
    results = {result.cell: result for result in one.run(processes(2))}
    assert set(results) == set(CELLS)
    good, bad = (results[cell] for cell in CELLS)
    assert good.error is None
    assert good.epochs == 1
    assert good.seconds > 0
    assert 0 < good.active <= 1
    assert bad.error is not None
    assert "learning_rate" in bad.error
    assert bad.f1 == 0
    lines = (tmp_path / "out" / RESULTS).read_bytes()
    assert {json.loads(line)["cell"]["optimizer.learning_rate"] for line in lines.splitlines()} == {"0.1", "1.0e+30"}
    again = comparison(tmp_path)
    assert again.finished() == [good]
    assert [result.cell for result in again.run(processes(1))] == [bad.cell]
    assert (tmp_path / "out" / RESULTS).read_bytes().startswith(lines)


def test_a_cell_without_memory_is_one_that_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def start(*_: object, **__: object) -> None:
        raise MemoryError("Unable to allocate 1 TiB")

    monkeypatch.setattr(Run, "start", start)
    failed = train_cell(tmp_path / "out", village_config(tmp_path), {})
    assert failed.error == (
        "there is too little memory (Unable to allocate 1 TiB). Take smaller tables, layers or files."
    )


def test_a_key_that_is_compared_for_nothing_is_told_of(tmp_path: Path) -> None:
    cells = grid(["optimizer.name=adam,momentum", "optimizer.momentum=0.5,0.9", "training.seed=1"])
    (note,) = comparison(tmp_path, cells=cells).without_effect()
    assert note == "optimizer.momentum has no effect in 2 of 4 cells: it needs optimizer.name momentum or nesterov"
    assert not list(comparison(tmp_path).without_effect())
    (note,) = comparison(tmp_path, cells=grid(["optimizer={name: adam, momentum: 0.5}"])).without_effect()
    assert note == "optimizer.momentum has no effect in 1 of 1 cell: it needs optimizer.name momentum or nesterov"


def test_detectors_that_are_compared_below_the_least_are_told_of(tmp_path: Path) -> None:
    (note,) = comparison(tmp_path, cells=grid(["scorer.hidden=[20],[50]", "scorer.per_type=16"])).without_effect()
    assert note == "scorer.hidden has no effect where it ends with fewer than 16 a type (scorer.per_type)"
    for other in ("scorer.per_type=16", "scorer.hidden=[20],[50]"):
        assert not list(comparison(tmp_path, cells=grid([other])).without_effect())


def test_cells_that_come_to_the_same_training_are_trained_once(tmp_path: Path) -> None:
    """Else one seed would be counted for two that agree."""
    one = comparison(tmp_path, cells=grid(["training.seed=1,01,2", "objective.margin=2,2.0"]))
    assert one.cells == [("objective.margin=2.0", "training.seed=1"), ("objective.margin=2.0", "training.seed=2")]
    assert list(one.left_out())[:2] == [
        "training.seed=1 objective.margin=2.0 is left out: the same training as training.seed=1 objective.margin=2",
        "training.seed=01 objective.margin=2 is left out: the same training as training.seed=1 objective.margin=2",
    ]
    usual = comparison(tmp_path, cells=grid(["words={lower: false},{}"]))
    assert list(usual.left_out()) == ["{} is left out: the same training as words.lower=false"]
    assert not list(comparison(tmp_path).left_out())


VARIED = [
    "words.start=.5,1",
    "scorer.hidden=4",
    "training.seed=1",
    "features.pair=null",
    "objective={miss: 1}",
    "optimizer.name=sgd",
    "objective.weights='none'",
    'corpus.comments="null"',
]
RESPELLED = [
    "words.start=5e-1,1.0",
    "scorer={hidden: [4]}",
    "training={seed: 01}",
    "features.pair=~",
    "objective={miss: 1.}",
    'optimizer.name="sgd"',
    "objective.weights=none",
    "corpus={comments: 'null'}",
]


@pytest.mark.parametrize("again", [RESPELLED, VARIED[::-1]], ids=["spelling", "order"])
def test_equal_settings_are_one_cell_whatever_their_spelling_and_order(tmp_path: Path, again: list[str]) -> None:
    """Else a second start would train them once more, and a table would have two rows for them."""
    cells = comparison(tmp_path, cells=grid(VARIED)).cells
    assert len(cells) == 2
    assert comparison(tmp_path, cells=grid(again)).cells == cells


def test_a_path_is_called_as_it_was_given(tmp_path: Path) -> None:
    assert comparison(tmp_path, cells=grid(["corpus.train=village.conll"])).cells == [("corpus.train=village.conll",)]


def test_where_the_folder_was_taken_away_no_further_cell_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a worker of a cluster, which goes on with what it has been given."""
    one, begun = comparison(tmp_path), list[Path]()

    def train(folder: Path, *others: Any) -> Result:
        result = train_cell(folder, *others)
        if not begun:
            shutil.rmtree(one.folder)
        begun.append(folder)
        return result

    monkeypatch.setattr("nerwin.comparison.comparison.train_cell", train)
    with ThreadPoolExecutor(1) as pool, pytest.raises(ModelError, match=r"found it or its \.lock taken away"):
        list(one.run(nullcontext(pool)))
    assert (len(begun), one.folder.exists()) == (2, False)


def test_a_cell_without_keys_of_its_own_has_a_name(tmp_path: Path) -> None:
    words = ["--set=training.epochs=1", "--vary=training={},{seed: 2}", "--jobs=1", f"--output={tmp_path / 'grid'}"]
    done = nerwin("compare", "-c", str(write_village(tmp_path)), *words)
    assert "1/2  {}  dev F1 " in done.stderr


def test_a_half_written_last_line_counts_for_nothing_and_is_written_anew(tmp_path: Path) -> None:
    one = comparison(tmp_path, cells=grid(["training.seed=1,2"]))
    whole = Result(("training.seed=1",), 0.25, 1, 1.5, 0.5).to_json() + "\n"
    half = Result(("training.seed=2",), 0.75, 1, 1.5, 0.5).to_json()[:-9]
    path = tmp_path / "out" / RESULTS
    path.write_text(whole + half, encoding="utf-8")
    assert [result.cell for result in one.finished()] == [("training.seed=1",)]
    assert [result.cell for result in one.run(processes(1))] == [("training.seed=2",)]
    text = path.read_text(encoding="utf-8")
    assert text.startswith(whole)
    assert [json.loads(line)["cell"]["training.seed"] for line in text.splitlines()] == ["1", "2"]
    assert next(result.f1 for result in one.finished()) == 0.25


@pytest.mark.parametrize(
    "line",
    [
        *("", "{}", "[]", "null", "3", "\x00", "\udcff", "[" * 100_000, '{"cell": []}', '{"cell": "training.seed=1"}'),
        '{"cell": {"training.seed": "1"}, "colour": 3}',
        '{"cell": {"training.seed": "1"}, "f1": "0.5"}',
        '{"cell": {"training.seed": "1"}, "f1": NaN}',
        '{"cell": {"training.seed": "1"}, "f1": [0.5]}',
        f'{{"cell": {{"training.seed": "1"}}, "epochs": {10**400}}}',
        '{"cell": {"training.seed": "1"}, "seconds": -1}',
        '{"cell": {"training.seed": "1"}, "active": null}',
    ],
)
def test_lines_that_are_no_results_count_for_nothing(tmp_path: Path, line: str) -> None:
    one = comparison(tmp_path, cells=[("training.seed=1",), ("training.seed=2",)])
    cell = ("training.seed=2",)
    other = Result(cell, 0.5, 3, 1.0, 0.25, folder=run_of(cell))
    text = f"{line}\n{other.to_json()}\n"
    (tmp_path / "out" / RESULTS).write_bytes(text.encode("utf-8", "surrogateescape"))
    assert one.finished() == [other]


def test_a_cell_that_failed_has_no_figures_in_its_line_and_those_of_earlier_versions_are_read(tmp_path: Path) -> None:
    failed = Result(("a=1",), error="it broke", folder=run_of(("a=1",)))
    line = failed.to_json()
    figures = dict.fromkeys(("f1", "epochs", "seconds", "active"))
    assert {**json.loads(line), **figures} == json.loads(line)
    earlier = {**json.loads(line), "f1": 0.0, "epochs": 0, "seconds": 0.0, "active": 0.0}
    (tmp_path / RESULTS).write_text(f"{line}\n{json.dumps(earlier)}\n", encoding="utf-8")
    assert list(read_results(tmp_path)) == [failed, failed]


def test_the_folder_of_a_result_is_told_by_its_cell_and_not_by_its_line(tmp_path: Path) -> None:
    """Which anybody may have written, and which may name any place."""
    one = comparison(tmp_path, cells=[("training.seed=1",)])
    forged = Result(one.cells[0], 0.5, folder=Path("../elsewhere"))
    (tmp_path / "out" / RESULTS).write_text(forged.to_json() + "\n", encoding="utf-8")
    assert [result.folder for result in one.finished()] == [run_of(one.cells[0])]


def test_cells_of_an_earlier_grid_are_kept_but_not_counted(tmp_path: Path) -> None:
    one = comparison(tmp_path, cells=[("training.seed=1",)])
    cell = ("training.seed=7",)
    other = Result(cell, 0.5, folder=run_of(cell))
    (tmp_path / "out" / RESULTS).write_text(other.to_json() + "\n", encoding="utf-8")
    assert one.finished() == []
    wider = comparison(tmp_path, cells=[("training.seed=7",), ("training.seed=1",)])
    assert wider.finished() == [other]


def test_cells_of_an_earlier_version_count_however_they_were_spelled(tmp_path: Path) -> None:
    """It kept the spelling and the order of --vary, and named the folder of a run by them."""
    old = ("training.seed=1", "scorer.hidden=4")
    path = tmp_path / "out" / RESULTS
    one = comparison(tmp_path, cells=grid(["training.seed=1", "scorer.hidden=4"]))
    path.write_text(Result(old, 0.5, folder=run_of(old)).to_json() + "\n", encoding="utf-8")
    assert one.finished() == [Result(("scorer.hidden=[4]", "training.seed=1"), 0.5, folder=run_of(old))]
    assert list(one.run(processes(1))) == []


def test_cells_with_other_word_vectors_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "v.txt").write_text("left 1 2 3 4 5 6 7 8\n")
    settings = ("training.epochs=1", "words.vectors=v.txt")
    one = comparison(tmp_path, *settings, cells=[("training.seed=1",)])
    assert len(list(one.run(processes(1)))) == 1
    assert len(one.finished()) == 1
    (tmp_path / "v.txt").write_text("left 1 2 3 4 5 6 7 9\n")
    with pytest.raises(ConfigError, match=r"v\.txt: expected the data that .*out was started with"):
        one.finished()
    (tmp_path / "v.txt").unlink()
    assert len(one.finished()) == 1  # nothing is known of what is gone


@pytest.mark.parametrize("changed", ["training.epochs=2", "objective.margin=3", "scorer.hidden=[4]"])
def test_another_configuration_in_the_same_folder_is_refused(tmp_path: Path, changed: str) -> None:
    comparison(tmp_path)
    before = sorted(path.read_bytes() for path in (tmp_path / "out").iterdir())
    with pytest.raises(ConfigError, match=changed.partition("=")[0]):
        comparison(tmp_path, changed)
    assert sorted(path.read_bytes() for path in (tmp_path / "out").iterdir()) == before


@pytest.mark.parametrize(
    "cell", ["optimizer.name=lion", "scorer.hidden=[0]", "optimizer.learning_rate=-1", "no.such=1"]
)
def test_a_mistake_in_any_cell_shows_before_anything_is_written(tmp_path: Path, cell: str) -> None:
    with pytest.raises(ConfigError, match=cell.partition("=")[0]):
        comparison(tmp_path, cells=[("training.seed=1",), (cell,)])
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("sign", "owner"), [("metrics.jsonl", "run"), ("model.json", "model")])
def test_the_folder_of_a_run_or_a_model_is_left_to_it(tmp_path: Path, sign: str, owner: str) -> None:
    config = write_village(tmp_path)
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / sign).touch()
    with pytest.raises(ModelError, match=f"expected a comparison or an empty folder, found a {owner}"):
        Comparison(tmp_path / "taken", config, (), [("training.seed=1",)])
    assert [one.name for one in (tmp_path / "taken").iterdir()] == [sign]


@pytest.mark.parametrize("name", ["cells", "results.jsonl"])
def test_a_link_in_a_comparison_leads_nothing_that_is_written_to_another_place(tmp_path: Path, name: str) -> None:
    comparison(tmp_path)
    (tmp_path / "out" / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ModelError, match=f"{name}: expected what a training has written, found a link"):
        comparison(tmp_path)


def test_a_link_in_place_of_a_cell_is_refused_too(tmp_path: Path) -> None:
    cell = tmp_path / "out" / run_of(comparison(tmp_path).cells[1])
    cell.parent.mkdir()
    (tmp_path / "elsewhere").mkdir()
    cell.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ModelError, match=f"{cell.name}: expected what a training has written, found a link"):
        comparison(tmp_path)


def test_a_folder_of_other_files_is_left_alone(tmp_path: Path) -> None:
    config = write_village(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "results.jsonl").write_text("precious, without a line end")
    with pytest.raises(ModelError, match=r"mine: expected an empty folder, found files\. Choose another --output\.$"):
        Comparison(tmp_path / "mine", config, (), CELLS)
    assert [one.read_text() for one in (tmp_path / "mine").iterdir()] == ["precious, without a line end"]


def test_what_a_start_that_was_killed_has_left_is_no_hindrance(tmp_path: Path) -> None:
    config = write_village(tmp_path)
    (tmp_path / "grid").mkdir()
    for name in (".config.yaml.part", ".metrics.jsonl.part"):
        (tmp_path / "grid" / name).touch()
    (tmp_path / "grid" / ".lock").touch()
    Comparison(tmp_path / "grid", config, (), CELLS)
    assert (tmp_path / "grid" / "config.yaml").is_file()


def test_a_configuration_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    config = write_village(tmp_path)
    own = tmp_path / "own"
    own.mkdir()
    (own / "config.yaml").write_text("# mine\n" + config.read_text().replace("village.conll", "../village.conll"))
    before = (own / "config.yaml").read_bytes()
    Comparison(own, own / "config.yaml", [], CELLS)
    assert (own / "config.yaml").read_bytes() == before


def test_a_comparison_that_has_moved_goes_on_and_its_runs_learn_where_their_files_are(tmp_path: Path) -> None:
    cells = grid(["training.seed=1,2,3"])
    there, here = tmp_path / "there", tmp_path / "here"
    there.mkdir()
    assert len(list(comparison(there, "training.epochs=2", cells=cells[:1]).run(processes(1)))) == 1
    config = village_config(there, "training.seed=2", "training.epochs=2")
    records = Run.start(there / "out" / run_of(cells[1]), config).train()
    while not isinstance(next(records), EpochDone):
        pass
    records.close()
    there.rename(here)
    again = comparison(here, "training.epochs=2", cells=cells)
    assert len(again.finished()) == 1
    assert [result.error for result in again.run(processes(1))] == [None, None]
    for folder in (here / "out", *(here / "out" / run_of(cell) for cell in cells)):
        assert load_config(folder / "config.yaml").corpus.train == here / "village.conll"
    (here / "other.conll").write_text("Mira B-PER\n" * 20, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"found other values of corpus\.train\. Set them back"):  # it has not moved
        comparison(here, "training.epochs=2", "corpus.train=other.conll", cells=cells)


def test_results_of_other_data_do_not_stand_beside_new_ones(tmp_path: Path) -> None:
    cells = grid(["training.seed=1,2"])
    assert len(list(comparison(tmp_path, cells=cells[:1]).run(processes(1)))) == 1
    assert len(comparison(tmp_path, cells=cells).finished()) == 1
    again = comparison(tmp_path, cells=cells)
    text = (tmp_path / "village.conll").read_text(encoding="utf-8")
    (tmp_path / "village.conll").write_text(text + "\nMira B-PER\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"village\.conll: expected the data that .*out was started with"):
        again.finished()
    (tmp_path / "village.conll").unlink()
    assert len(again.finished()) == 1  # nothing is known of what is gone


def test_cells_may_have_data_of_their_own(tmp_path: Path) -> None:
    village = write_village(tmp_path).with_name("village.conll").read_text(encoding="utf-8")
    (tmp_path / "other.conll").write_text(f"{village}\nMira\tB-PER\n", encoding="utf-8")
    one = comparison(tmp_path, cells=grid(["corpus.train=village.conll,other.conll"]))
    assert len(list(one.run(ThreadPoolExecutor(1)))) == len(one.finished()) == 2


def test_a_cell_takes_as_long_as_its_epochs(tmp_path: Path) -> None:
    found = train_cell(tmp_path / "cell", village_config(tmp_path, "training.epochs=7"), {})
    epochs = list(map(json.loads, (tmp_path / "cell" / "metrics.jsonl").read_text(encoding="utf-8").splitlines()))
    best = max(epochs, key=lambda epoch: float(epoch["dev"]["f1"]))
    assert best["epoch"] < len(epochs) == found.epochs
    assert found.seconds == pytest.approx(sum(epoch["seconds"] for epoch in epochs))
    assert found.active == epochs[-1]["active"] != epochs[0]["active"]


def test_a_cell_waits_for_what_is_left_of_an_earlier_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has not yet noticed that the one which started it is gone."""
    with ExitStack() as earlier:
        earlier.enter_context(Lock(tmp_path / "cell"))
        monkeypatch.setattr("nerwin.storage.lock.time.sleep", lambda seconds: earlier.close())
        assert train_cell(tmp_path / "cell", village_config(tmp_path), {}).error is None


def test_a_worker_in_another_folder_trains_in_that_of_the_comparison(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)

    def elsewhere(folder: Path, config: Config, data: Mapping[str, Fingerprint]) -> Result:
        with chdir("elsewhere"):
            return train_cell(folder, config, data)

    monkeypatch.setattr("nerwin.comparison.comparison.train_cell", elsewhere)
    (result,) = comparison(Path(), cells=grid(["training.seed=1"])).run(ThreadPoolExecutor(1))
    assert result.error is None
    assert len(list(tmp_path.glob("out/cells/*/best"))) == 1
    assert not list((tmp_path / "elsewhere").iterdir())


def test_cells_have_their_number_of_threads_in_common(tmp_path: Path) -> None:
    for varied in ("training.threads=1,2", "training={threads: 1}"):
        cells = grid([varied])
        with pytest.raises(ConfigError, match=r"--vary training\.threads: expected the same number in all cells"):
            comparison(tmp_path, "training.threads=2", cells=cells)
    assert comparison(tmp_path, "training.threads=2").finished() == []


def test_the_same_command_finds_the_same_folder(tmp_path: Path) -> None:
    path = write_village(tmp_path)
    assert folder_of(path, ["training.epochs=2"]) == folder_of(path, ["training.epochs=2"])
    assert folder_of(path, ["training.epochs=2"]) != folder_of(path, ["training.epochs=3"])
    assert folder_of(path, []).name.startswith("compare-village-")


def test_the_default_folder_is_found_again_where_the_project_has_moved(tmp_path: Path) -> None:
    there, here = tmp_path / "there", tmp_path / "here"
    there.mkdir()
    path = write_village(there)
    with chdir(there):
        before = folder_of(path, [])
        assert folder_of(path, ["corpus.dev=other.conll"]) != before
    there.rename(here)
    with chdir(here):
        assert folder_of(here / path.name, []) == before


def test_a_cell_whose_data_have_changed_meanwhile_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It must not stand in one table with those before."""

    def changed_afterwards(folder: Path, config: Config, data: Mapping[str, Fingerprint]) -> Result:
        result = train_cell(folder, config, data)
        with (tmp_path / "village.conll").open("a") as stream:
            stream.write("Ines\tB-PER\n\n")
        return result

    monkeypatch.setattr("nerwin.comparison.comparison.train_cell", changed_afterwards)
    cells = grid(["training.seed=1,2"])
    results = {result.cell: result.error for result in comparison(tmp_path, cells=cells).run(ThreadPoolExecutor(1))}
    assert results[cells[0]] is None
    assert "village.conll: expected the data that" in (results[cells[1]] or "")


def test_a_result_for_which_there_is_no_room_is_an_error_that_names_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nerwin.comparison.comparison.train_cell", lambda *given: Result(()))
    one, limits = comparison(tmp_path, cells=grid(["training.seed=1"])), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        with pytest.raises(
            ModelError, match=r"out/results\.jsonl: cannot write the result: .*the same command continues"
        ):
            list(one.run(ThreadPoolExecutor(1)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert len(list(one.run(ThreadPoolExecutor(1)))) == 1


def test_a_process_that_cannot_start_is_an_error_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*given: object) -> NoReturn:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(ProcessPoolExecutor, "submit", refused)
    with (
        processes(2) as pool,
        pytest.raises(WorkerError, match=r"cannot start .*: Too many open files\. .*fewer --jobs"),
    ):
        pool.submit(print)
