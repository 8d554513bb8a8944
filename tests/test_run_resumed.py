"""A run that was stopped goes on as if it had not been, or says what is missing or damaged."""

import itertools
import json
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from nerwin.config.settings import Config
from nerwin.errors import ConfigError, ModelError
from nerwin.run.run import Run
from nerwin.training.state import Batched, EpochDone
from tests.runs import EVERYTHING, assert_equal_runs, contents, finish, metrics, stop_when
from tests.village import village_config


@pytest.mark.parametrize(
    "enough",
    [
        lambda record: isinstance(record, EpochDone) and record.epoch == 1,
        lambda record: isinstance(record, EpochDone) and record.epoch == 3,
        lambda record: isinstance(record, EpochDone) and record.epoch == 4,
        lambda record: isinstance(record, Batched) and record.epoch == 1,
        lambda record: isinstance(record, Batched) and record.epoch == 3 and record.done > 50,
    ],
    ids=["after epoch 1", "after epoch 3", "at the end", "inside epoch 1", "inside epoch 3"],
)
def test_a_resumed_run_ends_as_one_that_was_never_interrupted(
    whole: Path, tmp_path: Path, config: Config, enough: Callable[[Batched | EpochDone], bool]
) -> None:
    folder = tmp_path / "resumed"
    stop_when(Run.start(folder, config), enough)
    finish(Run.resume(folder, config))
    assert_equal_runs(whole, folder)


@pytest.mark.parametrize("corruption", ["window", "label", "sequence"])
@pytest.mark.parametrize("batches", [1, 5])
def test_a_run_paused_inside_epochs_ends_as_one_that_was_never_interrupted(
    tmp_path: Path, corruption: str, batches: int
) -> None:
    settings = ["features.ngrams=3", "optimizer.table_rate=3", "training.min_batches=25", "training.batch_size=10"]
    config = village_config(tmp_path, *EVERYTHING, *settings, f"objective.corruption={corruption}")
    finish(Run.start(tmp_path / "whole", config))
    folder, run, places = tmp_path / "paused", Run.start(tmp_path / "paused", config), []
    for _ in range(6):
        records = run.train()
        for record in itertools.islice(records, batches):
            assert isinstance(record, Batched | EpochDone)
        run.pause()
        del records
        run = Run.resume(folder, config)
        places.append(run.saved)
    assert len([place for place in places if place.startswith("in epoch ")]) >= 3
    finish(run)
    assert_equal_runs(tmp_path / "whole", folder)


@pytest.mark.parametrize("epoch", [2, 4])
def test_a_run_paused_after_the_last_minibatch_of_an_epoch_logs_the_rate_of_its_last_step(
    tmp_path: Path, epoch: int
) -> None:
    config = village_config(tmp_path, *EVERYTHING, "schedule.name=linear")
    finish(Run.start(tmp_path / "whole", config))
    run = Run.start(tmp_path / "paused", config)
    stop_when(run, lambda done: isinstance(done, Batched) and done.epoch == epoch and done.done == done.total)
    run.pause()
    finish(Run.resume(tmp_path / "paused", config))
    rates = [line["learning_rate"] for line in metrics(tmp_path / "whole")]
    assert len(set(rates)) == 4
    assert [line["learning_rate"] for line in metrics(tmp_path / "paused")] == rates
    assert_equal_runs(tmp_path / "whole", tmp_path / "paused")


def test_a_run_paused_before_the_rate_was_recorded_goes_on(whole: Path, tmp_path: Path, config: Config) -> None:
    folder = tmp_path / "paused"
    run = Run.start(folder, config)
    stop_when(run, lambda record: isinstance(record, Batched) and record.epoch == 2)
    run.pause()
    manifest = json.loads((folder / "paused" / "model.json").read_text(encoding="utf-8"))
    assert manifest["state"]["tally"].pop("rate") > 0
    (folder / "paused" / "model.json").write_text(json.dumps(manifest), encoding="utf-8")
    run = Run.resume(folder, config)
    assert run.saved.startswith("in epoch 2, at ")
    finish(run)
    assert_equal_runs(whole, folder)


