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
from nerwin.corruption.outside import fit_offset, lowered
from nerwin.corruption.weights import check_weights, type_weights
from nerwin.network.decoder import FORBIDDEN, Steps, max_marginals, viterbi
from nerwin.network.loss import hinge
from nerwin.text.tags import OUTSIDE, SCHEMES, iobes, spans
from nerwin.text.windows import FlatCorpus


def tag_names(types: Sequence[str]) -> list[str]:
    """O and the IOBES tags of every type: K = 4·types + 1."""
    return [OUTSIDE, *(f"{prefix}-{label}" for label in types for prefix in "BIES")]


def tag_targets(names: Sequence[str], tag_sequences: Sequence[Sequence[str]]) -> Ints:
    """The index (n,) of each word's IOBES tag among `names`; types that are not learned are O."""
    numbers = {name: number for number, name in enumerate(names)}
    spelled = (tag for tags in tag_sequences for tag in iobes(spans(tags), len(tags)))
    return np.fromiter((numbers.get(tag, 0) for tag in spelled), np.int32)


def to_iob2(names: Sequence[str], best: Ints) -> list[str]:
    """Indices of IOBES tags, spelled in IOB2."""
    respelled = [{"S": "B", "E": "I"}.get(name[0], name[0]) + name[1:] for name in names]
    return [respelled[tag] for tag in best.tolist()]


def legal_steps(names: Sequence[str]) -> Steps:
    """0 for what IOBES allows between the named tags, FORBIDDEN for the rest."""
    legal = SCHEMES["iobes"]

    def score(before: str, after: str) -> float:
        return 0.0 if legal(before, after) else FORBIDDEN

    A = np.array([[score(before, after) for after in names] for before in names], np.float32)
    start = np.array([score(OUTSIDE, name) for name in names], np.float32)
    end = np.array([score(name, OUTSIDE) for name in names], np.float32)
    return Steps(A, start, end)


class Windows(NamedTuple):
    """A minibatch: windows by their centres, the true tag of each, and what it weighs."""

    centres: Ints
    tags: Ints
    weights: Floats


def tag_weights(settings: Settings, types: Sequence[str], targets: Ints) -> Floats:
    """(K,) the weight of a word of each tag."""
    kinds = (targets + 3) // 4  # O is 0, the four tags of the k-th type are k
    weights = type_weights(settings.weights, types, kinds)
    return np.concatenate([weights[:1], weights[1:].repeat(4)])


class LabelCorruption:
    """Every window once an epoch, against its best wrong tag. A word's target is the index of its IOBES tag."""

    def __init__(self, types: Sequence[str], settings: Settings) -> None:
        check_weights(settings.weights, types)
        self.types = types
        self.names: Sequence[str] = tag_names(types)
        self.settings = settings
        self.steps = legal_steps(self.names)

    def own_parameters(self, dtype: type[np.floating]) -> Parameters:
        return {}

    def targets(self, tag_sequences: Sequence[Sequence[str]]) -> Ints:
        return tag_targets(self.names, tag_sequences)

    def pairs_per_epoch(self, targets: Ints, lengths: Ints) -> int:
        entities = int(np.count_nonzero(targets))
        return entities + round(self.settings.outside_share * (len(targets) - entities))

    def batches(
        self,
        corpus: FlatCorpus,
        targets: Ints,
        order: np.random.Generator,
        corruption: np.random.Generator,
        size: int,
    ) -> Iterator[Windows]:
        shuffled = order.permutation(len(targets))
        if self.settings.outside_share < 1:
            outside = corruption.permutation(np.flatnonzero(targets == 0))
            left_out = np.zeros(len(targets), np.bool_)
            kept = self.pairs_per_epoch(targets, corpus.lengths) - np.count_nonzero(targets)
            left_out[outside[kept:]] = True
            shuffled = shuffled[~left_out[shuffled]]
        weights = tag_weights(self.settings, self.types, targets)[targets]
        for start in range(0, len(shuffled), size):
            chosen = shuffled[start : start + size]
            yield Windows(corpus.centres[chosen], targets[chosen], weights[chosen])

    def loss(self, params: Parameters, scores: Floats, batch: Windows) -> Loss:
        B, row = len(batch.tags), np.arange(len(batch.tags))
        rivals = self._rivals(scores, batch)  # (B, K)
        rival = rivals.argmax(axis=1)
        J, active = hinge(scores[row, batch.tags], rivals[row, rival], 0.0)  # (B,), the margin is in the rivals
        ds = np.zeros_like(scores)
        # ∂J/∂s_y = −w/B and ∂J/∂s_y' = +w/B inside the margin; only the best wrong tag is pushed down
        share = (batch.weights / B).astype(scores.dtype)
        ds[row, batch.tags] = -share * active
        ds[row, rival] = share * active
        return Loss(float((batch.weights * J).mean()), ds, B, int(active.sum()))

    def _rivals(self, scores: Floats, batch: Windows) -> Floats:
        """The scores (B, K) of the wrong tags with the margin added, -inf in place of the true one."""
        rivals: Floats = scores + scores.dtype.type(self.settings.margin)
        rivals[batch.tags != 0, 0] += scores.dtype.type(self.settings.miss)
        rivals[np.arange(len(batch.tags)), batch.tags] = -np.inf
        return rivals

    def slack(self, params: Parameters, scores: Floats, batch: Windows) -> float:
        """To the hinge's own kink, and for a violator to where another tag becomes the best wrong one."""
        best = np.sort(self._rivals(scores, batch), axis=1)
        violation = best[:, -1] - scores[np.arange(len(batch.tags)), batch.tags]
        lead = np.where(violation > 0, best[:, -1] - best[:, -2], np.inf)
        return float(min(np.abs(violation).min(), lead.min()))

    def fit(self, params: Parameters, scores: Floats, targets: Ints, lengths: Ints) -> dict[str, Floats]:
        step = self.settings.margin / 4
        return {"outside": np.array([fit_offset(lambda s: viterbi(s, lengths, self.steps), scores, targets, step)])}

    def ranked(self, scores: Floats, targets: Ints) -> float:
        """The share of windows whose true tag outscores every other."""
        return float((scores.argmax(axis=1) == targets).mean()) if len(targets) else 0.0

    def decode(self, params: Parameters, constants: dict[str, Floats], scores: Floats, lengths: Ints) -> list[str]:
        scores = lowered(scores, constants["outside"].item())
        return to_iob2(self.names, viterbi(scores, lengths, self.steps))

    def margins(self, params: Parameters, constants: dict[str, Floats], scores: Floats, lengths: Ints) -> Floats:
        """By how much each word's tag beats, as part of a legal sequence, its best other tag."""
        scores = lowered(scores, constants["outside"].item())
        best = np.sort(max_marginals(scores, lengths, self.steps), axis=1)
        lead: Floats = best[:, -1] - best[:, -2]
        return lead
