"""nerwin as a scikit-learn estimator: lists in, lists out, cross-validated and searched over as any other."""

import importlib
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nerwin
from nerwin.corpora.reading import read_corpus
from nerwin.errors import ConfigError, CorpusError
from nerwin.text.tags import iobes, spans
from tests.village import write_village

sklearn = pytest.importorskip("sklearn")
selection = importlib.import_module("sklearn.model_selection")
NerwinTagger: Any = importlib.import_module("nerwin.integrations.sklearn").NerwinTagger

Lists = list[list[str]]


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_village(tmp_path_factory.mktemp("village"))


@pytest.fixture(scope="module")
def data(config: Path) -> tuple[Lists, Lists]:
    sentences = read_corpus(config.parent / "village.conll").sentences
    return [one.words for one in sentences], [one.tags for one in sentences]


def test_it_trains_as_the_command_does_on_the_same_sentences(config: Path, data: tuple[Lists, Lists]) -> None:
    estimator = NerwinTagger(config).fit(*data)
    trained = nerwin.train(config, settings={"corpus.dev": None})
    assert estimator.predict(data[0]) == trained.tag_many(data[0])
    np.testing.assert_array_equal(estimator.tagger_.model.params["W1"], trained.model.params["W1"])
    assert estimator.score(*data) == nerwin.evaluate(trained, config.parent / "village.conll").overall.f1
    assert estimator.score(*data) > 0.3


def test_cross_validation_works(config: Path, data: tuple[Lists, Lists]) -> None:
    scores = selection.cross_val_score(NerwinTagger(config, training__epochs=12), *data, cv=2, error_score="raise")
    assert scores.shape == (2,)
    assert ((scores > 0) & (scores <= 1)).all()
    again = selection.cross_val_score(NerwinTagger(config, training__epochs=12), *data, cv=2, error_score="raise")
    np.testing.assert_array_equal(scores, again)


def test_a_grid_is_searched(config: Path, data: tuple[Lists, Lists]) -> None:
    grid = {"training__epochs": [1, 12], "optimizer__learning_rate": np.array([0.1])}
    search = selection.GridSearchCV(NerwinTagger(config), grid, cv=2, error_score="raise").fit(*data)
    assert search.best_params_ == {"training__epochs": 12, "optimizer__learning_rate": 0.1}
    assert search.best_estimator_.tagger_.model.config.training.epochs == 12
    assert len(search.predict(data[0])) == len(data[0])


def test_its_parameters_can_be_read_set_and_cloned(config: Path) -> None:
    estimator = NerwinTagger(config, training__epochs=3)
    copy = sklearn.clone(estimator).set_params(training__seed=5, config="other.yaml")
    assert copy.get_params() == {"config": "other.yaml", "training__epochs": 3, "training__seed": 5}
    assert copy.config == "other.yaml"  # what `fit` reads
    assert estimator.get_params() == {"config": config, "training__epochs": 3}
    assert "training__seed=5" in repr(copy)


def test_it_works_inside_a_pipeline(config: Path, data: tuple[Lists, Lists]) -> None:
    steps = importlib.import_module("sklearn.pipeline").Pipeline([("tagger", NerwinTagger(config))])
    steps.set_params(tagger__training__epochs=1).fit(*data)
    assert steps.named_steps["tagger"].tagger_.model.standing.epoch == 1
    assert len(steps.predict(data[0])) == len(data[0])


def test_the_configurations_files_count_for_nothing(config: Path, data: tuple[Lists, Lists]) -> None:
    estimator = NerwinTagger(config, corpus__train="nowhere.conll", corpus__entities=["PER"]).fit(*data)
    corpus = estimator.tagger_.model.config.corpus
    assert (corpus.train, corpus.dev) == (None, None)
    assert estimator.tagger_.model.types == ["PER"]
    found = nerwin.evaluate(estimator.tagger_, config.parent / "village.conll").overall.f1
    assert estimator.score(*data) == found


def test_tags_of_any_scheme_teach_the_same(config: Path, data: tuple[Lists, Lists]) -> None:
    X, y = data
    closed = [iobes(spans(tags), len(tags)) for tags in y]
    assert closed != y
    one, other = NerwinTagger(config).fit(X, y), NerwinTagger(config).fit(X, closed)
    assert one.predict(X) == other.predict(X)
    assert one.score(X, y) == other.score(X, closed)


def test_types_alone_teach_the_same_where_they_are_asked_for(config: Path, data: tuple[Lists, Lists]) -> None:
    X, y = data
    alone = [[tag[2:] or tag for tag in tags] for tags in y]
    one, other = NerwinTagger(config).fit(X, y), NerwinTagger(config, corpus__scheme="types").fit(X, alone)
    assert one.predict(X) == other.predict(X)
    with pytest.raises(CorpusError, match=r"^y\[\d+\]: expected a tag such as O or B-PER, found 'PER'"):
        NerwinTagger(config).fit(X, alone)
    with pytest.raises(CorpusError, match=r"^y\[0\]: expected O or a type such as PER, found '_'"):
        NerwinTagger(config, corpus__scheme="types").fit([["a"]], [["_"]])


