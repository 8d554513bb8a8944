"""Words together with the word after them: the forms, their rows, and a model that trains and tags with them."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nerwin.analysis.inspection import inspect_detectors, take_apart
from nerwin.arrays import Bools, Floats, Ints, Parameters
from nerwin.model.decision import DecisionRule
from nerwin.model.files import save_model
from nerwin.network.placed import distinct
from nerwin.parts.notes import LETTERS, LETTERS_ALONE
from nerwin.tagging import projections
from nerwin.tagging.projections import TextForms
from nerwin.tagging.tagger import Tagger, load
from nerwin.text import pairs
from nerwin.text.features import FEATURES, NGRAMS, WORDS, Lookup, Spelled, form_table
from nerwin.text.ngrams import ngram_bags
from nerwin.text.pairs import PAIR, bare_words, forms_of
from nerwin.text.windows import FlatCorpus, windows
from nerwin.training.trainer import Trainer
from tests.test_projection import raw_scores
from tests.village import epochs, new_trainer, village_config

SENTENCES = st.lists(st.lists(st.sampled_from(["in", "Lima", "", "is", "it"]), max_size=5), max_size=5)


@pytest.fixture(scope="module", autouse=True)
def all_corpora_are_of_letters() -> Iterator[None]:
    """So that villages have pairs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pairs, "LETTERED", -1)
        yield


def test_a_form_is_a_word_unless_pairs_are_a_feature() -> None:
    words = ["in", "Lima"]
    assert forms_of(words, {"shape"}) is words


def test_a_pair_is_a_word_and_the_next_one_of_its_sentence() -> None:
    first, second, last = forms_of(["in", "Lima", "in"], {PAIR})
    assert [first, last] == forms_of(["in", "Lima", "in", "in"], {PAIR}, [2, 1, 1])[::2]
    assert first != last != second
    assert list(bare_words([first, second, last], {PAIR})) == ["in", "Lima", "in"]
    assert forms_of([], {PAIR}) == []


@settings(derandomize=True, max_examples=100, deadline=None)
@given(SENTENCES)
def test_sentences_in_a_row_have_the_forms_that_each_has_alone(sentences: list[list[str]]) -> None:
    words = [word for sentence in sentences for word in sentence]
    alone = [form for sentence in sentences for form in forms_of(sentence, {PAIR})]
    assert list(forms_of(words, {PAIR}, map(len, sentences))) == alone
    assert list(bare_words(alone, {PAIR})) == words


def test_without_pairs_a_form_is_its_word_whatever_it_holds() -> None:
    (pair,) = forms_of(["Lima"], {PAIR})
    assert list(bare_words([pair], {"shape"})) == [pair]


def test_a_pair_has_a_row_of_its_own_and_all_else_of_its_word() -> None:
    forms = ["<padding>", "<unknown>", *forms_of(["Lima", "is", "LIMA", "is", "Oslo"], {PAIR})]
    lookups = [
        Lookup(WORDS, ["lima", "is"]), Lookup("shape", ["xx"]),
        Lookup(PAIR, [forms[2].lower(), forms[3].lower()]), Lookup(NGRAMS, []),
    ]  # fmt: skip
    table = form_table(lookups, forms)
    assert table.rows.tolist() == [[0] * 3, [1] * 3, [2, 1, 2], [3, 2, 3], [2, 1, 2], [3, 2, 1], [1, 1, 1]]
    assert table.rows_of(lookups[-1], 5) == ngram_bags(["is"]).rows.tolist()
    assert table.unseen.tolist() == [False, True, False, False, False, False, True]
    assert table.with_twins().rows[[9, 16]].tolist() == [[1, 1, 2], [1, 1, 1]]  # "Lima is" unknown, and masked


def test_pairs_of_one_word_are_numbered_alike_and_so_are_their_twins() -> None:
    forms = ["<padding>", "<unknown>", *forms_of(["is", "Lima", "is", "it"], {PAIR})]
    table = form_table([Lookup(WORDS, ["is"]), Lookup(PAIR, [])], forms)
    assert table.word_numbers(np.array([2, 4])).tolist() == [2, 2]
    assert len(set(table.word_numbers(np.arange(len(forms))).tolist())) == len(forms) - 1
    twins = table.with_twins()
    assert twins.word_numbers(np.array([2, 8, 10, 14, 16])).tolist() == [2] * 5
    plain = form_table([Lookup(WORDS, ["is"])], forms)
    assert plain.word_numbers(np.array([2, 4])).tolist() == [2, 4]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trainer:
    folder = tmp_path_factory.mktemp("pairs")
    features = "features={shape: 4, pair: 6, ngrams: 4}"
    trainer = new_trainer(village_config(folder, features, "objective.corruption=sequence", "training.epochs=4"))
    epochs(trainer)
    return trainer


