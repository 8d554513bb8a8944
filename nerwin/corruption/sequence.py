"""`sequence`: a sentence under the best wrong tag sequence (Taskar et al. 2003; Tsochantaridis et al. 2005).

    s(y) = start[y₁] + Σ_t s[t, y_t] + Σ_t A[y_{t−1}, y_t] + end[y_T]
    J    = max_{y'} ( s(y') + Δ·Hamming(y, y') ) − s(y)

The rows of the parameter "transitions" (K + 2, K) are A, start and end: how well one tag follows another is learned,
what is illegal stays forbidden. The maximum is found by Viterbi over scores that are raised by Δ at every wrong tag.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from nerwin.arrays import Floats, Gradients, Ints, Parameters
from nerwin.corruption.interface import Loss, Settings
from nerwin.corruption.label import legal_steps, raise_wrong, tag_names, tag_targets, to_iob2
from nerwin.network.decoder import Steps, borders, max_marginals, path_score, viterbi
from nerwin.text.windows import FlatCorpus

TRANSITIONS = "transitions"
SORTED_SENTENCES = 512  # sentences of similar length are put together within blocks of so many


class Sentences(NamedTuple):
    """A minibatch: the windows of whole sentences, their true tags, and the sentences' lengths."""

    centres: Ints
    tags: Ints
    lengths: Ints


class SequenceCorruption:
    """Every sentence once an epoch. A word's target is the index of its IOBES tag."""

    def __init__(self, types: Sequence[str], settings: Settings) -> None:
        self.names: Sequence[str] = tag_names(types)
        self.settings = settings

    def own_parameters(self, dtype: type[np.floating]) -> Parameters:
        K = len(self.names)
        return {TRANSITIONS: np.zeros((K + 2, K), dtype)}

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
    ) -> Iterator[Sentences]:
        """Sentences in a new order, grouped by length, together about `size` words."""
        firsts = np.cumsum(corpus.lengths) - corpus.lengths
        shuffled = order.permutation(len(corpus.lengths))
        blocks = [
            block[np.argsort(corpus.lengths[block], kind="stable")]
            for block in np.split(shuffled, range(SORTED_SENTENCES, len(shuffled), SORTED_SENTENCES))
        ]
        batches = [batch for block in blocks for batch in _cut(block, corpus.lengths, size)]
        for number in order.permutation(len(batches)):
            batch = batches[number]
            lengths = corpus.lengths[batch]
            words = np.concatenate([np.arange(firsts[one], firsts[one] + corpus.lengths[one]) for one in batch])
            yield Sentences(corpus.centres[words], targets[words], lengths)

    def steps(self, params: Parameters) -> Steps:
        """The learned step scores, the illegal ones forbidden."""
        K, learned = len(self.names), params[TRANSITIONS]
        legal = legal_steps(self.names, learned.dtype.type)
        return Steps(learned[:K] + legal.A, learned[K] + legal.start, learned[K + 1] + legal.end)

    def loss(self, params: Parameters, scores: Floats, batch: Sentences) -> Loss:
        n, K = len(batch.tags), len(self.names)
        word = np.arange(n)
        raised = raise_wrong(scores, batch.tags, self.settings)  # (n, K)
        steps = self.steps(params)
        rival = viterbi(raised, batch.lengths, steps)
        J = path_score(raised, rival, batch.lengths, steps) - path_score(scores, batch.tags, batch.lengths, steps)
        # ∂J/∂s is the difference of the two paths: +1 where the rival goes, −1 where the truth does
        ds = np.zeros_like(scores)
        share = scores.dtype.type(1 / n)
        ds[word, rival] += share
        ds[word, batch.tags] -= share
        used = _steps_used(rival, batch.lengths, K) - _steps_used(batch.tags, batch.lengths, K)
        marginals = np.sort(max_marginals(raised, batch.lengths, steps), axis=1)
        slack = float((marginals[:, -1] - marginals[:, -2]).min()) if K > 1 else np.inf
        grads: Gradients = {TRANSITIONS: used.astype(scores.dtype) * share}
        return Loss(float(J.sum()) / n, ds, n, int(np.count_nonzero(rival != batch.tags)), slack, grads)

    def fit(self, scores: Floats, targets: Ints, lengths: Ints) -> dict[str, Floats]:
        return {}

    def ranked(self, scores: Floats, targets: Ints) -> float:
        """The share of windows whose true tag outscores every other, transitions aside."""
        return float((scores.argmax(axis=1) == targets).mean()) if len(targets) else 0.0

    def decode(
        self, params: Parameters, constants: dict[str, Floats], scores: Floats, lengths: Ints
    ) -> list[list[str]]:
        return to_iob2(self.names, viterbi(scores, lengths, self.steps(params)), lengths)

    def margins(self, params: Parameters, constants: dict[str, Floats], scores: Floats, lengths: Ints) -> Floats:
        """By how much the best sequence beats the best one that gives the word another tag."""
        best = np.sort(max_marginals(scores, lengths, self.steps(params)), axis=1)
        lead: Floats = best[:, -1] - best[:, -2]
        return lead


def _cut(sentences: Ints, lengths: Ints, size: int) -> list[Ints]:
    """Cut a row of sentences into minibatches where its words pass a multiple of `size`: no sentence is split."""
    before = np.cumsum(lengths[sentences]) - lengths[sentences]
    cuts = np.flatnonzero(np.diff(before // size)) + 1
    return np.split(sentences, cuts)


def _steps_used(y: Ints, lengths: Ints, K: int) -> Floats:
    """(K + 2, K) how often the sequences take each step, in the layout of "transitions"."""
    first, last = borders(lengths)
    inner = np.delete(np.arange(len(y)), first)
    before = np.concatenate([y[inner - 1], np.full(len(first), K), np.full(len(last), K + 1)])
    after = np.concatenate([y[inner], y[first], y[last]])
    used: Floats = np.bincount(before * K + after, minlength=(K + 2) * K).astype(np.float64).reshape(K + 2, K)
    return used
