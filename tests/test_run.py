"""Run folders: a run that is broken off and resumed must end exactly where one that was not ends."""

import errno
import itertools
import json
import os
import resource
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest

from nerwin.comparison.comparison import Comparison
from nerwin.config.reading import load_config
from nerwin.config.settings import Config
from nerwin.config.yaml_files import write_yaml
from nerwin.errors import ConfigError, ModelError, TrainingDiverged
from nerwin.model.files import load_model
from nerwin.parts.parts import Parts
from nerwin.parts.reading import read_parts
from nerwin.run.run import Run
from nerwin.text import pairs
from nerwin.training.state import Batched, EpochDone
from tests.village import same, village_config, write_village

EVERYTHING = (
    "training.epochs=4",
    "scorer.dropout=0.2",
    "scorer.input_dropout=0.1",
    "features.shape=3",
    "preprocess.method=normalize",
    "objective.l2=0.001",
)


def finish(run: Run) -> list[EpochDone]:
    return [record for record in run.train() if isinstance(record, EpochDone)]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def metrics(folder: Path) -> list[dict[str, Any]]:
    """The lines of metrics.jsonl without what the clock decides."""
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
    for line in lines:
        assert line.pop("seconds") > 0
        assert line.pop("windows_per_second") > 0
    return lines


def assert_equal_runs(one: Path, other: Path) -> None:
    assert metrics(one) == metrics(other)
    files, others = contents(one), contents(other)
    del files["metrics.jsonl"], others["metrics.jsonl"]
    assert files.keys() == others.keys()
    assert [name for name in files if files[name] != others[name]] == []


def stop_when(run: Run, enough: Callable[[Batched | EpochDone], bool]) -> None:
    """Drop the generator at the first such record, as a closed terminal would."""
    records = run.train()
    for record in records:
        if enough(record):
            break
    records.close()


@pytest.fixture(scope="module")
def corpus_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("village")


@pytest.fixture(scope="module")
def config(corpus_folder: Path) -> Config:
    return village_config(corpus_folder, *EVERYTHING)


@pytest.fixture(scope="module")
def template(corpus_folder: Path, config: Config) -> Path:
    finish(Run.start(corpus_folder / "whole", config))
    return corpus_folder / "whole"


@pytest.fixture
def whole(template: Path, tmp_path: Path) -> Path:
    """A run that was never interrupted."""
    return shutil.copytree(template, tmp_path / "whole")


def test_what_is_kept_stands_in_best_from_the_first_epoch_on(tmp_path: Path) -> None:
    run = Run.start(tmp_path / "run", village_config(tmp_path, "training.keep=last"))
    for record in run.train():
        if isinstance(record, EpochDone):
            best = load_model(tmp_path / "run" / "best")
            assert best.standing == (record.epoch, record.epoch, record.dev["f1"])


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


def test_a_run_whose_configuration_was_edited_does_not_go_on(tmp_path: Path) -> None:
    config, folder = village_config(tmp_path, "training.epochs=2"), tmp_path / "run"
    finish(Run.start(folder, config))
    path = folder / "config.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("epochs: 2", "epochs: 3"), encoding="utf-8")
    told = rf"other values of training\.epochs\. Set them back, or begin a new run: --config {path}, another --output"
    with pytest.raises(ConfigError, match=told):
        Run.resume(folder, load_config(path))
    path.write_text(path.read_text(encoding="utf-8").replace("epochs: 3", "epochs: 2"), encoding="utf-8")
    with pytest.raises(ConfigError, match=told):
        Run.resume(folder, load_config(path, ["training.epochs=4"]))


def test_a_run_with_a_dev_part_does_not_go_on_without(tmp_path: Path) -> None:
    config, folder = village_config(tmp_path, "training.epochs=1"), tmp_path / "run"
    finish(Run.start(folder, config))
    (folder / "config.yaml").unlink()
    write_yaml(folder / "config.yaml", village_config(tmp_path, "training.epochs=1", "corpus.dev=null").to_dict())
    with pytest.raises(ConfigError, match=r"found other values of corpus\.dev\. Set them back"):
        Run.resume(folder, load_config(folder / "config.yaml"))


