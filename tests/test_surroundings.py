"""The other words of the sentence as one more place of a window: definition, adjoint, and who else computes it."""

from pathlib import Path

import numpy as np
import pytest

from nerwin.analysis.inspection import SENTENCE, take_apart
from nerwin.network import projection
from nerwin.network.placed import distinct
from nerwin.network.projection import SUMMED, _sums
from nerwin.network.surroundings import MANY, Surroundings, add_up, backprop_add_up
from nerwin.tagging.tagger import Tagger
from nerwin.text.features import form_table
from nerwin.text.windows import all_sentences, flatten, sentences_around
from tests.test_projection import raw_scores
from tests.village import epochs, new_trainer, village_config

AROUND = Surroundings(np.arange(6), np.array([3, 1, 2]), np.array([0, 0, 1, 2, 0]), np.array([0, 2, 3, 5, 2]), 2.0)


def test_the_other_words_of_the_sentence_add_up(rng: np.random.Generator) -> None:
    e = rng.normal(size=(6, 4))
    sums = [(e[1] + e[2]) / 2**0.5, (e[0] + e[1]) / 2**0.5, np.zeros(4), e[4], (e[0] + e[1]) / 2**0.5]
    np.testing.assert_allclose(add_up(e, AROUND), 2 * np.array(sums), atol=1e-12)


def alone(length: int) -> Surroundings:
    """A sentence around its first word."""
    return Surroundings(np.arange(length), np.array([length]), np.array([0]), np.array([0]), 2.0)


@pytest.mark.parametrize("others", [1, 2, MANY - 1, MANY, MANY + 1, 2 * MANY, 100 * MANY])
def test_beyond_many_other_words_it_is_their_mean_that_counts(others: int) -> None:
    """On both sides the scale is the same at MANY itself."""
    (scale,) = alone(1 + others).scale(np.dtype(np.float64)).ravel()
    assert scale == pytest.approx(2 * (others**-0.5 if others < MANY else MANY**0.5 / others), rel=1e-14)


def test_a_sentence_said_many_times_does_not_grow(rng: np.random.Generator) -> None:
    e = 1 + rng.normal(size=(20, 4))
    norms = [float(np.linalg.norm(add_up(np.tile(e, (times, 1)), alone(20 * times)))) for times in (5, 50, 500)]
    assert norms == pytest.approx([2 * MANY**0.5 * float(np.linalg.norm(e.mean(axis=0)))] * 3, rel=0.05)


def test_sums_over_sentences_longer_than_a_tile(rng: np.random.Generator) -> None:
    lengths = np.array([3, SUMMED - 3, 1, 3 * SUMMED + 5, 2])
    P, rows = rng.normal(size=(50, 4)), rng.integers(0, 50, lengths.sum())
    expected = np.add.reduceat(P[rows], np.cumsum(lengths) - lengths, axis=0)
    np.testing.assert_allclose(_sums(P, rows, lengths), expected, rtol=1e-12)


def test_all_words_are_the_words_of_all_sentences() -> None:
    corpus = flatten([np.array(row, np.int32) for row in ([5, 6, 7], [], [8], [9, 10])], 5)
    for one, other in zip(all_sentences(corpus), sentences_around(corpus, corpus.centres), strict=True):
        assert one.tolist() == other.tolist()


@pytest.mark.parametrize("around", [AROUND, alone(3 * MANY)], ids=["short", "long"])
def test_backprop_is_the_adjoint(rng: np.random.Generator, around: Surroundings) -> None:
    e, dy = rng.normal(size=(len(around.words), 4)), rng.normal(size=(len(around.centres), 4))
    assert np.sum(add_up(e, around) * dy) == pytest.approx(np.sum(e * backprop_add_up(dy, around)), rel=1e-12)


def test_some_of_the_windows_keep_their_sentences_alone(rng: np.random.Generator) -> None:
    e = rng.normal(size=(6, 4))
    some = AROUND.of(np.array([3, 1, 4]))
    assert some.words.tolist() == [0, 1, 2, 4, 5]
    np.testing.assert_array_equal(add_up(e[some.words], some), add_up(e, AROUND)[[3, 1, 4]])


def test_sentences_are_found_around_any_centres() -> None:
    corpus = flatten([np.array(row, np.int32) for row in ([5, 6, 7], [], [8], [9, 10])], 5)
    words, lengths, sentences, centres = sentences_around(corpus, corpus.centres[[4, 0, 2, 4]])
    assert words.tolist() == [5, 6, 7, 9, 10]
    assert lengths.tolist() == [3, 2]
    assert sentences.tolist() == [1, 0, 0, 1]
    assert words[centres].tolist() == [9, 5, 7, 9]


@pytest.mark.parametrize("corruption", ["window", "label", "sequence"])
def test_a_model_that_looks_at_the_sentence_scores_alike_in_training_and_at_work(
    tmp_path: Path, corruption: str
) -> None:
    trainer = new_trainer(village_config(tmp_path, "window.sentence=0.5", f"objective.corruption={corruption}"))
    epochs(trainer)
    model, corpus = trainer.model, trainer.parts.dev.flat
    forms = form_table(model.lookups, trainer.parts.vocabulary.forms)
    plain, _ = model.forward(forms, distinct(*model.windows_at(corpus)))
    np.testing.assert_allclose(model.score(forms, corpus), plain, rtol=1e-4, atol=1e-5)
    words = [trainer.parts.vocabulary.forms[word] for word in corpus.words.tolist()]
    np.testing.assert_allclose(raw_scores(Tagger(model), words, corpus.lengths), plain, rtol=1e-4, atol=1e-5)
    model.params["W1"][:, -sum(model.widths) :] = 0
    assert np.abs(model.score(forms, corpus) - plain).max() > 0.01  # the sentence does count


@pytest.mark.parametrize(("name", "most"), [("TILE", 1), ("TILE", 100), ("SUMMED", 1), ("SUMMED", 16)])
def test_how_much_is_scored_at_a_time_makes_no_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, most: int
) -> None:
    trainer = new_trainer(village_config(tmp_path, "window.sentence=0.5", "training.epochs=1"))
    epochs(trainer)
    forms, corpus = form_table(trainer.model.lookups, trainer.parts.vocabulary.forms), trainer.parts.dev.flat
    at_once = trainer.model.score(forms, corpus)
    monkeypatch.setattr(projection, name, most)
    np.testing.assert_allclose(trainer.model.score(forms, corpus), at_once, rtol=1e-4, atol=1e-5)


def test_a_decision_has_a_share_of_the_rest_of_the_sentence(tmp_path: Path) -> None:
    trainer = new_trainer(village_config(tmp_path, "window.sentence=0.5", "window.size=3"))
    epochs(trainer)
    decision = take_apart(trainer.model, "Mira left the old mill in Quellmark")
    assert decision.words == ["the", "old", "mill", SENTENCE]
    assert decision.words[decision.centre] == "old"
    total = np.array(decision.base) + np.sum(decision.positions, axis=0)
    np.testing.assert_allclose(total, decision.scores, rtol=1e-6, atol=1e-8)
    assert np.abs(decision.positions[3]).max() > 1e-6


def test_a_text_without_an_end_of_a_sentence_is_no_exception() -> None:
    """The square of its length is beyond 32 bits."""
    words, first = np.zeros(100_001, np.int32), np.array([0])
    scale = Surroundings(words, np.array([100_001], np.int32), first, first, 1.0).scale(np.dtype(np.float64))
    assert scale.item() == pytest.approx(MANY**0.5 / 100_000, rel=1e-12)
