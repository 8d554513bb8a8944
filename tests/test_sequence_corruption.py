"""A sentence under its best wrong tag sequence: loss, gradients and search against every sequence there is."""

import itertools
from collections import Counter

import numpy as np
import pytest

from nerwin.arrays import Floats, Parameters
from nerwin.corruption.interface import CorruptionSettings, Loss
from nerwin.corruption.sequence import SORTED_SENTENCES, TRANSITIONS, SequenceBatch, SequenceCorruption, borders
from nerwin.network.decoder import viterbi
from nerwin.network.elemental import elemental_transitions
from nerwin.text.windows import FlatCorpus, flatten

TYPES = ["LOC"]  # O, B, I, E, S
K = 5
LENGTHS = [3, 1, 4]
TRUTH = [[1, 3, 0], [4], [0, 1, 2, 3]]
LEGAL = {(0, 0), (0, 1), (0, 4), (1, 2), (1, 3), (2, 2), (2, 3), (3, 0), (3, 1), (3, 4), (4, 0), (4, 1), (4, 4)}


def legal(y: tuple[int, ...]) -> bool:
    return y[0] in (0, 1, 4) and y[-1] in (0, 3, 4) and all(step in LEGAL for step in itertools.pairwise(y))


def drawn(seed: int) -> tuple[Parameters, Floats]:
    rng = np.random.default_rng(seed)
    return {TRANSITIONS: 0.5 * rng.normal(size=(K + 2, K))}, rng.normal(size=(sum(LENGTHS), K))


def batch() -> SequenceBatch:
    tags = np.array(list(itertools.chain(*TRUTH)))
    return SequenceBatch(np.arange(len(tags)), tags, np.ones(len(tags)), np.array(LENGTHS))


def judged(params: Parameters, scores: Floats, margin: float = 1.0, miss: float = 0.0) -> Loss:
    return SequenceCorruption(TYPES, CorruptionSettings(margin=margin, miss=miss)).loss(params, scores, batch())


def score(y: tuple[int, ...], s: Floats, transitions: Floats) -> float:
    total = float(transitions[K, y[0]] + transitions[K + 1, y[-1]]) + sum(float(s[t, tag]) for t, tag in enumerate(y))
    return total + sum(float(transitions[before, after]) for before, after in itertools.pairwise(y))


def worst_violators(
    params: Parameters, scores: Floats, margin: float, miss: float
) -> list[tuple[float, tuple[int, ...]]]:
    """For each sentence the largest raised s(y') − s(y) over all legal y', and that y'."""
    found, first = [], 0
    for length, truth in zip(LENGTHS, TRUTH, strict=True):
        s = scores[first : first + length]
        first += length
        own = score(tuple(truth), s, params[TRANSITIONS])
        candidates = [
            (
                score(y, s, params[TRANSITIONS])
                + margin * sum(one != other for one, other in zip(y, truth, strict=True))
                + miss * sum(one == 0 != other for one, other in zip(y, truth, strict=True))
                - own,
                y,
            )
            for y in itertools.product(range(K), repeat=length)
            if legal(y)
        ]
        found.append(max(candidates))
    return found