def test_sentences_without_words_teach_nothing_and_stay_in_place(config: Path, data: tuple[Lists, Lists]) -> None:
    X, y = data
    with_gaps = NerwinTagger(config).fit([[], *X], [[], *y])
    assert with_gaps.predict([[], *X]) == [[], *NerwinTagger(config).fit(X, y).predict(X)]


def test_a_slip_in_the_tags_of_a_small_fold_is_scored(config: Path, data: tuple[Lists, Lists]) -> None:
    estimator, X = NerwinTagger(config).fit(*data), [["Ines", "Falk", "and", "Lena"]]
    assert 0 <= estimator.score(X, [["B-PER", "I-PER", "O", "I-PER"]]) <= 1
    with pytest.raises(CorpusError, match="y:0: expected one tag scheme throughout"):
        NerwinTagger(config).fit(10 * X, 10 * [["B-PER", "E-PER", "O", "I-PER"]])


def test_arrays_of_words_are_sentences_too(config: Path, data: tuple[Lists, Lists]) -> None:
    X, y = ([np.array(one) for one in part] for part in data)
    assert NerwinTagger(config).fit(X, y).predict(X) == NerwinTagger(config).fit(*data).predict(data[0])


def test_no_sentences_have_no_score(config: Path, data: tuple[Lists, Lists]) -> None:
    with pytest.raises(CorpusError, match=r"^X: expected sentences with words and tags, found none\. Give some\.$"):
        NerwinTagger(config).fit(*data).score([], [])


def test_before_fit_there_is_nothing_to_predict_with(config: Path, data: tuple[Lists, Lists]) -> None:
    NotFittedError = importlib.import_module("sklearn.exceptions").NotFittedError
    with pytest.raises(NotFittedError):
        NerwinTagger(config).predict(data[0])
    with pytest.raises(NotFittedError):
        NerwinTagger(config).score(*data)


TEN = 10 * [["Lima"]]


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        (TEN, 9 * [["O"]], "y: expected the tags of 10 sentences, found 9"),
        (TEN, 9 * [["O"]] + [["O", "O"]], r"y\[9\]: expected 1 tag, one a word, found 2"),
        (TEN, 10 * [["city"]], r"y\[0\]: expected a tag such as O or B-PER, found 'city'"),
        (TEN, 10 * [[3]], r"y\[0\]: expected a tag such as O or B-PER, found 3"),
        (TEN, 10 * [["O"]], "y: expected tagged entities, found only O"),
        (TEN[:9], 9 * [["B-LOC"]], r"^X: expected 10 sentences or more, to hold a tenth out, found 9\. Give more\.$"),
        ([], [], r"^X: expected sentences with words and tags, found none\. Give some\.$"),
        ([[]], [[]], r"^X: expected sentences with words and tags, found none\. Give some\.$"),
        (10 * ["Lima"], 10 * [4 * ["O"]], r"X\[0\]: expected a list of words, found 'Lima'"),
        (10 * [[3]], 10 * [["O"]], r"X\[0\]: expected words as str, found 3"),
    ],
)
def test_data_that_do_not_fit_are_one_clear_error(X: Any, y: Any, message: str) -> None:
    with pytest.raises(CorpusError, match=message):
        NerwinTagger({}).fit(X, y)


def test_an_unknown_key_is_named(data: tuple[Lists, Lists]) -> None:
    with pytest.raises(ConfigError, match=r"config: training\.epoch: there is no such key"):
        NerwinTagger({}, training__epoch=3).fit(*data)


def test_a_type_that_is_not_there_is_named(data: tuple[Lists, Lists]) -> None:
    with pytest.raises(ConfigError, match=r"corpus\.entities: expected types of y, found 'GPE'"):
        NerwinTagger({}, corpus__entities=["GPE"]).fit(*data)


@pytest.mark.parametrize(
    ("words", "tags", "message"),
    [
        (["Mira", "\n"], ["B-PER", "O"], "expected words that are more than blanks, without line ends"),
        (["Mira", "\ud800"], ["B-PER", "O"], "expected words .* without line ends or half letters"),
        (["Mira", " "], ["B-PER", "O"], "expected words that are more than blanks"),
        (["a", "b"], "OO", "expected a list of tags"),
    ],
)
def test_what_no_model_could_keep_is_refused(config: Path, words: list[str], tags: Any, message: str) -> None:
    with pytest.raises(CorpusError, match=message):
        NerwinTagger(config).fit(10 * [words], 10 * [tags])


def test_without_the_library_the_import_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.base", None)
    monkeypatch.delitem(sys.modules, "nerwin.integrations.sklearn")
    told = r'^nerwin\.integrations\.sklearn: expected the extra "sklearn", found no sklearn\.base\. Install it \('
    with pytest.raises(ModuleNotFoundError, match=told):
        importlib.import_module("nerwin.integrations.sklearn")
