"""Words that training has not read: the same offset of O wherever they stand and whoever tags them."""

import itertools
from pathlib import Path

import numpy as np
import pytest

import nerwin
from nerwin.arrays import Ints
from nerwin.config.reading import load_config
from nerwin.corruption.interface import CorruptionSettings
from nerwin.corruption.label import LabelCorruption
from nerwin.model.model import Model
from nerwin.tagging.tagger import Tagger
from nerwin.text.features import form_table
from nerwin.text.tags import spans
from nerwin.text.vocabulary import Vocabulary
from nerwin.text.windows import flatten
from tests.golden import TEXT
from tests.village import epochs, new_trainer, village_config, write_village

OTHERS = {"Quellmark": "Ulmenau", "Mira": "Runa", "Lena": "Ylva", "Dunmere": "Harfeld", "boat": "raft", "left": "fled"}
SENTENCES = [line.split() for line in TEXT]
# Every third word is one that training has not read.
MIXED = [[word if number % 3 else f"{word}zq" for number, word in enumerate(words)] for words in SENTENCES]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """A tagger whose offset of unseen words is the only context there is."""
    trainer = new_trainer(village_config(tmp_path_factory.mktemp("village"), "objective.corruption=sequence"))
    epochs(trainer)
    model = trainer.model
    model.constants |= {"unseen": np.array([2.5]), "repeats": np.zeros(1)}
    return model


def expected(model: Model) -> list[list[str]]:
    """The tags of the mixed sentences, put together from the parts of the model."""
    vocabulary = Vocabulary()
    flat = flatten([vocabulary.ids(words) for words in MIXED], model.config.window.size)
    forms = form_table(model.lookups, vocabulary.forms)
    unseen = forms.unseen[flat.words]
    assert unseen.tolist() == [word.endswith("zq") for words in MIXED for word in words]
    adjusted = model.rule.adjusted(model.score(forms, flat), flat.words, unseen)
    return model.rule.spell(model.rule.decode(adjusted, flat.lengths), flat.lengths)


@pytest.mark.parametrize("most", [0, 5, 20, 10_000])
def test_tags_are_those_of_the_parts_however_many_projections_are_kept(
    model: Model, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    W, tags = model.params["W1"], expected(model)
    monkeypatch.setattr("nerwin.tagging.projections.KEPT", most * W.nbytes // W.shape[1] * model.slots)
    monkeypatch.setattr("nerwin.tagging.projections.CALL", 1)
    tagger = Tagger(model)
    for _ in range(2):  # the second time they are known
        assert tagger.tag_many(MIXED) == tags
    assert tagger.tag_many(SENTENCES) != tags  # what has been met is another text's
    assert tagger.tag_many(MIXED) == tags
    monkeypatch.setitem(model.constants, "unseen", np.zeros(1))
    assert Tagger(model).tag_many(MIXED) != tags


@pytest.mark.parametrize("size", [1, 3, 7])
def test_they_are_those_of_every_way_to_tag(model: Model, size: int) -> None:
    tagger, tags = Tagger(model), expected(model)
    texts = [MIXED[start : start + size] for start in range(0, len(MIXED), size)]
    runs = [(list(itertools.chain(*part)), np.array(list(map(len, part)))) for part in texts]
    found: list[list[str]] = []
    for (_, lengths), scores in zip(runs, tagger.scorer.score_text(runs), strict=True):
        found += model.rule.spell(tagger.decode(scores, lengths), lengths)
    assert found == tags
    alone = [[span for span, _ in entities] for entities in tagger.spans_of_many(texts)]
    assert alone == [spans(one) for one in tags]


def test_dev_is_scored_as_it_is_tagged(tmp_path: Path) -> None:
    """And its unseen names are what the offset is fitted by."""
    path = write_village(tmp_path)
    text = (tmp_path / "village.conll").read_text()
    for known, other in OTHERS.items():
        text = text.replace(known, other)
    (tmp_path / "dev.conll").write_text(text)
    config = load_config(path, ["corpus.dev=dev.conll", "objective.corruption=label", "training.epochs=4"])
    told: list[float] = []
    tagger = nerwin.train(
        config, progress=lambda record: told.append(record.dev["f1"]) if isinstance(record, nerwin.EpochDone) else None
    )
    assert tagger.model.constants["unseen"].item() > 0
    assert nerwin.evaluate(tagger, tmp_path / "dev.conll").overall.f1 == max(told)
    tagger.model.constants["unseen"][:] = 0
    assert nerwin.evaluate(tagger, tmp_path / "dev.conll").overall.f1 != max(told)  # it does count


def test_the_offset_of_a_type_is_fitted_after_that_of_unseen_words() -> None:
    """Without it O would hide the names of which dev says that they are places."""
    corruption = LabelCorruption(["LOC", "PER"], CorruptionSettings(miss=0.5))
    n = 40
    scores = np.full((n, 9), -9.0)
    scores[:, 0], scores[:, 4], scores[:, 8] = 0, -1.3, -1.25  # S-LOC and S-PER, both below O
    gold: Ints = np.array([4] * n)
    dev = flatten([np.arange(2, 2 + n)], 5)._replace(lengths=np.ones(n, int))
    constants = corruption.fit({}, scores, gold, dev, np.ones(n, bool))
    assert constants["unseen"].tolist() == [1.5]
    moved = corruption.adjusted(constants, scores, dev.words, np.ones(n, bool))
    assert corruption.decode({}, moved, dev.lengths).tolist() == gold.tolist()
