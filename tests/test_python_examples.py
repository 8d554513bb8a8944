"""Every Python example of the README and of the docstrings runs, in a folder where `runs/mine` is a trained run."""

import doctest
import importlib
import importlib.util
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import nerwin
from nerwin.corpora.corpus import Sentence
from nerwin.corpora.tagged_columns import write_columns
from tests.conftest import ROOT
from tests.marked import parse_inline
from tests.village import VILLAGE

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in sorted((ROOT / "nerwin").rglob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]
EXTRAS = ("spacy", "sklearn")

CITIES = "".join(f"Museums in [{city}](LOC) are amazing\nRain in [{city}](LOC)\n" for city in ("Paris", "Lima"))
CONFIG = """\
corpus: {train: data/train.conll, dev: data/train.conll}
words: {dim: 8}
scorer: {hidden: [8]}
optimizer: {name: momentum, learning_rate: 0.1}
training: {epochs: 12}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What the examples find where they run: the configurations, a small corpus in data/, and a run."""
    place = tmp_path_factory.mktemp("examples")
    shutil.copytree(ROOT / "configs", place / "configs")
    (place / "data").mkdir()
    shutil.copy(ROOT / "data" / "README.md", place / "data")
    sentences = [Sentence(words, tags) for _, words, tags in parse_inline((VILLAGE + CITIES).splitlines(), "village")]
    for part in ("train", "dev", "test"):
        (place / "data" / f"{part}.conll").write_text("\n".join(write_columns(sentences)) + "\n", encoding="utf-8")
    (place / "my.yaml").write_text(CONFIG, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        nerwin.train("my.yaml", "runs/mine")
        yield place


@pytest.fixture(scope="module")
def names(folder: Path) -> dict[str, Any]:
    """The names of the README's first block, which the others may use; they run in any order, in several processes."""
    found: dict[str, Any] = {}
    exec(BLOCKS[0], found)  # noqa: S102 - the README is ours
    return found


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_the_readmes_python_runs(block: str, folder: Path, names: dict[str, Any]) -> None:
    for library in EXTRAS:
        if re.search(rf"^(import|from) {library}\b", block, re.MULTILINE):
            pytest.importorskip(library)
    if "spacy" in block:
        importlib.import_module("nerwin.integrations.spacy")  # as the entry point does where nerwin is installed
    exec(compile(block, "README.md", "exec"), dict(names))  # noqa: S102 - the README is ours


def test_the_readme_shows_what_python_is_offered() -> None:
    """And so that the blocks above are the ones that are meant."""
    code = "\n".join(BLOCKS)
    for name in ("load", "train", "evaluate", "entities_of_many", "add_pipe", "GridSearchCV"):
        assert name in code


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_docstrings_give_what_they_say(name: str, folder: Path) -> None:
    if (library := name.rpartition(".")[2]) in EXTRAS:
        pytest.importorskip(library)
    done = doctest.testmod(importlib.import_module(name))
    assert done.attempted > 0
    assert done.failed == 0


def test_the_public_names_have_examples() -> None:
    assert {"nerwin", "nerwin.api", "nerwin.tagging.tagger"} < set(MODULES)
