"""A window under its best wrong tag: the loss, who is pushed, what an epoch covers, and how tags are found."""

import itertools
from collections.abc import Callable

import numpy as np
import pytest

from nerwin.arrays import Floats, Ints
from nerwin.corruption import CORRUPTIONS, tagging, tagset
from nerwin.corruption.interface import CorruptionSettings, Loss
from nerwin.corruption.label import LabelBatch, LabelCorruption
from nerwin.corruption.tagset import MANY_TYPES, in_iob2, legal_transitions, tag_names, tag_targets
from nerwin.errors import ConfigError
from nerwin.network import decoder
from nerwin.network.decoder import FORBIDDEN, Transitions, max_marginals, viterbi
from nerwin.text.tags import OUTSIDE, SCHEMES, steps
from nerwin.text.windows import flatten
from tests.test_decoder import score

TYPES = ["LOC", "PER"]
NAMES = ["O", "B-LOC", "I-LOC", "E-LOC", "S-LOC", "B-PER", "I-PER", "E-PER", "S-PER"]
TAGS = [["B-PER", "I-PER", "O", "B-LOC"], ["O"], ["B-LOC", "I-LOC", "I-LOC", "B-LOC", "O"]]
TARGETS = [5, 7, 0, 4, 0, 1, 2, 3, 4, 0]
LENGTHS = np.array([4, 1, 5])


def judged(scores: Floats, tags: list[int], margin: float = 1.0) -> Loss:
    return corruption_of(scores, margin).loss({}, scores, minibatch(tags))


def slack(scores: Floats, tags: list[int], margin: float = 1.0) -> float:
    return corruption_of(scores, margin).slack({}, scores, minibatch(tags))


def minibatch(tags: list[int]) -> LabelBatch:
    return LabelBatch(np.arange(len(tags)), np.array(tags), np.ones(len(tags)))


