"""`sequence`: a sentence under the best wrong tag sequence (Taskar et al. 2003; Tsochantaridis et al. 2005).

    s(y) = start[y₁] + Σ_t s[t, y_t] + Σ_t A[y_{t−1}, y_t] + end[y_T]
    J    = max_{y'} ( s(y') + Σ_t [y'_t ≠ y_t]·Δ·w(y_t) ) − s(y)

With all weights w = 1 the margin is Δ times the Hamming distance. `miss` is added to it for each word of an entity that
becomes O. The loss of a minibatch is the sum of J over its sentences, divided by its number of words. Each word counts
as a pair, and as one inside the margin where the tag of the best y' is wrong.

The rows of the parameter "transitions" (K + 2, K) are A, start and end: how well one tag follows another is learned,
but illegal steps stay forbidden. The maximum is found by Viterbi over scores to which the margin of each wrong tag is
added.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from nerwin.arrays import Bools, Floats, Gradients, Ints, Parameters, Random, Rows
from nerwin.corruption.interface import Loss
from nerwin.corruption.tagging import TagCorruption
from nerwin.network.decoder import Transitions, viterbi
from nerwin.text.windows import FlatCorpus

TRANSITIONS = "transitions"
# Minibatches are made of sentences of similar length. For that the shuffled sentences are sorted within blocks, of so
# many sentences, or of so many minibatches if that is more.
SORTED_SENTENCES, SORTED_BATCHES = 512, 4


class SequenceBatch(NamedTuple):
    """A minibatch of whole sentences: the centres (B,) of their windows, the true tag (B,) and the weight (B,) of each
    word, and the sentences' lengths (S,)."""

    centres: Ints
    tags: Ints
    weights: Floats
    lengths: Ints


class SequenceCorruption(TagCorruption):
    """Every sentence once a pass, against its best wrong tag sequence."""

    def own_parameters(self, dtype: type[np.floating]) -> Parameters:
        K = len(self.names)
        return {TRANSITIONS: np.zeros((K + 2, K), dtype)}

    def pairs_per_pass(self, targets: Ints, lengths: Ints) -> int:
        tagged = int(lengths[_has_entity(targets, lengths)].sum())
        return tagged + round(self.settings.outside_share * (len(targets) - tagged))

    def batches(
        self,
        corpus: FlatCorpus,
        targets: Ints,
        order_rng: Random,
        corruption_rng: Random,
        size: int,
    ) -> Iterator[SequenceBatch]:
        """Minibatches of sentences of similar length, of about `size` words each, in a new order."""
        lengths, weights = corpus.lengths, self.tag_weights(targets)[targets]
        firsts = np.cumsum(lengths) - lengths
        shuffled = order_rng.permutation(len(lengths))
        if self.settings.outside_share < 1:
            chosen = self._chosen(targets, lengths, corruption_rng)
            shuffled = shuffled[chosen[shuffled]]
        batches = _of_similar_length(shuffled, lengths, size)
        for number in order_rng.permutation(len(batches)):
            batch = batches[number]
            places = np.concatenate([np.arange(firsts[one], firsts[one] + lengths[one]) for one in batch])
            yield SequenceBatch(corpus.centres[places], targets[places], weights[places], lengths[batch])

    def _chosen(self, targets: Ints, lengths: Ints, rng: Random) -> Bools:
        """(S,) the sentences of a pass: all that have an entity, and of the others a share, drawn at random."""
        chosen = _has_entity(targets, lengths)
        others = rng.permutation(np.flatnonzero(~chosen))
        room = self.pairs_per_pass(targets, lengths) - int(lengths[chosen].sum())
        chosen[_fitting(others, lengths, room)] = True
        return chosen

    def transitions(self, params: Parameters) -> Transitions:
        """The learned scores of the steps; illegal ones are FORBIDDEN."""
        learned, legal = params[TRANSITIONS], self.legal
        return Transitions(learned[:-2] + legal.A, learned[-2] + legal.start, learned[-1] + legal.end, legal.blocks)

    def loss(self, params: Parameters, scores: Floats, batch: SequenceBatch) -> Loss:
        n, word = len(batch.tags), np.arange(len(batch.tags))
        raised = self._raised(scores, batch)  # (n, K)
        rival = viterbi(raised, batch.lengths, self.transitions(params))
        # Both paths are legal, so FORBIDDEN occurs in neither, and their steps score what is learned.
        used = self._steps_used(rival, batch.lengths) - self._steps_used(batch.tags, batch.lengths)
        J = (raised[word, rival] - scores[word, batch.tags]).sum(dtype=np.float64) + np.vdot(used, params[TRANSITIONS])
        # ∂J/∂s is the difference of the two paths: +1 where the rival goes, −1 where the truth does
        (wrong,) = (rival != batch.tags).nonzero()
        share, row = 1 / n, np.arange(len(wrong))
        ds = np.zeros((len(wrong), scores.shape[1]), scores.dtype)
        ds[row, rival[wrong]] = share
        ds[row, batch.tags[wrong]] = -share
        grads: Gradients = {TRANSITIONS: used.astype(scores.dtype) * share}
        return Loss(float(J) / n, Rows(wrong, ds), n, len(wrong), grads)

    def _steps_used(self, y: Ints, lengths: Ints) -> Ints:
        """(K + 2, K) how often the sequences of tags y (n,) take each step, in the layout of "transitions"."""
        K = len(self.names)
        first, inner, last = borders(lengths)
        before = np.concatenate([y[inner - 1], np.full(len(first), K), np.full(len(last), K + 1)])
        after = np.concatenate([y[inner], y[first], y[last]])
        return np.bincount(before * K + after, minlength=(K + 2) * K).reshape(K + 2, K)

    def _raised(self, scores: Floats, batch: SequenceBatch) -> Floats:
        """The scores (n, K) with the margin added to every wrong tag."""
        margins, word = (batch.weights * self.settings.margin).astype(scores.dtype), np.arange(len(batch.tags))
        raised: Floats = scores + margins[:, None]
        raised[word, batch.tags] = scores[word, batch.tags]
        raised[batch.tags != 0, 0] += self.settings.miss
        return raised

    def slack(self, params: Parameters, scores: Floats, batch: SequenceBatch) -> float:
        """The distance to where another sequence becomes the best rival."""
        return float(self.margins(params, self._raised(scores, batch), batch.lengths).min())


