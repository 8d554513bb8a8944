"""Models that an earlier nerwin has saved give the tags that they gave then, or say what to do with them."""

import json
import shutil
from pathlib import Path

import pytest

import nerwin
from nerwin.corpora.reading import read_corpus
from nerwin.errors import ModelError
from nerwin.model.files import load_model, save_model
from nerwin.storage.folders import MANIFEST
from nerwin.tagging.tagger import Tagger
from tests.golden import FOLDER, MODELS, TAGS

golden = pytest.mark.parametrize("name", MODELS)


@golden
def test_a_golden_model_gives_the_tags_that_it_gave(name: str) -> None:
    sentences = read_corpus(FOLDER / name / TAGS).sentences
    assert sum(tag != "O" for sentence in sentences for tag in sentence.tags) > 20
    assert nerwin.load(FOLDER / name).tag_many([one.words for one in sentences]) == [one.tags for one in sentences]


def test_a_golden_model_has_an_offset_of_unseen_words() -> None:
    tagger, sentences = nerwin.load(FOLDER / "sentence"), read_corpus(FOLDER / "sentence" / TAGS).sentences
    tagger.model.constants["unseen"][:] = 0
    assert tagger.tag_many([one.words for one in sentences]) != [one.tags for one in sentences]


@golden
def test_a_golden_model_is_small_and_of_no_machine(name: str) -> None:
    files = list((FOLDER / name).iterdir())
    assert len(files) == 3
    assert sum(file.stat().st_size for file in files) < 20_000
    assert json.loads((FOLDER / name / MANIFEST).read_text())["config"]["corpus"]["train"] is None


@golden
def test_a_golden_model_that_is_saved_again_tags_as_before(name: str, tmp_path: Path) -> None:
    model = load_model(FOLDER / name)
    save_model(tmp_path, model)
    words = [one.words for one in read_corpus(FOLDER / name / TAGS).sentences]
    assert nerwin.load(tmp_path).tag_many(words) == Tagger(model).tag_many(words)


@pytest.mark.parametrize(
    ("found", "remedy"),
    [
        (1, 'train it again, with what "config" in that file says'),
        (6, "Load it with the version of nerwin that wrote it, or a later one"),
        ("two", "Fetch or train it again"),
    ],
)
def test_a_model_of_another_format_says_what_to_do(found: object, remedy: str, tmp_path: Path) -> None:
    """Format 1 differed in nothing that stands in model.json."""
    folder = shutil.copytree(FOLDER / "tagger", tmp_path / "old")
    manifest = json.loads((folder / MANIFEST).read_text())
    for later in ("sources", "numpy", "python", "machine", "blas_threads"):
        del manifest[later]
    (folder / MANIFEST).write_text(json.dumps({**manifest, "format": found}))
    with pytest.raises(
        ModelError, match=rf"model\.json: expected model format 2 or 3 or 4 or 5, found {found}\. .*{remedy}"
    ):
        nerwin.load(folder)


def test_a_model_from_before_versions_and_data_were_recorded_still_loads(tmp_path: Path) -> None:
    folder = shutil.copytree(FOLDER / "lecture", tmp_path / "old")
    manifest = json.loads((folder / MANIFEST).read_text())
    for later in ("sources", "numpy", "python", "machine", "blas_threads"):
        del manifest[later]
    (folder / MANIFEST).write_text(json.dumps(manifest))
    assert load_model(folder).sources == {}
