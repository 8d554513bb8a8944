"""Which folder a run may be begun in: somebody's files stay, runs alone are overwritten, and one process writes."""

import errno
import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NoReturn

import pytest

from nerwin.comparison.comparison import Comparison
from nerwin.config.reading import load_config
from nerwin.config.settings import Config
from nerwin.config.yaml_files import write_yaml
from nerwin.errors import ConfigError, ModelError
from nerwin.model.files import load_model
from nerwin.parts.parts import Parts
from nerwin.parts.reading import read_parts
from nerwin.run.run import Run
from tests.runs import assert_equal_runs, contents, finish, somebodys_folder
from tests.village import village_config, write_village


def test_a_folder_in_which_a_run_was_killed_before_it_began_is_empty(tmp_path: Path) -> None:
    config, folder = village_config(tmp_path, "training.epochs=1"), tmp_path / "run"
    folder.mkdir()
    (folder / ".config.yaml.part").write_text("half")
    (folder / ".lock").write_text("")
    finish(Run.start(folder, config))
    assert sorted(path.name for path in folder.iterdir()) == ["best", "config.yaml", "last", "metrics.jsonl"]
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / ".mine").write_text("")
    with pytest.raises(ModelError, match="expected an empty folder"):
        Run.start(tmp_path / "other", config)


def test_a_run_that_began_while_the_data_was_read_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, folder = village_config(tmp_path, "training.epochs=1"), tmp_path / "run"

    def slowly(config: Config) -> Parts:
        monkeypatch.undo()
        finish(Run.start(folder, config))
        return read_parts(config)

    monkeypatch.setattr("nerwin.run.run.read_parts", slowly)
    with pytest.raises(ModelError, match="expected an empty folder"):
        Run.start(folder, config)
    assert load_model(folder / "best").standing.epoch == 1


@pytest.mark.parametrize(
    "metrics", ["mine\n", "mine\n" * 2, "[" * 60_000, '{"accuracy": 1}\n', '{"epoch": 1,\n', '{"epoch": 1}', None]
)
def test_resuming_leaves_files_alone_that_are_no_run(tmp_path: Path, config: Config, metrics: str | None) -> None:
    """A configuration by hand, and what somebody has put beside it."""
    mine = somebodys_folder(tmp_path, metrics)
    write_yaml(mine / "config.yaml", config.to_dict())
    before = contents(mine)
    with pytest.raises(ModelError, match=r"mine: expected an empty folder, found files\. Choose another --output\.$"):
        Run.resume(mine, config)
    assert contents(mine) == before


@pytest.mark.parametrize("begin", [partial(Run.start, overwrite=True), Run.resume], ids=["overwrite", "resume"])
def test_the_folder_of_a_comparison_is_left_to_it(tmp_path: Path, begin: Callable[[Path, Config], Run]) -> None:
    Comparison(tmp_path / "grid", write_village(tmp_path), (), [("training.seed=1",)])
    (tmp_path / "grid" / "cells").mkdir()
    settings = load_config(tmp_path / "grid" / "config.yaml")
    with pytest.raises(ModelError, match="expected the folder of a run, found a comparison's"):
        begin(tmp_path / "grid", settings)


def test_a_folder_that_is_in_use_is_refused_and_left_alone(whole: Path, config: Config) -> None:
    before = contents(whole)
    with pytest.raises(ModelError, match=r"expected an empty folder, found files.*--resume, --overwrite"):
        Run.start(whole, config)
    assert contents(whole) == before


def test_of_two_runs_begun_in_one_folder_the_one_that_was_replaced_is_not_trained(
    tmp_path: Path, config: Config
) -> None:
    replaced = Run.start(tmp_path, config)
    other = config.model_copy(update={"training": config.training.model_copy(update={"seed": 2})})
    begun = Run.start(tmp_path, other, overwrite=True)
    with pytest.raises(ConfigError, match=r"other values of training\.seed"):
        next(replaced.train())
    for _ in begun.train():
        pass
    assert load_model(tmp_path / "best").config.training.seed == 2


def test_a_run_is_looked_at_once_more_while_nobody_else_may_write(
    tmp_path: Path, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, held = Run.start(tmp_path, config), []
    monkeypatch.setattr(run, "_check_as_begun", lambda: held.append((tmp_path / ".lock").exists()))
    next(run.train())
    assert held == [True]


def test_a_run_that_another_process_has_gone_on_with_is_not_trained_again(whole: Path, config: Config) -> None:
    here, there = Run.start(whole, config, overwrite=True), Run.resume(whole, config)
    for _ in there.train():
        pass
    lines = (whole / "metrics.jsonl").read_bytes()
    with pytest.raises(ModelError, match=r"expected a run of 0 epochs.*found one of \d+: another process has"):
        next(here.train())
    assert (whole / "metrics.jsonl").read_bytes() == lines
    gone_on = Run.resume(whole, config)
    Run.start(whole, config, overwrite=True)
    with pytest.raises(ModelError, match=r"expected a run of \d+ epochs.*found one of 0: another process has"):
        next(gone_on.train())


def test_an_empty_folder_is_welcome(tmp_path: Path, config: Config) -> None:
    (tmp_path / "empty").mkdir()
    assert len(finish(Run.start(tmp_path / "empty", config))) == 4


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path, config: Config) -> None:
    (tmp_path / "taken").write_text("mine")
    for overwrite in (False, True):
        with pytest.raises(ModelError, match="expected an empty folder, found a file"):
            Run.start(tmp_path / "taken", config, overwrite=overwrite)
    assert (tmp_path / "taken").read_text() == "mine"