def _fitting(order: Ints, lengths: Ints, room: int) -> list[int]:
    """The sentences that fit, in this order, into room for so many words."""
    found = []
    for one in order.tolist():
        if lengths[one] <= room:
            room -= int(lengths[one])
            found.append(one)
    return found


def _has_entity(targets: Ints, lengths: Ints) -> Bools:
    """(S,) whether each sentence has an entity."""
    sentence = np.repeat(np.arange(len(lengths)), lengths)
    return np.bincount(sentence, targets != 0, len(lengths)) > 0


def _of_similar_length(shuffled: Ints, lengths: Ints, size: int) -> list[Ints]:
    """Minibatches of about `size` words, of shuffled sentences that are sorted block by block."""
    words = max(int(lengths[shuffled].sum()), 1)
    block_size = max(SORTED_SENTENCES, SORTED_BATCHES * size * len(shuffled) // words)
    blocks = np.split(shuffled, range(block_size, len(shuffled), block_size))
    ordered = (block[np.argsort(lengths[block], kind="stable")] for block in blocks)
    return [batch for block in ordered for batch in _cut(block, lengths, size)]


def _cut(sentences: Ints, lengths: Ints, size: int) -> list[Ints]:
    """Cut a row of sentences into minibatches wherever their words pass a multiple of `size`; no sentence is split."""
    before = np.cumsum(lengths[sentences]) - lengths[sentences]
    cuts = np.flatnonzero(np.diff(before // size)) + 1
    return np.split(sentences, cuts)


def borders(lengths: Ints) -> tuple[Ints, Ints, Ints]:
    """The indices of all words that begin a sentence, of all that do not, and of all that end one."""
    ends = np.cumsum(lengths)
    some = lengths > 0
    first = (ends - lengths)[some]
    others = np.ones(ends[-1] if len(ends) else 0, np.bool_)
    others[first] = False
    return first, np.flatnonzero(others), ends[some] - 1
