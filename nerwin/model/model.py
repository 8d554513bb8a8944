"""A scorer together with what turns words into its input and its scores into tags: all that a saved model holds."""

from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from nerwin.arrays import Floats, Gradients, Ints, Parameters, Random
from nerwin.cached import cached_property
from nerwin.config.settings import Config
from nerwin.corruption import CORRUPTIONS
from nerwin.corruption.interface import Corruption, CorruptionSettings
from nerwin.files.fingerprints import Fingerprint
from nerwin.model.decision import DecisionRule
from nerwin.network.dropout import Dropout, Masks
from nerwin.network.lookup import backprop_bags, backprop_lookup, lookup, lookup_bags
from nerwin.network.placed import Placed, Windows, as_they_stand, by_place, distinct
from nerwin.network.preprocess import Preprocess
from nerwin.network.projection import FixedScorer
from nerwin.network.scorer import Cache, Scorer
from nerwin.network.surroundings import Surroundings
from nerwin.text.features import NGRAMS, WORDS, FormTable, Lookup
from nerwin.text.tokenizer import TOKENIZERS, Token
from nerwin.text.windows import FlatCorpus, all_sentences, sentences_around, windows

WINDOWS_AT_ONCE = 8192  # windows scored at a time
# Projecting by place pays in minibatches of so many windows or more, and with so many numbers a word or more.
BY_PLACE_FROM, BY_PLACE_WIDTH = 1000, 40


class Standing(NamedTuple):
    """How far training had come: the epochs done, the epoch whose model is the best so far, and its F1 on dev.

    best_f1: −1 as long as there is none.
    """

    epoch: int = 0
    best_epoch: int = 0
    best_f1: float = -1.0


