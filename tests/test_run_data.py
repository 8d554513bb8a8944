"""A run goes on with the configuration and the data it began with, wherever these stand by now."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from nerwin.config.reading import load_config
from nerwin.config.settings import Config
from nerwin.config.yaml_files import write_yaml
from nerwin.errors import ConfigError, ModelError
from nerwin.model.files import load_model
from nerwin.run.run import Run
from nerwin.text import pairs
from nerwin.training.state import Batched, EpochDone
from tests.runs import EVERYTHING, contents, finish, metrics, stop_when
from tests.village import same, village_config, write_village


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


def test_resuming_leaves_a_configuration_by_hand_as_it_is(tmp_path: Path, config: Config) -> None:
    (tmp_path / "run").mkdir()
    write_yaml(tmp_path / "run" / "config.yaml", config.to_dict())
    with (tmp_path / "run" / "config.yaml").open("a") as stream:
        stream.write("# mine\n")
    before = (tmp_path / "run" / "config.yaml").read_bytes()
    assert len(finish(Run.resume(tmp_path / "run", config))) == 4
    assert (tmp_path / "run" / "config.yaml").read_bytes() == before


def test_a_run_with_tables_that_its_corpus_would_not_get_now_is_not_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = village_config(tmp_path, "features={pair: 3}", "training.epochs=2")
    with monkeypatch.context() as patch:
        patch.setattr(pairs, "LETTERED", -1)  # as in versions that looked pairs of any words up
        next(record for record in Run.start(tmp_path / "run", config).train() if isinstance(record, EpochDone))
    with pytest.raises(ModelError, match="found pair: another version began this run"):
        Run.resume(tmp_path / "run", config)
