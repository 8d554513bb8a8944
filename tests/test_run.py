"""A run on disk: what its folder holds, when it is saved, and what a full disk or a kill leaves of it."""

import os
import resource
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest

from nerwin.config.reading import load_config
from nerwin.config.settings import Config
from nerwin.errors import ModelError, TrainingDiverged
from nerwin.model.files import load_model
from nerwin.run.run import Run
from nerwin.training.state import Batched, EpochDone
from tests.runs import assert_equal_runs, finish, metrics, stop_when
from tests.village import village_config


def test_what_is_kept_stands_in_best_from_the_first_epoch_on(tmp_path: Path) -> None:
    run = Run.start(tmp_path / "run", village_config(tmp_path, "training.keep=last"))
    for record in run.train():
        if isinstance(record, EpochDone):
            best = load_model(tmp_path / "run" / "best")
            assert best.standing == (record.epoch, record.epoch, record.dev["f1"])


def test_a_run_in_a_folder_whose_name_is_not_utf8_is_saved_and_goes_on(tmp_path: Path) -> None:
    here = tmp_path / os.fsdecode(b"villa\xff")
    try:
        here.mkdir()
    except (OSError, UnicodeError):
        pytest.skip("no such names here")
    config = village_config(here, "training.epochs=2")
    finish(Run.start(here / "run", config))
    assert load_model(here / "run" / "best").config == config
    finish(Run.resume(here / "run", config))


def test_a_run_folder_holds_config_metrics_best_and_last(whole: Path, config: Config) -> None:
    assert sorted(path.name for path in whole.iterdir()) == ["best", "config.yaml", "last", "metrics.jsonl"]
    assert load_config(whole / "config.yaml") == config
    assert [line["epoch"] for line in metrics(whole)] == [1, 2, 3, 4]
    assert len(list((whole / "best").iterdir())) == 2
    assert len(list((whole / "last").iterdir())) == 3


def test_the_saved_config_alone_reproduces_the_run(whole: Path, tmp_path: Path) -> None:
    finish(Run.start(tmp_path / "again", load_config(whole / "config.yaml")))
    assert_equal_runs(whole, tmp_path / "again")


def test_a_long_epoch_is_saved_now_and_then(tmp_path: Path) -> None:
    config = village_config(tmp_path, "training.checkpoint_minutes=1e-9", "training.epochs=2")
    folder = tmp_path / "run"
    stop_when(Run.start(folder, config), lambda record: isinstance(record, Batched) and record.done > 100)
    run = Run.resume(folder, config)
    assert run.saved.startswith("in epoch 1, at ")
    finish(run)
    assert sorted(path.name for path in folder.iterdir()) == ["best", "config.yaml", "last", "metrics.jsonl"]


@pytest.mark.parametrize(
    ("seconds", "paused"),
    [
        (lambda record: 7, [63, 126, 189, 266, 329, 392]),  # an epoch ends at 203, and with it begins another minute
        (lambda record: 50 if record.done == record.total else 0, []),
    ],
    ids=["long epochs", "short epochs"],
)
def test_it_is_saved_whenever_so_many_minutes_have_passed_since_the_last_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: Callable[[Batched], float], paused: list[float]
) -> None:
    run = Run.start(tmp_path / "run", village_config(tmp_path, "training.checkpoint_minutes=1", "training.epochs=2"))
    now, found = 0.0, list[float]()
    monkeypatch.setattr("nerwin.run.run.time.monotonic", lambda: now)
    monkeypatch.setattr(run, "pause", lambda: found.append(now))
    for record in run.train():
        if isinstance(record, Batched):
            now += seconds(record)
    assert found == paused


def test_the_line_of_an_epoch_is_on_the_disk_before_a_model_that_knows_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run.start(tmp_path / "run", village_config(tmp_path, "training.epochs=1"))
    metrics, sync = (run.folder / "metrics.jsonl").stat().st_ino, os.fsync
    synced: list[tuple[bool, bool]] = []

    def seen(file: int) -> None:
        synced.append((os.fstat(file).st_ino == metrics, (run.folder / "best").exists()))
        sync(file)

    monkeypatch.setattr(os, "fsync", seen)
    finish(run)
    assert synced[0] == (True, False)
    assert len(synced) > 1


def test_what_has_diverged_is_not_saved(tmp_path: Path) -> None:
    run = Run.start(tmp_path / "run", village_config(tmp_path))
    next(run.train())
    run.trainer.model.params["U"][0] = np.nan
    with pytest.raises(TrainingDiverged):
        run.pause()
    assert not (tmp_path / "run" / "paused").exists()


def test_a_run_that_is_killed_between_its_two_saves_has_the_best_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A state that knows of a best epoch whose model is not there could not be mended."""

    def killed(*given: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr("nerwin.run.run.save_training", killed)
    with pytest.raises(KeyboardInterrupt):
        finish(Run.start(tmp_path / "run", village_config(tmp_path)))
    assert load_model(tmp_path / "run" / "best").standing.best_epoch == 1


@pytest.mark.parametrize("room", [0, 300, 3_000])
def test_a_full_disk_is_an_error_and_the_model_before_it_whole(whole: Path, config: Config, room: int) -> None:
    """Files of this process may not grow beyond `room` bytes, as where a disk is full."""
    before = load_model(whole / "best")
    run = Run.resume(whole, config)
    run.trainer.state.stop, limits = None, resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, limits[1]))
    try:
        with pytest.raises(
            ModelError, match=r"cannot (write|save) the (run|model).*Raise the limit of a file's size, or"
        ):
            finish(run)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    after = load_model(whole / "best")
    assert {name: value.tobytes() for name, value in before.params.items()} == {
        name: value.tobytes() for name, value in after.params.items()
    }
    assert Run.resume(whole, config).saved == "after epoch 4"
