"""`window`: the lecture's ranker (1.4). A window whose centre is an entity of type k must outscore, by the margin,
another window of the corpus whose centre is not.

    "Museums in Paris are amazing"   s_LOC   against   "Not all museums in Paris"   s_LOC

With K types the scorer has K scores, one a type; K = 1 is the lecture's own classifier. A window's tag is the type
whose score passes that type's threshold by most, O where none passes (see `thresholds`).
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from nerwin.arrays import Bools, Floats, Ints, Parameters, Random, Rows
from nerwin.corruption.interface import CorruptionSettings, Loss
from nerwin.corruption.thresholds import NO_TYPE, decide, fit_thresholds, kind_spans
from nerwin.corruption.weights import check_weights, type_weights
from nerwin.errors import CorpusError
from nerwin.network.loss import hinge
from nerwin.text.tags import OUTSIDE, spans
from nerwin.text.windows import FlatCorpus

REDRAWN = 20  # times that a window of the type in question, which is no rival, is drawn anew


class WindowBatch(NamedTuple):
    """A minibatch: of each pair the true window (B,) and the corrupted one (B,) by their centres, the type (B,) in
    question, counted from 0, and the weight (B,)."""

    true: Ints
    corrupted: Ints
    kinds: Ints
    weights: Floats

    @property
    def centres(self) -> Ints:
        """The centres (2B,) of all windows to score, the true ones first."""
        return np.concatenate([self.true, self.corrupted])


class WindowCorruption:
    """Every entity word `draws` times a pass, each time against a window drawn anew.

    A word's target is its type id: NO_TYPE, or 1 to K in the order of `types`.
    """

    def __init__(self, types: Sequence[str], settings: CorruptionSettings) -> None:
        check_weights(settings.weights, types)
        self.types, self.settings = types, settings
        self.names = types
        self.spelled: Sequence[str] = [OUTSIDE, *(f"{prefix}-{label}" for label in types for prefix in "BI")]

    def own_parameters(self, dtype: type[np.floating]) -> Parameters:
        return {}

    def targets(self, tag_sequences: Sequence[Sequence[str]]) -> Ints:
        """The type id (n,) of every word; types that are not learned are NO_TYPE."""
        numbers = {label: number for number, label in enumerate(self.types, 1)}
        ids = np.zeros(sum(map(len, tag_sequences)), np.int32)
        first = 0
        for tags in tag_sequences:
            for start, end, label in spans(tags):
                ids[first + start : first + end] = numbers.get(label, NO_TYPE)
            first += len(tags)
        return ids

    def pairs_per_pass(self, targets: Ints, lengths: Ints) -> int:
        _check_others(targets)
        return int(np.count_nonzero(targets != NO_TYPE)) * self.settings.draws

    def batches(
        self,
        corpus: FlatCorpus,
        targets: Ints,
        order_rng: Random,
        corruption_rng: Random,
        size: int,
    ) -> Iterator[WindowBatch]:
        true = np.repeat(np.flatnonzero(targets != NO_TYPE), self.settings.draws)
        order_rng.shuffle(true)
        kinds = targets[true]
        corrupted = _draw_corrupted(corruption_rng, targets, kinds)
        weights = type_weights(self.settings.weights, self.types, targets)
        whole_pass = WindowBatch(corpus.centres[true], corpus.centres[corrupted], kinds - 1, weights[kinds])
        for start in range(0, len(true), size):
            yield WindowBatch._make(part[start : start + size] for part in whole_pass)

    def loss(self, params: Parameters, scores: Floats, batch: WindowBatch) -> Loss:
        """The hinge of each pair in the score of its own type."""
        B, K = len(batch.kinds), scores.shape[1]
        row = np.arange(0, 2 * B * K, K)  # where each window's scores begin in the flat array: a faster way to index
        s, s_c = scores.take(row.reshape(2, B) + batch.kinds)
        J = hinge(s, s_c, self.settings.margin)  # (B,)
        (inside,) = J.nonzero()
        # ∂J/∂s = −w/B and ∂J/∂s_c = +w/B inside the margin
        share, ds = batch.weights[inside].astype(scores.dtype) / B, np.zeros((2, len(inside), K), scores.dtype)
        at = row[: len(inside)] + batch.kinds[inside]
        ds[0].put(at, -share)
        ds[1].put(at, share)
        ids = np.concatenate([inside, inside + B])
        return Loss(float(batch.weights @ J) / B, Rows(ids, ds.reshape(-1, K)), B, len(inside))

    def slack(self, params: Parameters, scores: Floats, batch: WindowBatch) -> float:
        B = len(batch.kinds)
        pair = np.arange(B)
        return float(np.abs(self.settings.margin + scores[B + pair, batch.kinds] - scores[pair, batch.kinds]).min())

    def fit(
        self, params: Parameters, scores: Floats, targets: Ints, corpus: FlatCorpus, unseen: Bools
    ) -> dict[str, Floats]:
        return {"thresholds": fit_thresholds(scores, targets, corpus.lengths)}

    def constant_shapes(self) -> dict[str, tuple[int, ...]]:
        return {"thresholds": (len(self.names),)}

    def adjusted(self, constants: dict[str, Floats], scores: Floats, words: Ints, unseen: Bools) -> Floats:
        return scores - constants["thresholds"]  # and no more: the lecture's ranker looks at its window alone

    def ranked(self, scores: Floats, targets: Ints) -> float:
        return ranked_right(scores, targets)

    def decode(self, params: Parameters, scores: Floats, lengths: Ints) -> Ints:
        kinds = decide(scores)
        starts, _ = kind_spans(kinds, lengths)
        numbers = 2 * kinds  # the tags inside of each type; that of its beginning stands before it
        numbers[starts] -= 1
        return numbers

    def margins(self, params: Parameters, scores: Floats, lengths: Ints) -> Floats:
        """How far the best type passes its threshold, or how far it stays below."""
        best: Floats = np.abs(scores.max(axis=1))
        return best


def _check_others(targets: Ints) -> None:
    if len(targets) and targets[0] != NO_TYPE and (targets == targets[0]).all():
        raise CorpusError(
            "every word of the training part is of one type: expected others to hold it against, found none. "
            "Train on text with words outside the entities too."
        )


def _draw_corrupted(rng: Random, targets: Ints, kinds: Ints) -> Ints:
    """For each type id in `kinds` (P,) the index of a random word that is not of that type."""
    _check_others(targets)
    drawn = rng.integers(len(targets), size=len(kinds))
    for _ in range(REDRAWN):
        if not len(clash := np.flatnonzero(targets[drawn] == kinds)):
            return drawn
        drawn[clash] = rng.integers(len(targets), size=len(clash))
    # Where almost all words are of one type, chance hardly ever hits another: so it draws among the others alone.
    clash = np.flatnonzero(targets[drawn] == kinds)
    for kind in np.unique(kinds[clash]):
        own, others = clash[kinds[clash] == kind], np.flatnonzero(targets != kind)
        drawn[own] = others[rng.integers(len(others), size=len(own))]
    return drawn


def ranked_right(scores: Floats, kinds: Ints) -> float:
    """The share of the pairs of a word of type k and one that is not whose scores for k are in the right order.

    This is what the loss trains; of several types it is the mean. For one type it is the Mann-Whitney statistic divided
    by the number of pairs, which is the area under the ROC curve. A tie counts half.

    Args:
        scores: (n, K). kinds: (n,) true type ids.
    """
    shares = []
    for k in range(scores.shape[1]):
        true = np.sort(scores[kinds == k + 1, k])
        other = scores[kinds != k + 1, k]
        if len(true) and len(other):
            below = np.searchsorted(true, other, side="left")
            not_above = np.searchsorted(true, other, side="right")
            above, tied = len(true) - not_above, not_above - below
            shares.append(float((above + 0.5 * tied).mean()) / len(true))
    return float(np.mean(shares)) if shares else 0.0