def dev_words(trainer: Trainer) -> list[str]:
    return [trainer.parts.words[form] for form in trainer.parts.dev.flat.words.tolist()]


def test_the_inventories_are_those_of_words_and_of_pairs(trained: Trainer) -> None:
    model, forms = trained.model, trained.parts.vocabulary.forms[2 : trained.parts.train_forms]
    inventories = {one.name: list(one.values) for one in model.lookups}
    assert set(inventories[WORDS]) == set(bare_words(forms, {PAIR}))
    assert set(inventories[PAIR]) == {form.lower() for form in forms}
    assert len(inventories[PAIR]) > len(inventories[WORDS])
    shapes = Counter(FEATURES["shape"](Spelled(inventories[WORDS])))
    assert set(inventories["shape"]) == {shape for shape, count in shapes.items() if count > 1}


def test_rare_pairs_have_no_row_and_that_of_unknown_ones_starts_from_zero(tmp_path: Path) -> None:
    trainer = new_trainer(village_config(tmp_path, "features={pair: 3}", "words.min_count=2", "training.epochs=1"))
    flat, forms = trainer.parts.train.flat, trainer.parts.vocabulary.forms
    counts = Counter(forms[form].lower() for form in flat.words.tolist())
    assert set(trainer.model.lookups[1].values) == {pair for pair, count in counts.items() if count > 1}
    assert not trainer.model.params[PAIR][1].any()
    epochs(trainer)
    assert trainer.model.params[PAIR][1].any()  # it has learned what the rare ones say


def test_notes_speak_of_words(tmp_path: Path) -> None:
    (tmp_path / "vectors.txt").write_text("Mira 1 1\nthe 2 2\nleft 3 3\n")
    vectors = ("words.vectors=vectors.txt", "words.dim=2", "words.size=null")
    plain, paired = (
        new_trainer(village_config(tmp_path, *vectors, f"features={features}")) for features in ("{}", "{pair: 3}")
    )
    assert set(paired.parts.notes) ^ set(plain.parts.notes) == {f"train {LETTERS}", f"train {LETTERS_ALONE}"}
    assert list(paired.model.lookups[0].values) == list(plain.model.lookups[0].values)


def test_a_word_is_as_rare_as_in_all_of_its_pairs(tmp_path: Path) -> None:
    paired, plain = (
        new_trainer(village_config(tmp_path, f"features={features}", "words.rare_unknown=2"))
        for features in ("{pair: 3}", "{}")
    )
    shares = dict(zip(plain.parts.vocabulary.forms, plain.word_dropout.shares.tolist(), strict=True))
    ours = zip(paired.parts.words, paired.word_dropout.shares.tolist(), strict=True)
    train = paired.parts.train_forms
    assert [share for _, share in ours][:train] == [shares[word] for word in paired.parts.words[:train]]


