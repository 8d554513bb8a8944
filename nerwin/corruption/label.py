"""`label`: the same window under a wrong tag (Crammer & Singer 2001).

    J = w_y · max(0, Δ + max_{y'≠y} s_{y'} − s_y)

w_y is the weight of the true tag's type. The rival O has `miss` added to its score where y is a tag of an entity, since
that entity would be missed altogether.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from nerwin.arrays import Floats, Ints, Parameters, Random, Rows
from nerwin.corruption.interface import Loss
from nerwin.corruption.tagging import TagCorruption
from nerwin.network.loss import hinge
from nerwin.text.windows import FlatCorpus


class LabelBatch(NamedTuple):
    """A minibatch: windows by their centres (B,), the true tag (B,) of each, and its weight (B,)."""

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
        order_rng: Random,
        corruption_rng: Random,
        size: int,
    ) -> Iterator[LabelBatch]:
        shuffled = order_rng.permutation(len(targets))
        if self.settings.outside_share < 1:
            chosen = targets != 0
            outside = corruption_rng.permutation(np.flatnonzero(~chosen))
            room = self.pairs_per_pass(targets, corpus.lengths) - np.count_nonzero(chosen)
            chosen[outside[:room]] = True
            shuffled = shuffled[chosen[shuffled]]
        tags = targets[shuffled]
        whole_pass = LabelBatch(corpus.centres[shuffled], tags, self.tag_weights(targets)[tags])
        for start in range(0, len(shuffled), size):
            yield LabelBatch._make(part[start : start + size] for part in whole_pass)

    def loss(self, params: Parameters, scores: Floats, batch: LabelBatch) -> Loss:
        B, K = scores.shape
        row = np.arange(0, B * K, K)  # where each window's scores begin in the flat array: a faster way to index
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
        """The scores (B, K) of the wrong tags, with `miss` added to O's where that applies; −inf for the true tag."""
        rivals = scores.copy()
        rivals[:, 0] += self.settings.miss
        rivals.put(gold, -np.inf)  # O too, where it is true and so no miss
        return rivals

    def slack(self, params: Parameters, scores: Floats, batch: LabelBatch) -> float:
        """The distance to the hinge's kink or, inside the margin, to where another wrong tag becomes the best one."""
        gold = np.arange(0, scores.size, scores.shape[1]) + batch.tags
        best = np.sort(self._rivals(scores, batch, gold), axis=1)
        violation = self.settings.margin + best[:, -1] - scores.take(gold)
        lead = np.where(violation > 0, best[:, -1] - best[:, -2], np.inf)
        return float(min(np.abs(violation).min(), lead.min()))
