"""What the trainer and the model ask of a corruption, and what they get back."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol, TypeVar

import numpy as np

from nerwin.arrays import Bools, Floats, Gradients, Ints, Parameters, Random, Rows
from nerwin.corruption.weights import Weights
from nerwin.text.windows import FlatCorpus


class CorruptionSettings(NamedTuple):
    """The objective's settings; the defaults are those of the plain hinge.

    margin: Δ. weights: of types, in the hinge or (`sequence`) in the margin. draws (`window`): how many corrupted
    windows each true one meets in a pass. miss (`label`, `sequence`): what is added to Δ where an entity becomes O.
    outside_share: the share of the O words (`label`), or of the words in sentences without an entity (`sequence`), that
    a pass trains on.
    """

    margin: float = 1.0
    draws: int = 1
    miss: float = 0.0
    weights: Weights = "none"
    outside_share: float = 1.0


class Batch(Protocol):
    """The windows of a minibatch, by the positions (B,) of their centres; a corruption adds what its loss needs."""

    @property
    def centres(self) -> Ints: ...


class Loss(NamedTuple):
    """The loss of a minibatch.

    value: the mean hinge over its pairs.
    ds: ∂J/∂s (B, K) of the scores of its windows, as the rows of those that are not zero.
    pairs: how many true windows were held against a corrupted one.
    active: how many of these pairs are inside the margin.
    grads: the gradients of the corruption's own parameters, if it has any.
    """

    value: float
    ds: Rows
    pairs: int
    active: int
    grads: Gradients = {}  # noqa: RUF012 - never written to


B = TypeVar("B", bound=Batch)


class Corruption(Protocol[B]):
    """One way to corrupt. Targets are the (n,) integers that stand for the true tags of a corpus."""

    names: Sequence[str]  # of the K scores of a window
    spelled: Sequence[str]  # the IOB2 tags that `decode` gives the numbers of

    # What training asks.

    def own_parameters(self, dtype: type[np.floating]) -> Parameters:
        """Parameters of the corruption itself, beside the scorer's, as they start."""
        ...

    def targets(self, tag_sequences: Sequence[Sequence[str]]) -> Ints: ...

    def pairs_per_pass(self, targets: Ints, lengths: Ints) -> int:
        """About how many pairs a pass trains on, given the targets (n,) of all words and the sentences' lengths (S,).

        Raises:
            CorpusError: there is nothing to hold a true window against.
        """
        ...

    def batches(
        self,
        corpus: FlatCorpus,
        targets: Ints,
        order_rng: Random,
        corruption_rng: Random,
        size: int,
    ) -> Iterator[B]:
        """The minibatches of one pass, in a new order, against newly drawn windows.

        Args:
            targets: (n,) of all words. order_rng: draws the order. corruption_rng: draws windows, or what a pass leaves
                out. size: the pairs of a minibatch, or about so many.
        """
        ...

    def loss(self, params: Parameters, scores: Floats, batch: B) -> Loss:
        """The mean hinge of a minibatch and its gradients, given the scores (B, K) of its windows."""
        ...

    # How scores become tags.

    def fit(
        self, params: Parameters, scores: Floats, targets: Ints, corpus: FlatCorpus, unseen: Bools
    ) -> dict[str, Floats]:
        """The constants of the decision rule, fitted on the dev part.

        Args:
            scores: (n, K) of its words. targets: (n,) the true ones. unseen: (n,) which words were not met in training.
        """
        ...

    def constant_shapes(self) -> dict[str, tuple[int, ...]]:
        """The shapes of what `fit` returns."""
        ...

    def adjusted(self, constants: dict[str, Floats], scores: Floats, words: Ints, unseen: Bools) -> Floats:
        """The scores (n, K) of a text's words, moved as the constants say: for words that are repeated or unseen, and
        for each tag or type.

        Args:
            words: (n,) a number for each word as it is spelled. unseen: (n,) which were not met in training.
        """
        ...

    def decode(self, params: Parameters, scores: Floats, lengths: Ints) -> Ints:
        """The IOB2 tags (n,) of all words, as numbers among `spelled`, given their adjusted scores (n, K)."""
        ...

    def margins(self, params: Parameters, scores: Floats, lengths: Ints) -> Floats:
        """How far each window's decision (n,), by adjusted scores (n, K), is from another one."""
        ...

    # What the gradient check and the metrics ask.

    def slack(self, params: Parameters, scores: Floats, batch: B) -> float:
        """How far the nearest pair of a minibatch is from a kink of the loss, where numeric gradients fail."""
        ...

    def ranked(self, scores: Floats, targets: Ints) -> float:
        """The share of dev's pairs, or words, in which the true one scores highest, before any threshold."""
        ...
