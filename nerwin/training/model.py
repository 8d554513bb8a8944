"""A scorer together with what turns words into its input and its scores into tags: all that a saved model holds."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nerwin.arrays import Floats, Ints, Parameters
from nerwin.corruption import CORRUPTIONS
from nerwin.corruption.interface import Corruption, Settings
from nerwin.network.dropout import Mask, dropout_mask, whole_network
from nerwin.network.lookup import lookup
from nerwin.network.preprocess import Preprocess
from nerwin.network.scorer import Cache, Scorer
from nerwin.text.features import Lookup
from nerwin.training.config import Config

BLOCK = 8192  # windows scored at a time


@dataclass
class Model:
    """All of a trained tagger.

    lookups: the inventories of the lookup tables; the tables are the parameters of the same names.
    params: what training changes. constants: what is fitted and then stays, such as thresholds.
    """

    config: Config
    types: list[str]
    lookups: list[Lookup]
    params: Parameters
    constants: dict[str, Floats] = field(default_factory=dict)

    @property
    def scorer(self) -> Scorer:
        return Scorer(len(self.config.scorer.hidden), self.config.scorer.activation)

    @property
    def corruption(self) -> Corruption[Any]:
        objective = self.config.objective
        return CORRUPTIONS[objective.corruption](self.types, Settings(objective.margin, objective.draws))

    @property
    def tables(self) -> list[Floats]:
        return [self.params[one.name] for one in self.lookups]

    @property
    def preprocess(self) -> Preprocess | None:
        if "mean" not in self.constants:
            return None
        return Preprocess(self.constants["mean"], self.constants["transform"])

    def windows(self, rows: Ints) -> Floats:
        """The scorer's input (B, n), given the table rows (B, C, F) of the words of each window."""
        x = lookup(self.tables, rows)
        preprocess = self.preprocess
        return preprocess.forward(x) if preprocess else x

    def forward(self, rows: Ints, masks: Sequence[Mask] | None = None) -> tuple[Floats, Cache]:
        """Scores (B, K) and the cache for backpropagation; without masks, those of the whole network."""
        return self.scorer.forward(self.params, self.windows(rows), masks or self._whole_network())

    def _whole_network(self) -> list[Mask]:
        return [whole_network(rate, inverted=self._inverted) for rate in self._dropout_rates]

    @property
    def _inverted(self) -> bool:
        return self.config.scorer.dropout_scaling == "inverted"

    @property
    def _dropout_rates(self) -> list[float]:
        """Of the input and of each hidden layer."""
        scorer = self.config.scorer
        return [scorer.input_dropout, *(scorer.dropout for _ in scorer.hidden)]

    def draw_masks(self, rng: np.random.Generator, B: int) -> list[Mask]:
        """Dropout masks for the input of a minibatch and for each hidden layer."""
        dtype = self.params["U"].dtype.type
        widths = [self.params["W1"].shape[1], *self.config.scorer.hidden]
        return [
            dropout_mask(rng, (B, width), rate, dtype, inverted=self._inverted)
            for width, rate in zip(widths, self._dropout_rates, strict=True)
        ]

    def folded(self) -> Parameters:
        """The parameters in float64, with preprocessing and the scaling of dropout folded into the weights.

        Both are affine: W((x − μ) P) + b = W'x + b' with W' = W Pᵀ and b' = b − W'μ.
        """
        params: Parameters = {name: value.astype(np.float64) for name, value in self.params.items()}
        layers = [*(f"W{k}" for k in range(1, self.scorer.depth + 1)), "U"]
        for name, kept in zip(layers, self._whole_network(), strict=True):
            params[name] = params[name] * (1 if kept is None else kept)
        if preprocess := self.preprocess:
            params["W1"] = preprocess.backward(params["W1"])
            params["b1"] = params["b1"] - params["W1"] @ preprocess.mean
        return params

    def score(self, table: Ints, tokens: Ints, centres: Ints) -> Floats:
        """The scores (n, K) of the windows around `centres`, in blocks.

        Args:
            table: (V, F) the lookup rows of every word form.
            tokens, centres: as in FlatCorpus.
        """
        C = self.config.window.size
        offsets = np.arange(C) - C // 2
        scores = np.empty((len(centres), self.params["U"].shape[1]), self.params["U"].dtype)
        for start in range(0, len(centres), BLOCK):
            ids = tokens[centres[start : start + BLOCK, None] + offsets]  # (B, C)
            scores[start : start + BLOCK] = self.forward(table[ids])[0]
        return scores

    def decode(self, scores: Floats, lengths: Ints) -> list[list[str]]:
        """The IOB2 tags of each sentence."""
        return self.corruption.decode(self.params, self.constants, scores, lengths)

    def margins(self, scores: Floats, lengths: Ints) -> Floats:
        """By how much each word's decision (n,) wins over the next best."""
        return self.corruption.margins(self.params, self.constants, scores, lengths)
