"""What training says of its parts: how words are found in the table, and how many have a vector from a file."""

from pathlib import Path

import pytest

from nerwin.errors import VectorsError
from nerwin.text.features import WORDS, Lookup
from nerwin.training.config import Config, make_config
from nerwin.training.data import lookup_stages, read_parts
from nerwin.training.fresh import init_model
from nerwin.training.model import Model
from nerwin.training.tagger import Tagger
from nerwin.training.trainer import generators
from tests.test_trainer import epochs, new_trainer, village_config

TRAIN = "Apple\tB-ORG\napple\tO\npears\tO\nb-00\tO\n"
# found as spelled: apple; in lower case: APPLE, Pears; with digits as 0: B-52; unknown: plum, Rho
DEV = "apple\tO\nAPPLE\tB-ORG\nPears\tO\nB-52\tO\nplum\tO\n\nRho\tB-ORG\nB-52\tI-ORG\nRho\tB-ORG\n"


def config_of(folder: Path, **words: object) -> Config:
    (folder / "train.conll").write_text(TRAIN)
    (folder / "dev.conll").write_text(DEV)
    content = {
        "corpus": {"train": "train.conll", "dev": "dev.conll"},
        "words": {"dim": 2, **words},
        "objective": {"corruption": "label"},
    }
    return make_config(content, base=folder, where="test")


def started(config: Config) -> tuple[Model, list[str]]:
    """A model before its first epoch, and the notes so far."""
    parts = read_parts(config)
    return init_model(config, parts, generators(1)["init"]), parts.notes


def test_the_notes_say_at_which_stage_the_words_of_dev_are_found(tmp_path: Path) -> None:
    _, notes = started(config_of(tmp_path))
    assert notes[2:] == [
        "dev   words looked up: 12.5% as spelled, 25.0% in lower case, 25.0% with digits as 0, 37.5% unknown; "
        "in entities: 0.0% as spelled, 25.0% in lower case, 25.0% with digits as 0, 50.0% unknown"
    ]


def test_in_lower_case_no_word_is_found_as_spelled(tmp_path: Path) -> None:
    _, notes = started(config_of(tmp_path, lower=True))
    assert notes[2:] == [
        "dev   words looked up: 37.5% in lower case, 25.0% with digits as 0, 37.5% unknown; "
        "in entities: 25.0% in lower case, 25.0% with digits as 0, 50.0% unknown"
    ]


def test_a_dev_part_without_entities_has_no_share_of_them(tmp_path: Path) -> None:
    config = config_of(tmp_path)
    (tmp_path / "dev.conll").write_text("apple\tO\n")
    parts = read_parts(config)
    assert lookup_stages(parts, Lookup(WORDS, ["apple"]), lower=False) == (
        "dev   words looked up: 100.0% as spelled, 0.0% in lower case, 0.0% with digits as 0, 0.0% unknown"
    )


VECTORS = "Apple 1 1\napple 2 2\nRho 3 3\nplum 4 4\n"


@pytest.mark.parametrize(("lower", "apple", "rho"), [(False, [1, 1], [3, 3]), (True, [2, 2], None)])
def test_words_in_lower_case_have_the_vector_of_no_other_spelling(
    tmp_path: Path, lower: bool, apple: list[float], rho: list[float] | None
) -> None:
    (tmp_path / "vectors.txt").write_text(VECTORS)
    model, _ = started(config_of(tmp_path, lower=lower, vectors="vectors.txt"))
    words, table = model.lookups[0], model.params[WORDS]
    assert table[words.row("Apple")].tolist() == apple
    assert table[words.row("apple")].tolist() == [2, 2]
    assert table[words.row("Plum")].tolist() == [4, 4]
    assert table[words.row("Rho")].tolist() == (rho or table[1].tolist())
    assert len(set(words.values)) == len(words.values)
    assert not lower or all(word == word.lower() for word in words.values)


@pytest.mark.parametrize(
    ("lower", "train", "dev"),
    [(False, "50.0% of the forms of train", "66.7%"), (True, "50.0% of the forms of train", "50.0%")],
)
def test_the_notes_count_the_words_that_have_a_vector(tmp_path: Path, lower: bool, train: str, dev: str) -> None:
    (tmp_path / "vectors.txt").write_text(VECTORS)
    _, notes = started(config_of(tmp_path, lower=lower, vectors="vectors.txt"))
    about = [note for note in notes if note.startswith("vectors for ")]
    assert len(about) == 2
    assert about[0].startswith(f"vectors for {train}, 50.0% of its words, 100.0% of those in entities")
    assert about[1].startswith(f"vectors for {dev} of the forms of dev, ")


def test_words_in_lower_case_ask_for_no_other_spelling(tmp_path: Path) -> None:
    """A file whose only words of the corpus are capitalised has none that would be looked up."""
    (tmp_path / "vectors.txt").write_text("Apple 1 1\nRho 3 3\n")
    with pytest.raises(VectorsError, match="expected vectors of words of the corpus, found none"):
        started(config_of(tmp_path, lower=True, vectors="vectors.txt"))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, ["Apple", "apple", "pears", "b-00"]),
        ({"min_count": 2}, ["apple"]),
        ({"min_count": 3}, []),
        ({"min_count": 3, "lower": True}, ["apple"]),
        ({"min_count": 4, "lower": True}, []),
        ({"min_count": 3, "vectors": "vectors.txt"}, ["pears", "elsewhere"]),
        ({"min_count": 2, "vectors": "vectors.txt", "trained": False}, ["pears", "elsewhere"]),
    ],
)
def test_words_seen_too_rarely_have_a_row_only_with_a_vector(
    tmp_path: Path, settings: dict[str, object], words: list[str]
) -> None:
    """Counted in the spelling that is looked up, and in the training part alone."""
    (tmp_path / "vectors.txt").write_text("pears 1 1\nelsewhere 2 2\n")
    config = config_of(tmp_path, **settings)
    (tmp_path / "train.conll").write_text(f"{TRAIN}apple\tO\n")
    model, _ = started(config)
    assert model.lookups[0].values == words
    assert len(model.params[WORDS]) == 2 + len(words)


def test_a_tagger_may_know_no_word_at_all(tmp_path: Path) -> None:
    trainer = new_trainer(village_config(tmp_path, "words.min_count=1000", "features.shape=4"))
    assert "dev   words looked up: 0.0% as spelled, " in trainer.parts.notes[2]
    epochs(trainer)
    assert Tagger(trainer.model).tag(["Mira", "Tolvan", "left", "Quellmark"]) != ["O"] * 4


def test_the_stage_is_that_of_the_row() -> None:
    words = Lookup(WORDS, ["apple", "Apple", "b-00"])
    assert [words.stage(form) for form in ("Apple", "APPLE", "B-52", "b-00", "Rho")] == [0, 1, 2, 0, 3]
    assert [words.row(form) for form in ("Apple", "APPLE", "B-52", "b-00", "Rho")] == [3, 2, 4, 4, 1]