def test_it_scores_alike_in_training_and_at_work(trained: Trainer) -> None:
    model, corpus = trained.model, trained.parts.dev.flat
    forms = form_table(model.lookups, trained.parts.vocabulary.forms)
    ids = windows(corpus.tokens, corpus.centres, model.config.window.size)
    plain, _ = model.forward(forms, distinct(ids))
    np.testing.assert_allclose(model.score(forms, corpus), plain, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(
        raw_scores(Tagger(model), dev_words(trained), corpus.lengths), plain, rtol=1e-4, atol=1e-5
    )
    blind = model.copy()
    blind.params[PAIR][:] = 0
    assert np.abs(blind.score(forms, corpus) - plain).max() > 0.01  # the pairs do count


@pytest.mark.parametrize("kept", [projections.KEPT, 2_000])
def test_it_tags_alike_after_it_was_saved_and_with_little_room(
    trained: Trainer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    lengths = trained.parts.dev.flat.lengths
    whole = raw_scores(Tagger(trained.model), dev_words(trained), lengths)
    save_model(tmp_path / "model", trained.model)
    monkeypatch.setattr(projections, "KEPT", kept)
    np.testing.assert_allclose(
        raw_scores(load(tmp_path / "model"), dev_words(trained), lengths), whole, rtol=1e-4, atol=1e-5
    )


def test_at_work_a_pair_that_is_not_known_is_its_word(trained: Trainer) -> None:
    text = TextForms(trained.model)
    words = ["Ostrava", "Bay", "Ostrava", "mill"]  # training has read the first pair, and no other
    forms, numbers = text.read(words, np.array([4]))
    assert [text.vocabulary.forms[form] for form in forms.tolist()] == [forms_of(words, {PAIR})[0], *words[1:]]
    assert numbers.tolist() == [2, 3, 2, 4]


def test_a_name_leans_on_its_other_places_whatever_comes_after_it(trained: Trainer) -> None:
    model = trained.model.copy()
    words, lengths = ["Ostrava", "Bay", "the", "Ostrava", "mill"], np.array([5])
    lead = {}
    for beta in (0.0, 1.0):
        model.constants["repeats"] = np.array([beta], np.float32)
        (scores,) = Tagger(model).scorer.score_text([(words, lengths)])
        lead[beta] = scores - scores[:, :1]
    most = np.maximum(lead[0.0][0], lead[0.0][3])
    np.testing.assert_allclose(lead[1.0][[0, 3]], [most, most], rtol=1e-4, atol=1e-5)
    assert np.abs(lead[0.0][0] - lead[0.0][3]).max() > 1e-3


def test_texts_by_themselves_lean_as_one_text_does(trained: Trainer) -> None:
    model = trained.model.copy()
    model.constants["repeats"] = np.array([1.0], np.float32)
    words = ["Ostrava", "Bay", "the", "Ostrava", "mill"]
    apart, _ = Tagger(model).scorer.score_apart([[words], [words[3:]]])
    for text, scores in ((words, apart[:5]), (words[3:], apart[5:])):
        (alone,) = Tagger(model).scorer.score_text([(text, np.array([len(text)]))])
        np.testing.assert_allclose(scores, alone, rtol=1e-4, atol=1e-5)


def test_dev_is_fitted_with_names_that_lean(trained: Trainer, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[set[int]] = []
    model, flat = trained.model.copy(), trained.parts.dev.flat
    fit = model.corruption.fit

    def spy(params: Parameters, scores: Floats, targets: Ints, corpus: FlatCorpus, unseen: Bools) -> dict[str, Floats]:
        seen.append(set(corpus.words.tolist()))
        return fit(params, scores, targets, corpus, unseen)

    monkeypatch.setattr(model.corruption, "fit", spy)
    model.rule.fit(model.score(trained.forms, flat), trained.forms, trained.dev_targets, flat)
    assert len(seen[0]) == len(set(dev_words(trained))) < len(set(flat.words.tolist()))


def test_it_is_calibrated_with_names_that_lean(trained: Trainer, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[set[int]] = []
    model, (flat, gold) = trained.model.copy(), trained.parts.dev
    adjusted = DecisionRule.adjusted

    def spy(rule: DecisionRule, scores: Floats, words: Ints, unseen: Bools) -> Floats:
        seen.append(set(words.tolist()))
        return adjusted(rule, scores, words, unseen)

    monkeypatch.setattr(DecisionRule, "adjusted", spy)
    model.rule.tag_and_calibrate(model.score(trained.forms, flat), trained.forms, flat, gold)
    assert len(seen[0]) == len(set(dev_words(trained))) < len(set(flat.words.tolist()))


def test_a_decision_that_is_taken_apart_leans_alike(trained: Trainer, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[int]] = []

    def spy(rule: DecisionRule, scores: Floats, words: Ints, unseen: Bools) -> Floats:
        seen.append(words.tolist())
        return scores

    monkeypatch.setattr(DecisionRule, "adjusted", spy)
    take_apart(trained.model, "Ostrava the Ostrava mill")
    (numbers,) = seen
    assert numbers[0] == numbers[2]
    assert len(set(numbers)) == 3


def test_windows_are_shown_in_words(trained: Trainer) -> None:
    decision = take_apart(trained.model, "Mira left the old mill")
    assert decision.words == ["Mira", "left", "the", "old", "mill"]
    detectors = inspect_detectors(trained.model, [["Mira", "left"]])
    assert {window for one in detectors for window, _ in one.most} == {"_ _ Mira left _", "_ Mira left _ _"}


def test_names_that_only_pairs_tell_are_learned(tmp_path: Path) -> None:
    """Two letters are a name in one order, and none in the other."""
    text = "x O\na B-A\nb I-A\nx O\n\nx O\nb O\na O\nx O\n\na O\na O\nb B-B\nb I-B\n\n"
    (tmp_path / "c.conll").write_text(text * 10)
    config = village_config(
        tmp_path, "corpus.train=c.conll", "corpus.dev=c.conll", "features={pair: 8}", "scorer.hidden=[8]",
        "window.size=1", "objective.corruption=label", "training.epochs=30",
    )  # fmt: skip
    assert epochs(new_trainer(config))[-1].dev["f1"] == 1
