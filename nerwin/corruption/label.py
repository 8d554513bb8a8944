"""`label`: the same window under a wrong tag (Crammer & Singer 2001).

    J = max(0, Δ + max_{y'≠y} s_{y'} − s_y)

Where an entity would be missed altogether, y' = O, the margin may be larger (`miss`).
The scorer has a score for each IOBES tag of the centre. A sentence's tags are the legal sequence with the best sum.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from nerwin.arrays import Floats, Ints, Parameters
from nerwin.corruption.interface import Loss, Settings
from nerwin.network.decoder import FORBIDDEN, Steps, max_marginals, viterbi
from nerwin.network.loss import hinge
from nerwin.text.tags import OUTSIDE, SCHEMES, iobes, spans
from nerwin.text.windows import FlatCorpus, split_sentences


def tag_names(types: Sequence[str]) -> list[str]:
    """O and the IOBES tags of every type: K = 4·types + 1."""
    return [OUTSIDE, *(f"{prefix}-{label}" for label in types for prefix in "BIES")]


def tag_targets(names: Sequence[str], tag_sequences: Sequence[Sequence[str]]) -> Ints:
    """The index (n,) of each word's IOBES tag among `names`; types that are not learned are O."""
    numbers = {name: number for number, name in enumerate(names)}
    spelled = (tag for tags in tag_sequences for tag in iobes(spans(tags), len(tags)))
    return np.fromiter((numbers.get(tag, 0) for tag in spelled), np.int32)


def to_iob2(names: Sequence[str], best: Ints, lengths: Ints) -> list[list[str]]:
    """Indices of IOBES tags as IOB2 sentences."""
    respelled = [{"S": "B", "E": "I"}.get(name[0], name[0]) + name[1:] for name in names]
    return split_sentences([respelled[tag] for tag in best.tolist()], lengths)


def legal_steps(names: Sequence[str], dtype: type[np.floating]) -> Steps:
    """0 for what IOBES allows between the named tags, FORBIDDEN for the rest."""
    legal = SCHEMES["iobes"]

    def score(before: str, after: str) -> float:
        return 0.0 if legal(before, after) else FORBIDDEN

    A = np.array([[score(before, after) for after in names] for before in names], dtype)
    start = np.array([score(OUTSIDE, name) for name in names], dtype)
    end = np.array([score(name, OUTSIDE) for name in names], dtype)
    return Steps(A, start, end)


class Windows(NamedTuple):
    """A minibatch: windows by their centres, and the true tag of each."""

    centres: Ints
    tags: Ints


def raise_wrong(scores: Floats, tags: Ints, settings: Settings) -> Floats:
    """The scores (n, K) with the margin added to every wrong tag, and `miss` to O where the truth is an entity."""
    raised = scores + scores.dtype.type(settings.margin)
    raised[np.arange(len(tags)), tags] -= scores.dtype.type(settings.margin)
    raised[tags != 0, 0] += scores.dtype.type(settings.miss)
    return raised


class LabelCorruption:
    """Every window once an epoch, against its best wrong tag. A word's target is the index of its IOBES tag."""

    def __init__(self, types: Sequence[str], settings: Settings) -> None:
        self.names: Sequence[str] = tag_names(types)
        self.settings = settings

    def own_parameters(self, dtype: type[np.floating]) -> Parameters:
        return {}

    def targets(self, tag_sequences: Sequence[Sequence[str]]) -> Ints:
        return tag_targets(self.names, tag_sequences)

    def pairs_per_epoch(self, targets: Ints) -> int:
        return len(targets)

    def batches(
        self,
        corpus: FlatCorpus,
        targets: Ints,
        order: np.random.Generator,
        corruption: np.random.Generator,
        size: int,
    ) -> Iterator[Windows]:
        shuffled = order.permutation(len(targets))
        for start in range(0, len(shuffled), size):
            chosen = shuffled[start : start + size]
            yield Windows(corpus.centres[chosen], targets[chosen])

    def loss(self, params: Parameters, scores: Floats, batch: Windows) -> Loss:
        B, row = len(batch.tags), np.arange(len(batch.tags))
        rivals = raise_wrong(scores, batch.tags, self.settings)  # (B, K)
        rivals[row, batch.tags] = -np.inf
        rival = rivals.argmax(axis=1)
        J, active = hinge(scores[row, batch.tags], rivals[row, rival], 0.0)  # (B,), the margin is in the rivals
        ds = np.zeros_like(scores)
        # ∂J/∂s_y = −1/B and ∂J/∂s_y' = +1/B inside the margin; only the best wrong tag is pushed down
        ds[row, batch.tags] = active * scores.dtype.type(-1 / B)
        ds[row, rival] = active * scores.dtype.type(1 / B)
        distance = np.abs(rivals[row, rival] - scores[row, batch.tags])
        second = np.partition(rivals, -2, axis=1)[:, -2]
        lead = np.where(active, rivals[row, rival] - second, np.inf)
        return Loss(float(J.mean()), ds, B, int(active.sum()), float(min(distance.min(), lead.min())))

    def fit(self, scores: Floats, targets: Ints, lengths: Ints) -> dict[str, Floats]:
        return {}

    def ranked(self, scores: Floats, targets: Ints) -> float:
        """The share of windows whose true tag outscores every other."""
        return float((scores.argmax(axis=1) == targets).mean()) if len(targets) else 0.0

    def decode(
        self, params: Parameters, constants: dict[str, Floats], scores: Floats, lengths: Ints
    ) -> list[list[str]]:
        return to_iob2(self.names, viterbi(scores, lengths, legal_steps(self.names, scores.dtype.type)), lengths)

    def margins(self, params: Parameters, constants: dict[str, Floats], scores: Floats, lengths: Ints) -> Floats:
        """By how much each word's tag beats, as part of a legal sequence, its best other tag."""
        best = np.sort(max_marginals(scores, lengths, legal_steps(self.names, scores.dtype.type)), axis=1)
        lead: Floats = best[:, -1] - best[:, -2]
        return lead