def test_what_was_paused_before_the_last_whole_epoch_is_passed_over(whole: Path, config: Config) -> None:
    """Killed after an epoch was saved and before what it was paused with was taken away."""
    earlier = json.loads((whole / "last" / "model.json").read_text())
    earlier["epoch"], earlier["state"]["tally"] = 3, {"sources": {}}
    (whole / "paused").mkdir()
    (whole / "paused" / "model.json").write_text(json.dumps(earlier))
    (whole / ".metrics.jsonl.part").write_text("half")
    files = contents(whole / "best") | contents(whole / "last")
    for part in ("best", "last"):  # an earlier model's, and half of one that was being written
        (whole / part / "arrays-0123456789ab.npz").write_bytes(b"earlier")
        (whole / part / ".arrays-ba9876543210.npz.part").write_bytes(b"half")
    assert Run.resume(whole, config).saved == "after epoch 4"
    assert sorted(path.name for path in whole.iterdir()) == ["best", "config.yaml", "last", "metrics.jsonl"]
    assert contents(whole / "best") | contents(whole / "last") == files


def test_resuming_after_every_epoch_changes_nothing(whole: Path, tmp_path: Path, config: Config) -> None:
    folder = tmp_path / "resumed"
    stop_when(Run.start(folder, config), lambda record: isinstance(record, EpochDone))
    for _ in range(3):
        stop_when(Run.resume(folder, config), lambda record: isinstance(record, EpochDone))
    assert_equal_runs(whole, folder)


@pytest.mark.parametrize("tail", ['{"epoch": 3, "lo', '{"epoch": 3, "loss": 0.1}\n'])
def test_a_line_of_metrics_without_its_model_is_written_again(
    whole: Path, tmp_path: Path, config: Config, tail: str
) -> None:
    """Killed between the line of epoch 3 and its model, or inside the line."""
    folder = tmp_path / "resumed"
    stop_when(Run.start(folder, config), lambda record: isinstance(record, EpochDone) and record.epoch == 2)
    with (folder / "metrics.jsonl").open("a") as stream:
        stream.write(tail)
    run = Run.resume(folder, config)
    assert run.saved == "after epoch 2"
    finish(run)
    assert_equal_runs(whole, folder)


def test_a_finished_run_has_nothing_left_to_do(whole: Path, config: Config) -> None:
    before = contents(whole)
    run = Run.resume(whole, config)
    assert list(run.train()) == []
    assert run.trainer.state.stop == "all 4 epochs done"
    assert contents(whole) == before


def test_patience_counts_across_a_resume(tmp_path: Path) -> None:
    config = village_config(tmp_path, "training.epochs=30", "training.patience=3", "optimizer.learning_rate=1e-6")
    finish(Run.start(tmp_path / "whole", config))
    stop_when(
        Run.start(tmp_path / "resumed", config), lambda record: isinstance(record, EpochDone) and record.epoch == 2
    )
    finish(Run.resume(tmp_path / "resumed", config))
    assert len(metrics(tmp_path / "whole")) < 30
    assert_equal_runs(tmp_path / "whole", tmp_path / "resumed")


def test_resuming_nothing_is_a_clear_error(tmp_path: Path, config: Config) -> None:
    with pytest.raises(ModelError, match="nowhere: expected a run to continue, found none"):
        Run.resume(tmp_path / "nowhere", config)


def test_a_run_whose_configuration_is_gone_is_a_run_still(whole: Path, config: Config) -> None:
    """To leave out --resume would be no help: the folder is not empty."""
    (whole / "config.yaml").unlink()
    with pytest.raises(ConfigError, match=r"config\.yaml: cannot read the configuration: No such file or directory"):
        Run.resume(whole, config)


