"""Forms projected once: the same scores as the plain forward pass, however a text is cut."""

import itertools
from pathlib import Path

import numpy as np
import pytest

from nerwin.text.features import form_table
from nerwin.text.windows import windows
from nerwin.training.model import distinct
from nerwin.training.tagger import Tagger
from tests.test_trainer import new_trainer, village_config

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


def test_a_tagger_that_forgets_finds_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = new_trainer(village_config(tmp_path, "objective.corruption=sequence", 'features={"ngrams": 4}'))
    for _ in trainer.run():
        pass
    sentences = [
        [trainer.parts.vocabulary.forms[form] for form in part]
        for part in np.split(
            trainer.parts.dev.flat.tokens[trainer.parts.dev.flat.centres],
            np.cumsum(trainer.parts.dev.flat.lengths)[:-1],
        )
    ]
    whole = Tagger(trainer.model)
    expected = whole.tag_many(sentences)
    scores = whole.score(list(itertools.chain(*sentences)), np.array(list(map(len, sentences))))
    assert any(tag != "O" for tags in expected for tag in tags)
    monkeypatch.setattr("nerwin.training.tagger.KEPT", 1)
    forgetful = Tagger(trainer.model)
    assert [forgetful.tag(sentence) for sentence in sentences] == expected
    one_by_one = np.concatenate([forgetful.score(one, np.array([len(one)])) for one in sentences])
    np.testing.assert_allclose(one_by_one, scores, rtol=1e-4, atol=1e-5)
    assert forgetful._projected < whole._projected