def corruption_of(scores: Floats, margin: float) -> LabelCorruption:
    return LabelCorruption(TYPES[: (scores.shape[1] - 1) // 4], CorruptionSettings(margin=margin))


def test_there_is_a_score_for_o_and_four_for_every_type() -> None:
    assert tag_names(TYPES) == NAMES
    assert LabelCorruption(TYPES, CorruptionSettings()).names == NAMES


@pytest.mark.parametrize("corruption", ["label", "sequence"])
def test_more_types_than_a_tagger_can_have_are_refused_and_a_ranker_takes_them(
    monkeypatch: pytest.MonkeyPatch, corruption: str
) -> None:
    monkeypatch.setattr(tagging, "MOST_TYPES", 2)
    three = [*TYPES, "ORG"]
    CORRUPTIONS[corruption](TYPES, CorruptionSettings())
    CORRUPTIONS["window"](three, CorruptionSettings())
    with pytest.raises(
        ConfigError, match=r"^corpus\.entities: expected at most 2 types for a tagger, found 3\. .*window"
    ):
        CORRUPTIONS[corruption](three, CorruptionSettings())


def test_targets_are_iobes_tags_and_what_is_not_learned_is_o() -> None:
    assert tag_targets(NAMES, TAGS).tolist() == TARGETS
    assert tag_targets(NAMES[:5], TAGS).tolist() == [tag if tag < 5 else 0 for tag in TARGETS]


def test_iob2_comes_back() -> None:
    assert [in_iob2(NAMES)[tag] for tag in TARGETS] == list(itertools.chain(*TAGS))


def test_a_loss_by_hand() -> None:
    """Three windows of five tags: the truth is beaten; it wins inside the margin; it wins by more."""
    scores = np.array([[0.0, 2.0, 1.5, -1.0, 0.0], [0.0, 0.5, 1.0, 0.0, 0.25], [5.0, 1.0, 2.0, 3.0, 0.0]])
    loss = judged(scores, [0, 2, 0])
    assert loss.value == pytest.approx((3 + 0.5 + 0) / 3)
    third = 1 / 3
    np.testing.assert_allclose(
        loss.ds.dense((3, 5)),
        [[-third, third, 0.0, 0.0, 0.0], [0.0, third, -third, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0, 0.0]],
        rtol=1e-12,
    )
    assert (loss.pairs, loss.active) == (3, 2)
    # from the kinks of max(0, ·): 3, 0.5 and 1; from a change of rival: 0.5 and 0.25
    assert slack(scores, [0, 2, 0]) == pytest.approx(0.25)


def test_only_the_best_wrong_tag_is_pushed_down() -> None:
    """Pushing down every violator (as deepnl does) is the gradient of another loss."""
    loss = judged(np.array([[0.0, 3.0, 2.0, 1.0, 0.5]]), [0])
    assert loss.ds.values.tolist() == [[-1.0, 1.0, 0.0, 0.0, 0.0]]


@pytest.mark.parametrize("margin", [0.3, 1.0, 2.5])
@pytest.mark.parametrize("seed", range(4))
def test_the_loss_is_that_of_the_worst_violator_and_ds_its_slope(margin: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores, tags = rng.normal(size=(12, 9)), rng.integers(9, size=12).tolist()
    loss = judged(scores, tags, margin)
    hinges = [
        max(0.0, *(margin + row[tag] - row[y] for tag in range(9) if tag != y))
        for row, y in zip(scores, tags, strict=True)
    ]
    assert loss.value == pytest.approx(np.mean(hinges))
    assert loss.active == sum(one > 0 for one in hinges)
    assert slack(scores, tags, margin) > 1e-4
    ds = loss.ds.dense(scores.shape)
    for row, tag in itertools.product(range(12), range(9)):
        above, below = scores.copy(), scores.copy()
        above[row, tag] += 1e-5
        below[row, tag] -= 1e-5
        slope = (judged(above, tags, margin).value - judged(below, tags, margin).value) / 2e-5
        assert ds[row, tag] == pytest.approx(slope, abs=1e-8)


def test_where_an_entity_becomes_o_the_margin_is_larger_by_miss() -> None:
    """Truth S against O and B; the truth O against S: `miss` changes the first window only."""
    corruption = LabelCorruption(["LOC"], CorruptionSettings(margin=1.0, miss=2.0))
    scores = np.array([[1.0, 2.0, 0.0, 0.0, 4.0], [2.0, 0.0, 0.0, 0.0, 0.5]])
    kept = scores.copy()
    loss = corruption.loss({}, scores, minibatch([4, 0]))
    # without it B would be the nearest rival, at 2 + 1 < 4; with it O is, at 1 + 3, exactly at the margin
    assert (loss.value, loss.active) == (0.0, 0)
    scores[0, 4] = 3.5
    loss = corruption.loss({}, scores, minibatch([4, 0]))
    assert loss.value == pytest.approx(0.25)
    np.testing.assert_allclose(loss.ds.dense((2, 5)), [[0.5, 0.0, 0.0, 0.0, -0.5], [0.0] * 5])
    scores[0, 4] = 4.0
    assert np.array_equal(scores, kept)


def test_at_the_margin_exactly_nothing_is_pushed() -> None:
    scores = np.array([[2.0, 1.0, 0.0, 0.0, 0.0]])
    loss = judged(scores, [0])
    assert (loss.value, loss.active, slack(scores, [0])) == (0.0, 0, 0.0)
    assert not len(loss.ds.ids)


def test_outside_the_margin_a_change_of_rival_is_no_kink() -> None:
    """Four equal rivals, and 4 to where the first of them matters."""
    assert slack(np.array([[5.0, 0, 0, 0, 0]]), [0]) == 4


@pytest.mark.parametrize("size", [1, 3, 4, 10, 50])
def test_an_epoch_has_every_window_once_in_a_new_order(size: int) -> None:
    corruption = LabelCorruption(TYPES, CorruptionSettings())
    corpus = flatten([np.arange(2, 2 + n) for n in LENGTHS], 3)
    targets = corruption.targets(TAGS)
    assert corruption.pairs_per_pass(targets, LENGTHS) == 10
    order = np.random.default_rng(1)
    seen = []
    for _ in range(2):
        batches = list(corruption.batches(corpus, targets, order, np.random.default_rng(2), size))
        assert [len(batch.centres) for batch in batches[:-1]] == [size] * (len(batches) - 1)
        centres = np.concatenate([batch.centres for batch in batches])
        tags = np.concatenate([batch.tags for batch in batches])
        assert sorted(centres.tolist()) == corpus.centres.tolist()
        assert dict(zip(centres.tolist(), tags.tolist(), strict=True)) == dict(
            zip(corpus.centres.tolist(), TARGETS, strict=True)
        )
        seen.append(centres.tolist())
    assert seen[0] != seen[1]


@pytest.mark.parametrize("types", [0, 1, 2, MANY_TYPES])
def test_the_steps_are_those_that_iobes_allows(types: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tagset, "MANY_TYPES", 0)  # so that there are blocks of few types too
    legal, names, allowed = legal_transitions(types), tag_names([f"T{k}" for k in range(types)]), SCHEMES["iobes"]
    for i, before in enumerate(names):
        assert legal.start[i] == (0 if allowed(OUTSIDE, before) else FORBIDDEN)
        assert legal.end[i] == (0 if allowed(before, OUTSIDE) else FORBIDDEN)
        for j, after in enumerate(names):
            assert legal.A[i, j] == (0 if allowed(before, after) else FORBIDDEN), (before, after)
    within = np.full(legal.A.shape, FORBIDDEN)
    for one in legal.blocks:
        within[one.before[:, None], one.after] = 0
    assert np.array_equal(within, legal.A)
    for tags in zip(*legal.blocks, strict=True):
        assert sorted(np.concatenate([one.ravel() for one in tags])) == [*range(len(names))]


@pytest.mark.parametrize("search", [viterbi, max_marginals])
@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_of_many_types_only_legal_transitions_are_looked_at_and_the_same_is_found(
    search: Callable[[Floats, Ints, Transitions], Floats | Ints],
    ties: bool,
    kind: type[np.floating],
    rng: np.random.Generator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    legal = legal_transitions(MANY_TYPES)
    assert legal.blocks

    def draw(*shape: int) -> Floats:
        return rng.integers(-1, 2, shape).astype(kind) if ties else rng.normal(size=shape).astype(kind)

    lengths, K = rng.integers(0, 9, 40), len(legal.A)
    A, start, end = (one + draw(*one.shape) for one in legal[:3])
    scores = draw(lengths.sum(), K).astype(np.float32)
    for together in (3, decoder.SENTENCES_AT_ONCE):
        monkeypatch.setattr(decoder, "SENTENCES_AT_ONCE", together)
        found = search(scores, lengths, Transitions(A, start, end, legal.blocks))
        plain = search(scores, lengths, Transitions(A, start, end))
        assert (found.dtype, found.tobytes()) == (plain.dtype, plain.tobytes())


def test_decoding_finds_the_best_legal_sequence(rng: np.random.Generator) -> None:
    corruption = LabelCorruption(["LOC"], CorruptionSettings())
    names = list(corruption.names)
    free = legal_transitions(1)
    for _ in range(20):
        scores, lengths = rng.normal(size=(5, 5)), np.array([4, 1])
        best = []
        for part, length in ((scores[:4], 4), (scores[4:], 1)):
            legal = [
                y
                for y in itertools.product(range(5), repeat=length)
                if all(SCHEMES["iobes"](*step) for step in steps([names[tag] for tag in y]))
            ]
            totals = [score(part, y, free) for y in legal]
            best += list(legal[int(np.argmax(totals))])
        assert corruption.decode({}, scores, lengths).tolist() == best


def test_ranked_is_the_share_of_windows_whose_true_tag_is_on_top() -> None:
    corruption = LabelCorruption(["LOC"], CorruptionSettings())
    scores = np.array([[2.0, 1, 0, 0, 0], [0, 1, 0, 0, 2], [0, 3, 0, 0, 2], [1, 0, 0, 0, 0]])
    assert corruption.ranked(scores, np.array([0, 4, 4, 1])) == 0.5
    assert corruption.ranked(scores[:0], np.array([], int)) == 0


def test_margins_are_the_lead_of_the_best_sequence() -> None:
    corruption = LabelCorruption(["LOC"], CorruptionSettings())
    # one word may only be O or S: 3 against 2.5, whatever B has
    margins = corruption.margins({}, np.array([[3.0, 9, 0, 0, 2.5]]), np.array([1]))
    assert margins == pytest.approx([0.5])
