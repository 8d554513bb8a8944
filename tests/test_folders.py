"""The names of runs: which is the newest, what a new one is called, and which model is meant by a path."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nerwin.errors import ModelError
from nerwin.storage.folders import model_folder, new_folder, newest_folder


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty runs/ under the current folder."""
    here = tmp_path / "here"
    (here / "runs").mkdir(parents=True)
    monkeypatch.chdir(here)
    return Path("runs")


def fake_run(folder: Path, started: int, *, trained: bool = True) -> None:
    folder.mkdir()
    (folder / "config.yaml").write_text("")
    (folder / "metrics.jsonl").write_text("")
    os.utime(folder / "config.yaml", (started, started))
    if trained:
        (folder / "best").mkdir()
        (folder / "best" / "model.json").write_text("{}")


def test_the_newest_run_is_the_one_that_was_started_last(runs: Path) -> None:
    for name, started in (("b-1", 300), ("a-2", 100), ("c-9", 200)):
        fake_run(runs / name, started)
    assert newest_folder() == runs / "b-1"
    assert model_folder(None) == runs / "b-1" / "best"


def test_a_run_without_a_model_is_not_the_newest(runs: Path) -> None:
    fake_run(runs / "a-1", 100)
    fake_run(runs / "a-2", 200, trained=False)
    assert newest_folder() == runs / "a-1"
    assert newest_folder(trained=False) == runs / "a-2"


def test_a_comparison_is_no_run_to_go_on_with(runs: Path) -> None:
    fake_run(runs / "a-1", 100, trained=False)
    (runs / "compare-a-1").mkdir()
    (runs / "compare-a-1" / "config.yaml").write_text("")
    assert newest_folder(trained=False) == runs / "a-1"


def test_no_run_at_all_is_a_clear_error(runs: Path) -> None:
    with pytest.raises(ModelError, match=r"expected a trained run, found none.*nerwin train"):
        newest_folder()


def test_without_a_runs_folder_there_is_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelError, match="found none"):
        model_folder(None)


def test_a_new_run_takes_the_next_number_of_its_name(runs: Path) -> None:
    assert new_folder("village") == runs / "village-1"
    for name in ("village-7", "village-old", "town-12"):
        (runs / name).mkdir()
    assert new_folder("village") == runs / "village-8"
    assert new_folder("village") == runs / "village-9"  # whoever begins beside the other has one of his own


def test_a_folder_that_the_disk_refuses_is_not_tried_without_end(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    errors, mkdir = iter([OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))]), Path.mkdir

    def full(path: Path, **given: Any) -> None:
        if path.parent == runs:
            raise next(errors)
        mkdir(path, **given)

    monkeypatch.setattr(Path, "mkdir", full)
    with pytest.raises(ModelError, match="runs: cannot make a folder there: No space left on device"):
        new_folder("village")


@pytest.mark.parametrize("harm", [Path.touch, lambda runs: runs.symlink_to("nowhere")], ids=["file", "link"])
def test_where_no_folder_can_be_made_that_is_said(runs: Path, harm: Callable[[Path], None]) -> None:
    runs.rmdir()
    harm(runs)
    with pytest.raises(ModelError, match=r"^runs: cannot make a folder there: File exists\. Choose an --output\.$"):
        new_folder("village")


def test_a_number_that_another_training_takes_meanwhile_is_left_to_it(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mkdir = Path.mkdir

    def slow(folder: Path, *given: Any, **more: Any) -> None:
        if folder.name == "village-1" and not folder.exists():
            mkdir(folder)
        mkdir(folder, *given, **more)

    monkeypatch.setattr(Path, "mkdir", slow)
    assert new_folder("village").name == "village-2"


def test_a_name_with_brackets_is_numbered_as_any_other(runs: Path) -> None:
    (runs / "village[2]-1").mkdir()
    assert new_folder("village[2]") == runs / "village[2]-2"


def test_a_folder_with_a_number_that_is_none_does_not_count(runs: Path) -> None:
    for name in ("village-²", "village-x", "village-1"):
        (runs / name).mkdir()
    assert new_folder("village") == runs / "village-2"


@pytest.mark.parametrize(("given", "found"), [(".", "best"), ("best", "best"), ("last", "last")])
def test_a_model_is_named_by_its_run_or_its_own_folder(template: Path, given: str, found: str) -> None:
    run = template / "runs" / "village-1"
    assert model_folder(run / given) == run / found


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nowhere", "expected a run folder with best/, or a model folder, found neither"),
        ("empty", "expected a run folder with best/, or a model folder, found neither"),
        (
            "village.conll",
            "expected a run folder or a model, found a file. Name the model before any files, and a corpus to score "
            "after --data",
        ),
        ("grid", "expected a run folder, found a comparison. Name one of the runs in its cells/"),
    ],
)
def test_what_is_no_model_is_a_clear_error(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "grid" / "cells").mkdir(parents=True)
    (tmp_path / "village.conll").write_text("")
    with pytest.raises(ModelError, match=f"{name}: {message}"):
        model_folder(tmp_path / name)