def test_overwriting_gives_the_run_that_a_new_folder_gives(whole: Path, tmp_path: Path, config: Config) -> None:
    finish(Run.start(tmp_path / "used", village_config(tmp_path, "words.dim=5", "training.epochs=6")))
    finish(Run.start(tmp_path / "used", config, overwrite=True))
    assert_equal_runs(whole, tmp_path / "used")


@pytest.mark.parametrize(("write", "epochs"), [("nerwin.run.run.write_yaml", 4), ("nerwin.run.run.replace_file", 6)])
def test_overwriting_may_be_killed_at_any_of_its_writes(
    whole: Path, tmp_path: Path, config: Config, monkeypatch: pytest.MonkeyPatch, write: str, epochs: int
) -> None:
    """The run that is gone on with is the old one, begun anew, or the new one."""

    def killed(path: Path, content: object) -> NoReturn:
        raise KeyboardInterrupt

    longer = village_config(tmp_path, "training.epochs=6")
    with monkeypatch.context() as patched:
        patched.setattr(write, killed)
        with pytest.raises(KeyboardInterrupt):
            Run.start(whole, longer, overwrite=True)
    settings = load_config(whole / "config.yaml")
    assert settings == (longer if epochs == 6 else config)
    assert len(finish(Run.resume(whole, settings))) == epochs


@pytest.mark.parametrize("part", ["best", "last", "paused", "metrics.jsonl"])
@pytest.mark.parametrize("begin", [Run.resume, partial(Run.start, overwrite=True)], ids=["resume", "overwrite"])
def test_a_link_in_a_run_leads_nothing_that_is_written_or_removed_to_another_place(
    whole: Path, tmp_path: Path, config: Config, part: str, begin: Callable[[Path, Config], Run]
) -> None:
    other = shutil.copytree(whole, tmp_path / "other")
    shutil.copytree(other / "last", other / "paused")
    if (whole / part).exists():
        (whole / part).rename(tmp_path / "gone")
    (whole / part).symlink_to(other / part)
    before = contents(other)
    with pytest.raises(ModelError, match=rf"{part}: expected what a training has written, found a link"):
        begin(whole, config)
    assert contents(other) == before


@pytest.mark.parametrize("name", ["notes.txt", "best/notes.txt"])
def test_overwriting_leaves_what_nerwin_did_not_write(whole: Path, config: Config, name: str) -> None:
    (whole / name).write_text("mine")
    finish(Run.start(whole, config, overwrite=True))
    assert (whole / name).read_text() == "mine"


@pytest.mark.parametrize("part", ["best", "last", "paused"])
def test_a_run_may_be_overwritten_by_what_is_left_of_it(whole: Path, config: Config, part: str) -> None:
    if part != "best":
        shutil.move(whole / "best", whole / part) if part == "paused" else shutil.rmtree(whole / "best")
    if part != "last":
        shutil.rmtree(whole / "last")
    (whole / "metrics.jsonl").write_bytes(b"\xff")
    assert len(finish(Run.start(whole, config, overwrite=True))) == 4


def test_overwriting_that_failed_can_be_done_again(
    whole: Path, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: object) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("nerwin.run.run.write_yaml", full)
        with pytest.raises(ModelError, match="No space left"):
            Run.start(whole, config, overwrite=True)
    assert len(finish(Run.start(whole, config, overwrite=True))) == 4


@pytest.mark.parametrize(
    "metrics",
    ["mine\n", '{"accuracy": 1}\n', '{"epoch": 1, "loss": 0.3, "acc": 1}\n', '{"epoch": 1, "acc": 1}', "7\n", None],
)
def test_overwriting_is_for_runs_alone(tmp_path: Path, config: Config, metrics: str | None) -> None:
    """A configuration by hand, the corpora beside it, and perhaps figures of somebody's own."""
    mine = somebodys_folder(tmp_path, metrics)
    before = contents(mine)
    with pytest.raises(ModelError, match=r"expected an empty folder, found files\. Choose another --output\.$"):
        Run.start(mine, config)
    with pytest.raises(ModelError, match=r"expected an empty folder, found files\. .*--overwrite replaces runs alone"):
        Run.start(mine, config, overwrite=True)
    assert contents(mine) == before


def test_a_run_without_an_epoch_can_be_overwritten(tmp_path: Path, config: Config) -> None:
    Run.start(tmp_path / "begun", config)
    assert len(finish(Run.start(tmp_path / "begun", config, overwrite=True))) == 4


def test_nothing_is_touched_before_the_data_is_read(whole: Path, tmp_path: Path) -> None:
    before = contents(whole)
    with pytest.raises(Exception, match=r"nothing\.conll"):
        Run.start(whole, village_config(tmp_path, "corpus.train=nothing.conll"), overwrite=True)
    assert contents(whole) == before


@pytest.mark.parametrize("paused", [False, True])
def test_a_run_whose_folder_was_begun_anew_writes_nothing_into_it(tmp_path: Path, config: Config, paused: bool) -> None:
    folder = tmp_path / "run"
    run = Run.start(folder, config)
    records = run.train()
    next(records)
    shutil.rmtree(folder)
    finish(Run.start(folder, config))
    before = contents(folder)
    with pytest.raises(ModelError, match="expected the folder that this process holds"):
        run.pause() if paused else list(records)
    assert contents(folder) == before