@pytest.mark.parametrize(
    ("gone", "expected"), [("last", "the state of the run"), ("best", "the best model so far")], ids=["last", "best"]
)
def test_resuming_a_run_that_lacks_its_state_or_its_best_model_is_refused(
    whole: Path, config: Config, gone: str, expected: str
) -> None:
    """It never begins anew unasked, nor ends without a model that is kept."""
    shutil.rmtree(whole / gone)
    before = contents(whole)
    with pytest.raises(ModelError, match=rf"{gone}: expected {expected}, found none\. Bring it back"):
        Run.resume(whole, config)
    assert contents(whole) == before


@pytest.mark.parametrize("begin", [partial(Run.start, overwrite=True), Run.resume], ids=["overwrite", "resume"])
@pytest.mark.parametrize("line", ["", '{"ep', '{"epoch": 1, "loss": 0.'])
def test_a_run_whose_first_epoch_was_never_saved_is_begun_anew(
    tmp_path: Path, config: Config, line: str, begin: Callable[[Path, Config], Run]
) -> None:
    """The disk was full while the first line of metrics was written."""
    Run.start(tmp_path / "run", config)
    (tmp_path / "run" / "metrics.jsonl").write_text(line)
    assert len(finish(begin(tmp_path / "run", config))) == 4


def test_a_run_that_was_killed_before_it_had_metrics_is_begun_anew(tmp_path: Path, config: Config) -> None:
    Run.start(tmp_path / "run", config)
    (tmp_path / "run" / "metrics.jsonl").unlink()
    assert len(finish(Run.resume(tmp_path / "run", config))) == 4


def test_a_run_that_was_killed_between_its_first_two_saves_does_its_epoch_again(
    whole: Path, tmp_path: Path, config: Config
) -> None:
    killed = tmp_path / "killed"
    stop_when(Run.start(killed, config), lambda record: isinstance(record, EpochDone))
    shutil.rmtree(killed / "last")
    finish(Run.resume(killed, config))
    assert_equal_runs(killed, whole)


def test_resuming_without_metrics_is_a_clear_error(whole: Path, config: Config) -> None:
    (whole / "metrics.jsonl").unlink()
    with pytest.raises(ModelError, match=r"metrics\.jsonl"):
        Run.resume(whole, config)


@pytest.mark.parametrize(
    ("damage", "line"),
    [
        (lambda lines: lines[:-1], 4),
        (lambda lines: [], 1),
        (lambda lines: [lines[1], lines[0], *lines[2:]], 1),
        (lambda lines: [lines[0], lines[1][:30] + b"\n", *lines[2:]], 2),
        (lambda lines: [*lines[:2], b"\xff\n", *lines[3:]], 3),
        (lambda lines: [*lines[:2], b"[" * 100_000 + b"\n", *lines[3:]], 3),
        (lambda lines: [*lines[:3], lines[3].rstrip()], 4),
    ],
    ids=["a line short", "empty", "swapped", "cut", "no UTF-8", "deep", "no line end"],
)
def test_resuming_behind_damaged_metrics_is_refused(
    whole: Path, config: Config, damage: Callable[[list[bytes]], list[bytes]], line: int
) -> None:
    """Else the run would end with fewer or other lines than it has had epochs."""
    path = whole / "metrics.jsonl"
    damaged = b"".join(damage(path.read_bytes().splitlines(keepends=True)))
    path.write_bytes(damaged)
    with pytest.raises(ModelError, match=rf"metrics\.jsonl:{line}: expected the line of epoch {line}, found"):
        Run.resume(whole, config)
    assert path.read_bytes() == damaged


def test_resuming_from_a_damaged_model_is_refused(whole: Path, config: Config) -> None:
    (path,) = (whole / "last").glob("state_arrays-*.npz")
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ModelError, match="damaged"):
        Run.resume(whole, config)