@pytest.mark.parametrize(("margin", "miss"), [(0.2, 0.0), (1.0, 0.0), (3.0, 0.0), (1.0, 1.5)])
@pytest.mark.parametrize("seed", range(6))
def test_the_loss_is_that_of_the_worst_of_all_legal_sequences(seed: int, margin: float, miss: float) -> None:
    params, scores = drawn(seed)
    violators = worst_violators(params, scores, margin, miss)
    loss = judged(params, scores, margin, miss)
    assert loss.value == pytest.approx(sum(J for J, _ in violators) / sum(LENGTHS), rel=1e-10)
    rival = list(itertools.chain(*(y for _, y in violators)))
    assert loss.pairs == sum(LENGTHS)
    assert loss.active == sum(one != true for one, true in zip(rival, batch().tags, strict=True))
    expected = (np.eye(K)[rival] - np.eye(K)[batch().tags]) / sum(LENGTHS)
    np.testing.assert_allclose(loss.ds.dense(scores.shape), expected, atol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_the_slopes_are_those_of_central_differences(seed: int) -> None:
    params, scores = drawn(seed)
    loss = judged(params, scores)
    assert SequenceCorruption(TYPES, CorruptionSettings()).slack(params, scores, batch()) > 1e-4
    gradient = loss.grads[TRANSITIONS]
    assert isinstance(gradient, np.ndarray)
    for theta, derived in ((scores, loss.ds.dense(scores.shape)), (params[TRANSITIONS], gradient)):
        for at in np.ndindex(theta.shape):
            kept = theta[at]
            values = []
            for change in (1e-5, -1e-5):
                theta[at] = kept + change
                values.append(judged(params, scores).value)
            theta[at] = kept
            assert derived[at] == pytest.approx((values[0] - values[1]) / 2e-5, abs=1e-8)


@pytest.mark.parametrize("seed", range(6))
def test_only_the_worst_sequence_is_pushed_down(seed: int) -> None:
    """Pushing down every violator (as deepnl does) moves more than one wrong tag of a word."""
    loss = judged(*drawn(seed), margin=5.0)
    assert loss.active > 0
    n = sum(LENGTHS)
    ds = loss.ds.values
    assert ((ds > 0).sum(axis=1) == 1).all()
    assert ((ds < 0).sum(axis=1) == 1).all()
    np.testing.assert_allclose(ds.sum(axis=1), 0, atol=1e-15)
    np.testing.assert_allclose(np.abs(ds).sum(), 2 * loss.active / n)
    used = np.asarray(loss.grads[TRANSITIONS])
    np.testing.assert_allclose(used[:K].sum(), 0, atol=1e-15)  # as many steps are praised as blamed
    assert np.abs(used * n).max() <= n


def test_a_loss_by_hand() -> None:
    """One word, O against S: J = max(s_O, s_S + Δ) − s_O."""
    corruption = SequenceCorruption(TYPES, CorruptionSettings(margin=1.0))
    params: Parameters = {TRANSITIONS: np.zeros((K + 2, K))}
    one = SequenceBatch(np.array([0]), np.array([0]), np.ones(1), np.array([1]))
    loss = corruption.loss(params, np.array([[0.25, 9.0, 9.0, 9.0, 0.5]]), one)
    assert loss.value == pytest.approx(1.25)
    assert loss.ds.values.tolist() == [[-1, 0, 0, 0, 1]]
    used = np.asarray(loss.grads[TRANSITIONS])
    assert used[K].tolist() == used[K + 1].tolist() == [-1, 0, 0, 0, 1]
    assert not used[:K].any()
    won = corruption.loss(params, np.array([[2.0, 9.0, 9.0, 9.0, 0.5]]), one)
    assert (won.value, won.active) == (0.0, 0)
    assert not len(won.ds.ids)
    assert not np.asarray(won.grads[TRANSITIONS]).any()
    # as far as that: 2 - (0.5 + 1), and for a violator (0.5 + 1) - 0.25
    slacks = [corruption.slack(params, np.array([[s, 9.0, 9.0, 9.0, 0.5]]), one) for s in (2.0, 0.25)]
    assert slacks == [0.5, 1.25]


def test_a_minibatch_that_is_won_costs_nothing_in_float32() -> None:
    """Not even what adding the margin and taking it off again would round away."""
    for seed in range(20):
        params, scores = drawn(seed)
        scores -= 20  # where 0.3 is rounded
        scores[np.arange(len(scores)), batch().tags] += 20.1
        loss = judged({TRANSITIONS: params[TRANSITIONS].astype(np.float32)}, scores.astype(np.float32), margin=0.3)
        assert (loss.value, loss.active) == (0.0, 0)


@pytest.mark.parametrize("seed", range(4))
def test_steps_counted_one_by_one_are_those_of_the_vectorised_gradient(seed: int) -> None:
    loss = judged(*drawn(seed))
    ds = loss.ds.dense((sum(LENGTHS), K))
    counted = elemental_transitions(ds, batch().tags.tolist(), LENGTHS)
    assert counted.any()
    np.testing.assert_allclose(counted, np.asarray(loss.grads[TRANSITIONS]), atol=1e-15)


def test_borders_skip_empty_sentences() -> None:
    first, inner, last = borders(np.array([0, 3, 0, 1, 2, 0]))
    assert inner.tolist() == [1, 2, 5]
    assert first.tolist() == [0, 3, 4]
    assert last.tolist() == [2, 3, 5]


def test_illegal_transitions_get_no_gradient() -> None:
    for seed in range(10):
        used = np.asarray(judged(*drawn(seed)).grads[TRANSITIONS])
        for before, after in itertools.product(range(K), repeat=2):
            assert (before, after) in LEGAL or used[before, after] == 0
        assert not used[K, [2, 3]].any()
        assert not used[K + 1, [1, 2]].any()


@pytest.mark.parametrize("seed", range(4))
def test_decoding_uses_the_learned_steps(seed: int) -> None:
    params, scores = drawn(seed)
    params[TRANSITIONS] *= 4
    corruption = SequenceCorruption(TYPES, CorruptionSettings())
    best: list[str] = []
    for first, length in zip((0, 3, 4), LENGTHS, strict=True):
        s = scores[first : first + length]
        chosen = max(
            (y for y in itertools.product(range(K), repeat=length) if legal(y)),
            key=lambda y, s=s: score(y, s, params[TRANSITIONS]),  # type: ignore[misc]
        )
        best += [corruption.names[tag] for tag in chosen]
    found = viterbi(scores, np.array(LENGTHS), corruption.transitions(params))
    assert [corruption.names[tag] for tag in found] == best
    flat = [corruption.spelled[tag] for tag in corruption.decode(params, scores, np.array(LENGTHS))]
    assert flat == [{"S": "B", "E": "I"}.get(tag[0], tag[0]) + tag[1:] for tag in best]


def test_margins_use_the_learned_steps() -> None:
    """A word at equal scores, which the learned start and end lead to S, or from it."""
    corruption = SequenceCorruption(["LOC"], CorruptionSettings())
    learned = np.zeros((7, 5))
    learned[5, 4], learned[6, 4] = 3, -1
    margins = corruption.margins({TRANSITIONS: learned}, np.zeros((1, 5)), np.array([1]))
    assert margins.tolist() == [2]


def test_fresh_transitions_are_zero_in_the_precision_asked_for() -> None:
    own = SequenceCorruption(["LOC", "PER"], CorruptionSettings()).own_parameters(np.float32)
    assert own[TRANSITIONS].shape == (11, 9)
    assert own[TRANSITIONS].dtype == np.float32
    assert not own[TRANSITIONS].any()


# Batches


def corpus(lengths: list[int]) -> FlatCorpus:
    return flatten([np.full(n, 2) for n in lengths], 3)


@pytest.mark.parametrize("size", [1, 5, 8, 30, 1000])
@pytest.mark.parametrize("count", [1, 7, 600])
def test_an_epoch_has_every_sentence_once_and_whole(size: int, count: int) -> None:
    lengths = np.random.default_rng(count).integers(1, 9, count).tolist()
    flat, corruption = corpus(lengths), SequenceCorruption(TYPES, CorruptionSettings())
    targets = np.arange(len(flat.centres)) % K
    batches = list(corruption.batches(flat, targets, np.random.default_rng(1), np.random.default_rng(2), size))
    sentences = Counter[tuple[int, ...]]()
    for one in batches:
        assert len(one.centres) == len(one.tags) == one.lengths.sum()
        for part in np.split(one.centres, np.cumsum(one.lengths)[:-1]):
            sentences[tuple(part.tolist())] += 1
        assert np.array_equal(targets[np.searchsorted(flat.centres, one.centres)], one.tags)
        assert len(one.centres) < size + 9
    ends = np.cumsum(lengths)
    assert sentences == Counter(
        tuple(flat.centres[end - n : end].tolist()) for end, n in zip(ends, lengths, strict=True)
    )
    assert corruption.pairs_per_pass(targets, np.array(lengths)) == sum(lengths)


def minibatches(lengths: list[int], size: int) -> list[SequenceBatch]:
    flat, corruption = corpus(lengths), SequenceCorruption(TYPES, CorruptionSettings())
    targets = np.zeros(len(flat.centres), int)
    return list(corruption.batches(flat, targets, np.random.default_rng(1), np.random.default_rng(2), size))


def test_the_order_and_the_company_of_sentences_change() -> None:
    lengths = np.random.default_rng(0).integers(1, 9, 60).tolist()
    flat, corruption, order = corpus(lengths), SequenceCorruption(TYPES, CorruptionSettings()), np.random.default_rng(1)
    targets = np.zeros(len(flat.centres), int)
    first, second = (
        [one.centres.tolist() for one in corruption.batches(flat, targets, order, order, 20)] for _ in range(2)
    )
    assert first != second
    assert {frozenset(one) for one in first} != {frozenset(one) for one in second}


def test_minibatches_do_not_come_sorted_by_length() -> None:
    lengths = np.random.default_rng(0).integers(1, 9, 200).tolist()
    longest = [one.lengths.max() for one in minibatches(lengths, 20)]
    assert longest != sorted(longest)


def test_the_sentences_of_a_minibatch_are_of_similar_length() -> None:
    """Within a block no sentence stands between the lengths of another minibatch than its own."""
    lengths = np.random.default_rng(0).integers(1, 40, 200).tolist()
    batches = sorted(sorted(one.lengths.tolist()) for one in minibatches(lengths, 100))
    assert len(batches) > 10
    assert list(itertools.chain(*batches)) == sorted(lengths)


def drawn_batches(lengths: list[int], size: int) -> list[list[int]]:
    """The sentences of each minibatch, by their places in the shuffled corpus."""
    place = np.argsort(np.random.default_rng(1).permutation(len(lengths)))
    number = np.repeat(np.arange(len(lengths)), lengths)
    centres = corpus(lengths).centres
    return [
        place[np.unique(number[np.searchsorted(centres, one.centres)])].tolist() for one in minibatches(lengths, size)
    ]


@pytest.mark.parametrize("size", [5000, 10_000])
def test_minibatches_larger_than_a_block_of_sentences_are_as_large_as_asked_for(size: int) -> None:
    lengths = [1, 2, 3] * 3333 + [1, 1]  # 20,000 words
    batches = drawn_batches(lengths, size)
    assert len(batches) == 20_000 // size
    assert sum(map(len, batches)) == len(lengths)


def test_small_minibatches_are_drawn_from_blocks_of_so_many_sentences() -> None:
    lengths = np.random.default_rng(3).integers(1, 9, 3 * SORTED_SENTENCES + 1).tolist()
    batches = drawn_batches(lengths, 20)
    blocks = [{place // SORTED_SENTENCES for place in batch} for batch in batches]
    assert {len(block) for block in blocks} == {1}
    assert set.union(*blocks) == {0, 1, 2, 3}