@dataclass
class Model:
    """All of a trained tagger. It gives words their scores; `rule` makes tags of these.

    lookups: the inventories of the lookup tables; the tables themselves are the parameters of the same names.
    params: what training changes. constants: what is fitted instead, such as thresholds.
    sources: the files that it was trained on, by their keys in the configuration.
    """

    config: Config
    types: list[str]
    lookups: list[Lookup]
    params: Parameters
    constants: dict[str, Floats] = field(default_factory=dict)
    sources: dict[str, Fingerprint] = field(default_factory=dict)
    standing: Standing = field(default_factory=Standing)

    def copy(self) -> "Model":
        """The model as it is now, to be kept while training goes on."""
        params = {name: value.copy() for name, value in self.params.items()}
        return replace(self, params=params, constants=dict(self.constants))

    def tokens(self, text: str) -> list[Token]:
        """A raw text, taken apart as the configuration says."""
        return TOKENIZERS[self.config.corpus.tokenizer](text)

    # What it consists of.

    @cached_property
    def scorer(self) -> Scorer:
        return Scorer(len(self.config.scorer.hidden), self.config.scorer.activation)

    @cached_property
    def corruption(self) -> Corruption[Any]:
        objective = self.config.objective
        settings = CorruptionSettings(
            margin=objective.margin,
            draws=objective.draws,
            miss=objective.miss,
            weights=objective.weights,
            outside_share=objective.outside_share,
        )
        return CORRUPTIONS[objective.corruption](self.types, settings)

    @property
    def rule(self) -> DecisionRule:
        """How its scores become tags."""
        return DecisionRule(self.corruption, self.params, self.constants)

    @cached_property
    def dropout(self) -> Dropout:
        """The dropout of the input and of each hidden layer."""
        scorer = self.config.scorer
        rates = [scorer.input_dropout, *(scorer.dropout for _ in scorer.hidden)]
        return Dropout([self.inputs, *self.hidden], rates, inverted=scorer.dropout_scaling == "inverted")

    @property
    def preprocess(self) -> Preprocess | None:
        if "mean" not in self.constants:
            return None
        return Preprocess(self.constants["mean"], self.constants["transform"])

    # Its tables and sizes.

    @property
    def tables(self) -> list[str]:
        """The names of the lookup tables."""
        return [one.name for one in self.lookups]

    @property
    def penalised_tables(self) -> list[str]:
        """Those that L2 and weight decay shrink."""
        return self.tables if self.config.objective.l2_words else []

    @property
    def widths(self) -> list[int]:
        """The numbers that each lookup table gives a word."""
        words, features = self.config.words, self.config.features
        return [words.dim if name == WORDS else features[name] for name in self.tables]

    @property
    def slots(self) -> int:
        """The places of a window: one for each word, and one for the rest of the sentence if the model looks at it."""
        return self.config.window.size + (self.config.window.sentence > 0)

    @property
    def inputs(self) -> int:
        """n, the numbers in a window."""
        return self.slots * sum(self.widths)

    @property
    def hidden(self) -> list[int]:
        """The detectors of each hidden layer; many types may ask for more in the last one."""
        *lower, last = self.config.scorer.hidden
        return [*lower, max(last, self.config.scorer.per_type * len(self.types))]

    # From forms to windows.

    def embed(self, forms: FormTable, chosen: Ints) -> Floats:
        """The vectors (u, D) of some forms."""
        single = lookup([self.params[name] for name in self._single], forms.rows.take(chosen, axis=0))
        if forms.bags is None:
            return single
        return np.concatenate([single, lookup_bags(self.params[NGRAMS], *forms.bags.of(chosen))], axis=1)

    def backprop_embed(self, forms: FormTable, chosen: Ints, de: Floats) -> Gradients:
        """The gradients of the lookup tables that are trained, given ∂J/∂e (u, D) of the forms' vectors."""
        tables = [self.params[name] for name in self._single]
        width = sum(table.shape[1] for table in tables)
        found = backprop_lookup(tables, forms.rows.take(chosen, axis=0), de[:, :width])
        grads: Gradients = dict(zip(self._single, found, strict=True))
        if forms.bags is not None:
            grads[NGRAMS] = backprop_bags(self.params[NGRAMS], *forms.bags.of(chosen), de[:, width:])
        if not self.config.words.trained:
            del grads[WORDS]
        return grads

    @cached_property
    def _single(self) -> list[str]:
        """The tables with one row a form; that of the n-grams, if there is one, comes after them."""
        return [name for name in self.tables if name != NGRAMS]

    def windows_at(self, corpus: FlatCorpus, centres: Ints | None = None) -> tuple[Ints, Surroundings | None]:
        """The forms (B, C) of the windows around some centres (B,), or around all words, and the sentences that these
        stand in; None if the model ignores them."""
        ids = windows(corpus.tokens, corpus.centres if centres is None else centres, self.config.window.size)
        weight = self.config.window.sentence
        if not weight:
            return ids, None
        found = all_sentences(corpus) if centres is None else sentences_around(corpus, centres)
        return ids, Surroundings(*found, weight)

    def placed(self, ids: Ints, around: Surroundings | None) -> Placed:
        """The forms (B, C) of a minibatch's windows, and of the words around them, in the way that trains fastest.

        Large minibatches are projected place by place, if that pays. In others each distinct form is embedded once. But
        with a single lookup table, fetching a row again takes less time than finding out which forms are distinct.
        """
        if around is None and len(ids) >= BY_PLACE_FROM and self._pays_by_place:
            return by_place(ids)
        return distinct(ids, around) if around or len(self.lookups) > 1 else as_they_stand(ids)

    @cached_property
    def _pays_by_place(self) -> bool:
        """Whether W is applied to x as it is, and the product W x is most of the work.

        With letter n-grams it is not: those of a form would be summed anew for each place.
        """
        untouched = not self.config.scorer.input_dropout and self.config.preprocess.method == "none"
        return untouched and sum(self.widths) >= BY_PLACE_WIDTH and NGRAMS not in self.config.features

    def windows(self, forms: FormTable, placed: Placed) -> Windows:
        """The scorer's input x (B, n)."""
        x, preprocess = placed.windows(self.embed(forms, placed.forms)), self.preprocess
        return preprocess.forward(np.asarray(x)) if preprocess else x

    # From windows to scores, in training.

    def draw_masks(self, rng: Random, B: int) -> Masks:
        """Dropout masks for the input of a minibatch and for each hidden layer."""
        return self.dropout.masks(rng, B, self.params["U"].dtype.type)

    def forward(self, forms: FormTable, placed: Placed, masks: Masks | None = None) -> tuple[Floats, Cache]:
        """The scores (B, K), and the cache for backpropagation; without masks, the whole network is used."""
        return self.scorer.forward(self.params, self.windows(forms, placed), masks or self.dropout.whole_network())

    # Scores of many words, where nothing is trained.

    def score(self, forms: FormTable, corpus: FlatCorpus) -> Floats:
        """The scores (n, K) of all words, computed in blocks."""
        fixed = self.fixed()
        scores = np.empty((len(corpus.centres), self.params["U"].shape[1]), self.params["U"].dtype)
        for start in range(0, len(corpus.centres), WINDOWS_AT_ONCE):
            centres = corpus.centres[start : start + WINDOWS_AT_ONCE]
            placed = distinct(*self.windows_at(corpus, centres))
            P = fixed.project(self.embed(forms, placed.forms))
            scores[start : start + WINDOWS_AT_ONCE] = fixed.score(P, placed.places, placed.around)
        return scores

    def fixed(self) -> FixedScorer:
        """The scorer as it is now, to score many windows with."""
        dtype = self.params["U"].dtype
        weights = {name: value.astype(dtype) for name, value in self.folded().items()}
        return FixedScorer(self.scorer, weights, self.config.window.size, self.slots)

    def folded(self) -> Parameters:
        """The scorer's parameters in float64, with preprocessing and the scaling of dropout folded into them.

        For column vectors, W Pᵀ (x − μ) + b = W' x + b' with W' = W Pᵀ and b' = b − W' μ.
        """
        layers = range(1, self.scorer.depth + 1)
        weights, biases = [*(f"W{k}" for k in layers), "U"], [f"b{k}" for k in layers]
        params: Parameters = {name: self.params[name].astype(np.float64) for name in [*weights, *biases]}
        for name, kept in zip(weights, self.dropout.whole_network(), strict=True):
            if kept is not None:
                params[name] *= kept
        if preprocess := self.preprocess:
            params["W1"] = preprocess.backward(params["W1"])  # which multiplies rows by Pᵀ
            params["b1"] = params["b1"] - params["W1"] @ preprocess.mean
        return params
