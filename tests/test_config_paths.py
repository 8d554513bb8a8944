"""Paths in a configuration and in overrides: where a relative one starts, and the home folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nerwin.config.reading import load_config
from tests.configurations import Load, Refusal
from tests.conftest import ROOT


def test_a_folder_may_have_a_name_that_begins_like_a_home(
    tmp_path: Path, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load("", "corpus.train=./~mine/train.conll").corpus.train == tmp_path / "~mine/train.conll"


def test_a_path_in_a_section_may_start_where_one_stands(
    tmp_path: Path, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    (here / "own.conll").touch()
    monkeypatch.chdir(here)
    for override in ("corpus.train=own.conll", "corpus.train='own.conll'", "corpus={train: own.conll}"):
        assert load("", override).corpus.train == here / "own.conll"


def test_relative_paths_start_at_the_config_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "configs"
    folder.mkdir()
    (folder / "config.yaml").write_text("corpus: {train: ../data/train.conll, dev: dev.conll, test: /x/test.conll}\n")
    monkeypatch.chdir(tmp_path)
    corpus = load_config(Path("configs/config.yaml")).corpus
    assert corpus.train == tmp_path / "data" / "train.conll"
    assert corpus.dev == folder / "dev.conll"
    assert corpus.test == Path("/x/test.conll")


@pytest.mark.parametrize(
    ("places", "expected"),
    [(["configs"], "configs"), (["here"], "here"), (["configs", "here"], "configs"), ([], "here")],
    ids=["beside the config", "where one stands", "both", "neither"],
)
def test_a_path_in_an_override_may_start_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, places: list[str], expected: str
) -> None:
    for name in ("configs", "here"):
        (tmp_path / name).mkdir()
    for name in places:
        (tmp_path / name / "train.conll").touch()
    (tmp_path / "configs" / "config.yaml").touch()
    monkeypatch.chdir(tmp_path / "here")
    config = load_config(tmp_path / "configs" / "config.yaml", ["corpus.train=train.conll"])
    assert config.corpus.train == tmp_path / expected / "train.conll"


def test_a_tilde_is_the_home_folder(load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert load("corpus: {train: ~/train.conll}").corpus.train == tmp_path / "home" / "train.conll"


def test_a_path_whose_letters_the_locale_has_not_is_read_and_half_a_letter_is_not(
    tmp_path: Path, refusal: Refusal
) -> None:
    (tmp_path / "config.yaml").write_text("corpus: {train: dörfer/train.conll}", encoding="utf-8")
    code = "from pathlib import Path; from nerwin.config.reading import load_config; "
    code += "print(ascii(load_config(Path('config.yaml')).corpus.train.parts[-2:]))"
    environment = {**os.environ, "PYTHONUTF8": "0", "LC_ALL": "C", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == (f"{('dörfer', 'train.conll')!a}\n", "")
    assert "corpus.train: expected" in refusal(r'corpus: {train: "\ud800"}')


@pytest.mark.parametrize("overrides", [[], ["corpus.dev=~nobody-of-that-name/dev.conll"]], ids=["file", "override"])
def test_the_home_folder_of_nobody_is_refused(refusal: Refusal, overrides: list[str]) -> None:
    text = "" if overrides else "corpus: {dev: ~nobody-of-that-name/dev.conll}"
    assert "corpus.dev" in refusal(text, *overrides)
