"""A scikit-learn estimator, the extra `sklearn`: `fit`, `predict` and `score` over lists of sentences.

X is a list of sentences, each a list of words; y is a list of their tags. So `cross_val_score` and grid search work as
for any other estimator; what puts predictions together in an array (`cross_val_predict`) does not.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

try:
    from sklearn.base import BaseEstimator
    from sklearn.utils.validation import check_is_fitted
except ModuleNotFoundError as error:
    error.msg = f'{__name__}: expected the extra "sklearn", found no {error.name}. Install it (README).'
    raise

from nerwin.api import as_config, train_on
from nerwin.config.corpora import HELD_OUT, to_learn
from nerwin.config.settings import Config, CorpusConfig
from nerwin.corpora.corpus import Corpus
from nerwin.corpora.lists import from_lists
from nerwin.errors import CorpusError
from nerwin.parts.parts import make_parts
from nerwin.tagging.tagger import Tagger

Sentences = Sequence[Sequence[str]]
NO_FILES = {"corpus.train": None, "corpus.dev": None, "corpus.test": None}


class NerwinTagger(BaseEstimator):  # type: ignore[misc]
    """Trains a tagger on lists of words and tags.

    A tenth of the sentences is held out to choose the best epoch and the thresholds, as `nerwin train` does without a
    dev part. Tags may follow any scheme that nerwin reads; those of `predict` are IOB2. The sentences are taken for
    one text, in which a name that comes again is read as its clearest place says.

    >>> from nerwin.integrations.sklearn import NerwinTagger
    >>> X = 10 * [["Museums", "in", "Paris"], ["Rain", "in", "Lima"], ["Nobody", "came"]]
    >>> y = 10 * [["O", "O", "B-LOC"], ["O", "O", "B-LOC"], ["O", "O"]]
    >>> estimator = NerwinTagger({"words": {"dim": 10}}, training__epochs=5).fit(X, y)
    >>> estimator.predict([["Museums", "in", "Lima"]])
    [['O', 'O', 'B-LOC']]

    Args:
        config: the path of a YAML file, its content as a mapping, or a Config; its corpus files count for nothing.
        keys: values that replace those of the configuration, a key's dot written as two underscores:
            `training__epochs=3`. As parameters of the estimator they can be searched over.
    """

    def __init__(self, config: Config | Mapping[str, Any] | str | Path, **keys: Any) -> None:
        self.config = config
        self.keys = keys

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The configuration and the keys that replace its values."""
        return {"config": self.config, **self.keys}

    def set_params(self, **params: Any) -> Self:
        """Set the configuration, or replace the values of keys."""
        self.config = params.pop("config", self.config)
        self.keys = {**self.keys, **params}
        return self

    def fit(self, X: Sentences, y: Sentences) -> Self:  # noqa: N803
        """Train on sentences and their tags.

        Raises:
            ConfigError: an unknown key, or a value it cannot have. CorpusError: tags that do not fit the words, no
                entity among them, or fewer than ten sentences. TrainingDiverged: the loss is no longer finite.
        """
        settings = {key.replace("__", "."): value for key, value in self.keys.items()}
        config = as_config(self.config, settings | NO_FILES)
        corpus = _corpus(X, y, config.corpus, refuse_mixed=True)
        if (found := len(corpus.sentences)) < HELD_OUT:
            raise CorpusError(
                f"X: expected {HELD_OUT} sentences or more, to hold a tenth out, found {found}. Give more."
            )
        self.tagger_: Tagger = train_on(config, make_parts(config, corpus, None))
        return self

    def predict(self, X: Sentences) -> list[list[str]]:  # noqa: N803
        """The IOB2 tags of each sentence."""
        check_is_fitted(self)
        return self.tagger_.tag_many(X)

    def score(self, X: Sentences, y: Sentences) -> float:  # noqa: N803
        """F1 of whole entities, as `nerwin evaluate` counts them.

        Raises:
            CorpusError: tags that do not fit the words, or no sentence.
        """
        check_is_fitted(self)
        # In a small fold, a slip or two in the tags are a large share.
        corpus = _corpus(X, y, self.tagger_.model.config.corpus, refuse_mixed=False)
        return self.tagger_.evaluate(corpus.words, corpus.tags).overall.f1


def _corpus(X: Sentences, y: Sentences, config: CorpusConfig, *, refuse_mixed: bool) -> Corpus:  # noqa: N803
    return to_learn(from_lists(X, y, config.scheme, refuse_mixed=refuse_mixed), config)
