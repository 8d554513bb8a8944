"""Forms projected once: the same scores as the plain forward pass, however a text is cut."""

import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from nerwin.arrays import Floats, Ints
from nerwin.network.placed import distinct
from nerwin.tagging.projections import TextForms
from nerwin.tagging.tagger import Tagger
from nerwin.text.features import form_table
from nerwin.text.windows import windows
from nerwin.training.trainer import Trainer
from tests.village import new_trainer, village_config


def raw_scores(tagger: Tagger, words: Sequence[str], lengths: Ints) -> Floats:
    """The scores (n, K) of words before their text is looked at."""
    return tagger.scorer._score(TextForms(tagger.model), words, lengths)[1]


SETTINGS = [
    ["objective.corruption=sequence", 'features={"shape": 3, "ngrams": 4}'],
    ["scorer.hidden=[6, 5]", "window.size=1"],
    ["preprocess.method=whiten", "scorer.dropout=0.3", "scorer.input_dropout=0.2", "scorer.dropout_scaling=test"],
    ["preprocess.method=normalize", "window.size=7", "scorer.activation=relu"],
]


@pytest.mark.parametrize("overrides", SETTINGS)
def test_the_scores_are_those_of_the_forward_pass(tmp_path: Path, overrides: list[str]) -> None:
    trainer = new_trainer(village_config(tmp_path, *overrides))
    model, flat = trainer.model, trainer.parts.dev.flat
    forms = form_table(model.lookups, trainer.parts.vocabulary.forms)
    words = distinct(windows(flat.tokens, flat.centres, model.config.window.size))
    plain, _ = model.forward(forms, words)
    np.testing.assert_allclose(model.score(forms, flat), plain, rtol=1e-4, atol=1e-5)


@pytest.fixture(name="trained", scope="module")
def fixture_trained(tmp_path_factory: pytest.TempPathFactory) -> Trainer:
    folder = tmp_path_factory.mktemp("projection")
    trainer = new_trainer(village_config(folder, "objective.corruption=sequence", 'features={"ngrams": 4}'))
    for _ in trainer.run():
        pass
    return trainer


def sentences_of(trainer: Trainer) -> list[list[str]]:
    flat, forms = trainer.parts.dev.flat, trainer.parts.vocabulary.forms
    return [[forms[form] for form in part] for part in np.split(flat.words, np.cumsum(flat.lengths)[:-1])]


@pytest.mark.parametrize("most", [0, 5, 20])
def test_a_tagger_that_keeps_little_finds_the_same(
    trained: Trainer, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    sentences = sentences_of(trained)
    words, lengths = list(itertools.chain(*sentences)), np.array(list(map(len, sentences)))
    whole = Tagger(trained.model)
    expected, scores = whole.tag_many(sentences), raw_scores(whole, words, lengths)
    assert any(tag != "O" for tags in expected for tag in tags)
    W = trained.model.params["W1"]
    monkeypatch.setattr("nerwin.tagging.projections.KEPT", most * W.nbytes // W.shape[1] * whole.model.slots)
    monkeypatch.setattr("nerwin.tagging.projections.CALL", 1)
    little = Tagger(trained.model)
    assert little.scorer._projections._capacity == max(most, 2) < len(set(words))
    for _ in range(2):
        assert little.tag_many(sentences) == expected
        np.testing.assert_allclose(raw_scores(little, words, lengths), scores, rtol=1e-4, atol=1e-5)
    assert len(little.scorer._projections._kept) == max(most, 2) - 2


def test_how_many_forms_are_projected_at_a_time_makes_no_difference(
    trained: Trainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentences = sentences_of(trained)
    words, lengths = list(itertools.chain(*sentences)), np.array(list(map(len, sentences)))
    scores = raw_scores(Tagger(trained.model), words, lengths)
    monkeypatch.setattr("nerwin.tagging.projections.TOGETHER", 7)
    np.testing.assert_allclose(raw_scores(Tagger(trained.model), words, lengths), scores, rtol=1e-4, atol=1e-5)


def test_a_text_that_has_begun_goes_on_after_its_projections_are_forgotten(trained: Trainer) -> None:
    sentences = sentences_of(trained)
    runs = [(sentence, np.array([len(sentence)])) for sentence in sentences]
    tagger = Tagger(trained.model)
    expected = list(tagger.scorer.score_text(runs))
    found = []
    for scores in tagger.scorer.score_text(runs):
        found.append(scores)
        tagger.scorer.forget()
        raw_scores(tagger, ["Quellmark", "again", "the"], np.array([3]))  # takes the first slots
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)
