"""`label`: the same window under a wrong tag (Crammer & Singer 2001).

    J = max(0, Δ + max_{y'≠y} s_{y'} − s_y)

Where an entity would be missed altogether, y' = O, the margin may be larger (`miss`).
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from nerwin.arrays import Floats, Ints, Parameters, Rows
from nerwin.corruption.interface import Loss
from nerwin.corruption.tagging import TagCorruption
from nerwin.network.loss import hinge
from nerwin.text.windows import FlatCorpus


class LabelBatch(NamedTuple):
    """A minibatch: windows by their centres, the true tag of each, and what it weighs."""

    centres: Ints
    tags: Ints
    weights: Floats


class LabelCorruption(TagCorruption):
    """Every window once a pass, against its best wrong tag."""

    def pairs_per_pass(self, targets: Ints, lengths: Ints) -> int:
        entities = int(np.count_nonzero(targets))
        return entities + round(self.settings.outside_share * (len(targets) - entities))

    def batches(
        self,
        corpus: FlatCorpus,
        targets: Ints,
        order_rng: np.random.Generator,
        corruption_rng: np.random.Generator,
        size: int,
    ) -> Iterator[LabelBatch]:
        shuffled = order_rng.permutation(len(targets))
        if self.settings.outside_share < 1:
            outside = corruption_rng.permutation(np.flatnonzero(targets == 0))
            left_out = np.zeros(len(targets), np.bool_)
            kept = self.pairs_per_pass(targets, corpus.lengths) - np.count_nonzero(targets)
            left_out[outside[kept:]] = True
            shuffled = shuffled[~left_out[shuffled]]
        tags = targets[shuffled]
        whole_pass = LabelBatch(corpus.centres[shuffled], tags, self.tag_weights(targets)[tags])
        for start in range(0, len(shuffled), size):
            yield LabelBatch._make(part[start : start + size] for part in whole_pass)

    def loss(self, params: Parameters, scores: Floats, batch: LabelBatch) -> Loss:
        B, K = scores.shape
        row = np.arange(0, B * K, K)  # where each window's scores begin, all in a row: numpy takes them faster so
        gold = row + batch.tags
        rivals = self._rivals(scores, batch, gold)  # (B, K)
        rival = rivals.argmax(axis=1)  # (B,)
        J = hinge(scores.take(gold), rivals.take(row + rival), self.settings.margin)  # (B,)
        (inside,) = J.nonzero()
        # ∂J/∂s_y = −w/B and ∂J/∂s_y' = +w/B inside the margin; only the best wrong tag is pushed down
        share, start = batch.weights[inside].astype(scores.dtype) / B, row[: len(inside)]
        ds = np.zeros((len(inside), K), scores.dtype)
        ds.put(start + batch.tags[inside], -share)
        ds.put(start + rival[inside], share)
        return Loss(float(batch.weights @ J) / B, Rows(inside, ds), B, len(inside))

    def _rivals(self, scores: Floats, batch: LabelBatch, gold: Ints) -> Floats:
        """The scores (B, K) of the wrong tags, O raised where it is a miss, -inf in place of the true one."""
        rivals = scores.copy()
        if self.settings.miss:
            rivals[batch.tags != 0, 0] += scores.dtype.type(self.settings.miss)
        rivals.put(gold, -np.inf)
        return rivals

    def slack(self, params: Parameters, scores: Floats, batch: LabelBatch) -> float:
        """To the hinge's own kink, and for a violator to where another tag becomes the best wrong one."""
        gold = np.arange(0, scores.size, scores.shape[1]) + batch.tags
        best = np.sort(self._rivals(scores, batch, gold), axis=1)
        violation = self.settings.margin + best[:, -1] - scores.take(gold)
        lead = np.where(violation > 0, best[:, -1] - best[:, -2], np.inf)
        return float(min(np.abs(violation).min(), lead.min()))