def test_a_run_whose_corpora_have_moved_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    finish(Run.start(folder, village_config(tmp_path, "training.epochs=1")))
    (tmp_path / "village.conll").rename(tmp_path / "moved.conll")
    path = folder / "config.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("village.conll", "moved.conll"), encoding="utf-8")
    resumed = Run.resume(folder, load_config(path))
    assert resumed.trainer.config.corpus.train == tmp_path / "moved.conll"
    assert finish(resumed) == []


@pytest.mark.parametrize("enough", [lambda record: isinstance(record, EpochDone), lambda _: True], ids=["saved", "new"])
def test_a_run_whose_project_has_moved_ends_as_one_that_has_not(
    tmp_path: Path, enough: Callable[[Batched | EpochDone], bool]
) -> None:
    """It learns where its files are now, so that nobody has to name them twice."""
    there, here = tmp_path / "there", tmp_path / "here"
    there.mkdir()
    write_village(there)
    (there / "test.conll").write_text("mill\tO\n", encoding="utf-8")
    settings = (*EVERYTHING, "corpus.test=test.conll")
    finish(Run.start(tmp_path / "whole", load_config(there / "village.yaml", settings)))
    stop_when(Run.start(there / "run", load_config(there / "village.yaml", settings)), enough)
    there.rename(here)
    run = Run.resume(here / "run", load_config(here / "village.yaml", settings))
    assert load_config(here / "run" / "config.yaml") == run.trainer.config
    stop_when(run, lambda record: isinstance(record, EpochDone))
    finish(Run.resume(here / "run", load_config(here / "run" / "config.yaml")))
    assert metrics(here / "run") == metrics(tmp_path / "whole")
    for part in ("best", "last"):
        assert same(load_model(here / "run" / part).params, load_model(tmp_path / "whole" / part).params)


def test_where_a_run_has_moved_the_comments_in_its_configuration_stay(tmp_path: Path) -> None:
    path, village, moved = tmp_path / "run" / "config.yaml", tmp_path / "village.conll", tmp_path / "moved.conll"
    finish(Run.start(path.parent, village_config(tmp_path, "training.epochs=1")))
    text = path.read_text(encoding="utf-8").replace(f"dev: {village}", f"dev: {village}  # the same")
    path.write_text(f"# mine\n{text}# the end\n", encoding="utf-8")
    now = village_config(tmp_path, "training.epochs=1", f"corpus={{train: {moved}, dev: {moved}}}")
    village.rename(moved)
    finish(Run.resume(path.parent, now))
    assert path.read_text(encoding="utf-8") == f"# mine\n{text}# the end\n".replace(str(village), str(moved))


def test_vectors_that_have_moved_are_compared_and_those_that_are_gone_are_in_the_model(tmp_path: Path) -> None:
    names = one, moved, other = [tmp_path / name for name in ("one.txt", "moved.txt", "other.txt")]
    one.write_text("boat 1 2 3 4 5 6 7 8\n", encoding="utf-8")
    other.write_text("boat 1 2 3 4 5 6 7 9\n", encoding="utf-8")
    config, again, wrong = (village_config(tmp_path, "training.epochs=1", f"words.vectors={name}") for name in names)
    finish(Run.start(tmp_path / "run", config))
    one.rename(moved)
    finish(Run.resume(tmp_path / "run", config))
    with pytest.raises(ConfigError, match=r"other\.txt: expected the data that .*run was started with"):
        Run.resume(tmp_path / "run", wrong)
    finish(Run.resume(tmp_path / "run", again))
    assert load_config(tmp_path / "run" / "config.yaml").words.vectors == moved


def test_where_a_run_has_moved_other_files_are_refused(tmp_path: Path) -> None:
    finish(Run.start(tmp_path / "run", village_config(tmp_path, "training.epochs=1")))
    before, words = contents(tmp_path / "run"), (tmp_path / "village.conll").read_text(encoding="utf-8")
    (tmp_path / "other.conll").write_text(words.replace("Quellmark", "Quellmerk", 1), encoding="utf-8")
    other = village_config(
        tmp_path, "training.epochs=1", "corpus.train=other.conll", f"corpus.dev={tmp_path}/moved.conll"
    )
    with pytest.raises(ConfigError, match=r"found other values of corpus\.train, corpus\.dev\. Set them back"):
        Run.resume(tmp_path / "run", other)
    (tmp_path / "village.conll").rename(tmp_path / "moved.conll")
    with pytest.raises(ConfigError, match=r"other\.conll: expected the data that .*run was started with"):
        Run.resume(tmp_path / "run", other)
    assert contents(tmp_path / "run") == before


