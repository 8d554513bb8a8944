"""From scores to tags: the decision rule, and how likely an entity that it finds is right.

    scores of words (n, K)  →  adjusted  →  tags
                                         →  margins  →  probabilities of entities

The corruption says how each step is done; the numbers that it takes are fitted on the dev part.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from nerwin.arrays import Bools, Floats, Ints, Parameters
from nerwin.corruption.interface import Corruption
from nerwin.errors import ModelError
from nerwin.evaluation.calibration import UNCALIBRATED, fit_platt, found_entities, probability
from nerwin.text.features import FormTable
from nerwin.text.tags import OUTSIDE
from nerwin.text.windows import FlatCorpus, split_sentences

CALIBRATION = "platt"  # the constant (2,) by which margins become probabilities


@contextmanager
def _finite_sums() -> Iterator[None]:
    """Refuse to decide by sums or differences of scores that are no longer finite.

    Scores that are finite may be too large to be added: those of a forged model, or after a step that was far too long.

    Raises:
        ModelError: one has overflowed.
    """
    try:
        with np.errstate(over="raise", invalid="raise"):
            yield
    except FloatingPointError as error:
        raise ModelError("the model: expected finite sums of scores, found others. Fetch or train it again.") from error


@dataclass(frozen=True)
class DecisionRule:
    """How a model's scores become tags, and how sure these are.

    params, constants: the model's own, of which the rule needs some; what is fitted is put among the constants.
    """

    corruption: Corruption[Any]
    params: Parameters
    constants: dict[str, Floats]

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shapes of its constants, that of the calibration included."""
        return self.corruption.constant_shapes() | {CALIBRATION: (2,)}

    def fitted(self) -> dict[str, Floats]:
        """Its constants; older models lack some."""
        return {name: self.constants[name] for name in self.shapes() if name in self.constants}

    @_finite_sums()
    def fit(self, scores: Floats, forms: FormTable, targets: Ints, corpus: FlatCorpus) -> None:
        """Fit it on the dev part, given the scores (n, K) and targets (n,) of its words."""
        unseen = forms.unseen[corpus.words]
        # Repeats are found by the word alone: where forms are pairs, a name has several, by what comes after it.
        corpus = corpus._replace(tokens=forms.word_numbers(corpus.tokens))
        self.constants.update(self.corruption.fit(self.params, scores, targets, corpus, unseen))

    def tag_and_calibrate(
        self, scores: Floats, forms: FormTable, corpus: FlatCorpus, gold: Sequence[Sequence[str]]
    ) -> list[list[str]]:
        """The tags of the dev part; how likely an entity is right is fitted to those that are found there.

        Where dev has no entity of the model's types, none that is found can be right, and nothing is fitted.

        Args:
            scores: (n, K), not yet adjusted. gold: the true tags, in IOB2.
        """
        scores = self.adjusted(scores, forms.word_numbers(corpus.words), forms.unseen[corpus.words])
        tags = self.spell(self.decode(scores, corpus.lengths), corpus.lengths)
        found = found_entities(self.margins(scores, corpus.lengths), corpus.lengths, tags, gold)
        entities = {*self.spelled} - {OUTSIDE}
        some = any(not entities.isdisjoint(own) for own in gold)
        self.constants[CALIBRATION] = fit_platt(found.x, found.right) if some else UNCALIBRATED
        return tags

    @_finite_sums()
    def adjusted(self, scores: Floats, words: Ints, unseen: Bools) -> Floats:
        """The scores (n, K) of a text's words as the other steps take them: see `Corruption.adjusted`."""
        return self.corruption.adjusted(self.constants, scores, words, unseen)

    @_finite_sums()
    def decode(self, scores: Floats, lengths: Ints) -> Ints:
        """The IOB2 tags (n,) of all words, as numbers among `spelled`, given their adjusted scores (n, K)."""
        return self.corruption.decode(self.params, scores, lengths)

    @property
    def spelled(self) -> Sequence[str]:
        """The IOB2 tags that a word may get."""
        return self.corruption.spelled

    def spell(self, numbers: Ints, lengths: Ints) -> list[list[str]]:
        """The IOB2 tags of each sentence, given the numbers (n,) of all words' tags."""
        spelled = self.spelled
        return split_sentences([spelled[number] for number in numbers.tolist()], lengths)

    @_finite_sums()
    def margins(self, scores: Floats, lengths: Ints) -> Floats:
        """How far each word's decision (n,) is from another one: see `Corruption.margins`."""
        return self.corruption.margins(self.params, scores, lengths)

    def probability(self, x: Floats) -> Floats:
        """(s,) how likely entities are right, given for each the smallest margin x (s,) of its words."""
        return probability(x, self.constants.get(CALIBRATION, UNCALIBRATED))

    def added(self, unseen: Bools) -> Floats:
        """(n, K) what it adds to the scores of words that do not come again, given which of them are unseen (n,)."""
        nothing = np.zeros((len(unseen), len(self.corruption.names)))
        return self.corruption.adjusted(self.constants, nothing, np.arange(len(unseen)), unseen)