def test_a_run_that_gets_a_test_part_later_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    stop_when(Run.start(folder, village_config(tmp_path)), lambda record: isinstance(record, EpochDone))
    (folder / "config.yaml").unlink()
    write_yaml(folder / "config.yaml", village_config(tmp_path, "corpus.test=village.conll").to_dict())
    resumed = Run.resume(folder, load_config(folder / "config.yaml"))
    assert resumed.saved == "after epoch 1"
    assert resumed.trainer.config.corpus.test == tmp_path / "village.conll"


def test_a_run_folder_holds_config_metrics_best_and_last(whole: Path, config: Config) -> None:
    assert sorted(path.name for path in whole.iterdir()) == ["best", "config.yaml", "last", "metrics.jsonl"]
    assert load_config(whole / "config.yaml") == config
    assert [line["epoch"] for line in metrics(whole)] == [1, 2, 3, 4]
    assert len(list((whole / "best").iterdir())) == 2
    assert len(list((whole / "last").iterdir())) == 3


def test_the_saved_config_alone_reproduces_the_run(whole: Path, tmp_path: Path) -> None:
    finish(Run.start(tmp_path / "again", load_config(whole / "config.yaml")))
    assert_equal_runs(whole, tmp_path / "again")


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


@pytest.mark.parametrize(
    ("override", "key"),
    [
        ("training.epochs=9", "training.epochs"),
        ("training.seed=2", "training.seed"),
        ("words.dim=9", "words.dim"),
        ("scorer.hidden=[8,8]", "scorer.hidden"),
        ("features.shape=4", "features.shape"),
        ("features.suffix2=4", "features.suffix2"),
        ("corpus.dev=null", "corpus.dev"),
    ],
)
def test_another_configuration_is_refused_and_the_key_named(
    whole: Path, corpus_folder: Path, override: str, key: str
) -> None:
    before = contents(whole)
    with pytest.raises(ConfigError, match=rf"found other values of {key}\."):
        Run.resume(whole, village_config(corpus_folder, *EVERYTHING, override))
    assert contents(whole) == before


def test_all_keys_that_differ_are_named(whole: Path, corpus_folder: Path) -> None:
    with pytest.raises(ConfigError, match=r"other values of words\.dim, training\.seed\."):
        Run.resume(whole, village_config(corpus_folder, *EVERYTHING, "training.seed=2", "words.dim=9"))


@pytest.mark.parametrize(("name", "key"), [("village.conll", "train"), ("dev.conll", "dev")])
def test_other_data_than_the_run_was_started_with_are_refused_and_the_file_named(
    tmp_path: Path, name: str, key: str
) -> None:
    village_config(tmp_path)
    shutil.copy(tmp_path / "village.conll", tmp_path / "dev.conll")
    config = village_config(tmp_path, "corpus.dev=dev.conll")
    finish(Run.start(tmp_path / "run", config))
    before, words = contents(tmp_path / "run"), (tmp_path / name).read_text()
    (tmp_path / name).write_text(words.replace("Quellmark", "Quellmerk", 1))
    with pytest.raises(
        ConfigError, match=rf"{name}: expected the data that .*run was started with \(sha256 [0-9a-f]{{12}}\), found "
    ) as caught:
        Run.resume(tmp_path / "run", config)
    assert str(caught.value).endswith("Restore the file, or begin anew with another --output.")
    assert contents(tmp_path / "run") == before
    (tmp_path / name).write_text(words)
    assert list(Run.resume(tmp_path / "run", config).train()) == []


def test_a_run_from_before_its_data_were_recorded_goes_on(whole: Path, config: Config) -> None:
    for path in whole.rglob("model.json"):
        manifest = json.loads(path.read_text(encoding="utf-8"))
        del manifest["sources"]
        path.write_text(json.dumps(manifest), encoding="utf-8")
    assert list(Run.resume(whole, config).train()) == []


def test_resuming_nothing_is_a_clear_error(tmp_path: Path, config: Config) -> None:
    with pytest.raises(ModelError, match="nowhere: expected a run to continue, found none"):
        Run.resume(tmp_path / "nowhere", config)


def test_a_run_whose_configuration_is_gone_is_a_run_still(whole: Path, config: Config) -> None:
    """To leave out --resume would be no help: the folder is not empty."""
    (whole / "config.yaml").unlink()
    with pytest.raises(ConfigError, match=r"config\.yaml: cannot read the configuration: No such file or directory"):
        Run.resume(whole, config)


def test_resuming_a_run_whose_state_is_gone_never_begins_it_anew(whole: Path, config: Config) -> None:
    shutil.rmtree(whole / "last")
    before = contents(whole)
    with pytest.raises(ModelError, match=r"last: expected the state of the run, found none\. Bring it back"):
        Run.resume(whole, config)
    assert contents(whole) == before


def somebodys_folder(place: Path, metrics: str | None) -> Path:
    """A folder that no run was begun in, with a configuration, a page, and perhaps figures of somebody's own."""
    mine = place / "mine"
    mine.mkdir()
    (mine / "config.yaml").write_text("corpus:\n  train: mine.conll  # mine\n")
    (mine / "report.html").write_text("mine")
    if metrics is not None:
        (mine / "metrics.jsonl").write_text(metrics)
    return mine


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


def test_resuming_leaves_a_configuration_by_hand_as_it_is(tmp_path: Path, config: Config) -> None:
    (tmp_path / "run").mkdir()
    write_yaml(tmp_path / "run" / "config.yaml", config.to_dict())
    with (tmp_path / "run" / "config.yaml").open("a") as stream:
        stream.write("# mine\n")
    before = (tmp_path / "run" / "config.yaml").read_bytes()
    assert len(finish(Run.resume(tmp_path / "run", config))) == 4
    assert (tmp_path / "run" / "config.yaml").read_bytes() == before


def test_a_run_that_was_killed_between_its_first_two_saves_does_its_epoch_again(
    whole: Path, tmp_path: Path, config: Config
) -> None:
    killed = tmp_path / "killed"
    stop_when(Run.start(killed, config), lambda record: isinstance(record, EpochDone))
    shutil.rmtree(killed / "last")
    finish(Run.resume(killed, config))
    assert_equal_runs(killed, whole)


@pytest.mark.parametrize("begin", [partial(Run.start, overwrite=True), Run.resume], ids=["overwrite", "resume"])
def test_the_folder_of_a_comparison_is_left_to_it(tmp_path: Path, begin: Callable[[Path, Config], Run]) -> None:
    Comparison(tmp_path / "grid", write_village(tmp_path), (), [("training.seed=1",)])
    (tmp_path / "grid" / "cells").mkdir()
    settings = load_config(tmp_path / "grid" / "config.yaml")
    with pytest.raises(ModelError, match="expected the folder of a run, found a comparison's"):
        begin(tmp_path / "grid", settings)


def test_resuming_without_the_best_model_so_far_is_refused(whole: Path, config: Config) -> None:
    """Else the run could end without a model that is kept."""
    shutil.rmtree(whole / "best")
    before = contents(whole)
    with pytest.raises(ModelError, match=r"best: expected the best model so far, found none\. Bring it back, or begin"):
        Run.resume(whole, config)
    assert contents(whole) == before


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


def test_a_run_with_tables_that_its_corpus_would_not_get_now_is_not_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = village_config(tmp_path, "features={pair: 3}", "training.epochs=2")
    with monkeypatch.context() as patch:
        patch.setattr(pairs, "LETTERED", -1)  # as in versions that looked pairs of any words up
        next(record for record in Run.start(tmp_path / "run", config).train() if isinstance(record, EpochDone))
    with pytest.raises(ModelError, match="found pair: another version began this run"):
        Run.resume(tmp_path / "run", config)


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
