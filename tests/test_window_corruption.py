"""The lecture's ranker: what it draws, how it judges a ranking, and how its thresholds and spans are found."""

import itertools
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nerwin.arrays import Bools, Floats, Ints
from nerwin.corruption import window
from nerwin.corruption.entities import f1_of
from nerwin.corruption.interface import CorruptionSettings
from nerwin.corruption.thresholds import (
    NO_TYPE,
    _best_word_threshold,
    _neighbours,
    _runs,
    decide,
    fit_thresholds,
    kind_spans,
)
from nerwin.corruption.window import WindowBatch, WindowCorruption, _draw_corrupted, ranked_right
from nerwin.errors import CorpusError
from nerwin.evaluation.scores import evaluate_tags
from nerwin.text.tags import Span, iob2, spans
from nerwin.text.windows import FlatCorpus, flatten

TYPES = ["LOC", "PER"]
TAGS = [
    ["B-PER", "I-PER", "O", "O", "B-LOC"],
    ["O", "O", "B-LOC", "I-LOC", "O", "O"],
    ["B-PER", "O", "B-PER", "I-PER", "O"],
    ["O", "O", "O"],
]
KINDS = [2, 2, 0, 0, 1, 0, 0, 1, 1, 0, 0, 2, 0, 2, 2, 0, 0, 0, 0]
ENTITY_WORDS = 8


def corpus() -> FlatCorpus:
    return flatten([np.arange(2, 2 + len(tags)) for tags in TAGS], 3)


class Draws:
    """Epochs of one corruption with its own generators, as a trainer would draw them."""

    def __init__(self, draws: int = 3, size: int = 4, seed: int = 5) -> None:
        self.corruption = WindowCorruption(TYPES, CorruptionSettings(draws=draws))
        self.targets, self.corpus, self.size = self.corruption.targets(TAGS), corpus(), size
        self.order, self.corrupting = np.random.default_rng(seed).spawn(2)

    def epoch(self) -> list[WindowBatch]:
        return list(self.corruption.batches(self.corpus, self.targets, self.order, self.corrupting, self.size))


def joined(batches: list[WindowBatch]) -> WindowBatch:
    return WindowBatch(*(np.concatenate(columns) for columns in zip(*batches, strict=True)))


def kind_at(centres: Ints) -> Ints:
    """The type ids of the words at some centres."""
    return np.array(KINDS)[np.searchsorted(corpus().centres, centres)]


def test_targets_number_the_types_from_one() -> None:
    assert WindowCorruption(TYPES, CorruptionSettings()).targets(TAGS).tolist() == KINDS


def test_types_that_are_not_learned_are_no_type() -> None:
    targets = WindowCorruption(["PER"], CorruptionSettings()).targets(TAGS)
    assert targets.tolist() == [1 if kind == 2 else 0 for kind in KINDS]


def test_a_pair_is_a_window_of_a_type_against_one_that_is_not_of_it() -> None:
    draws = Draws(draws=40)
    for _ in range(5):
        pairs = joined(draws.epoch())
        assert (kind_at(pairs.true) == pairs.kinds + 1).all()
        assert (kind_at(pairs.corrupted) != pairs.kinds + 1).all()


def test_corrupted_windows_come_from_outside_entities_and_from_other_types() -> None:
    pairs = joined(Draws(draws=40).epoch())
    met = {(int(true), int(other)) for true, other in zip(pairs.kinds + 1, kind_at(pairs.corrupted), strict=True)}
    assert met == {(1, NO_TYPE), (1, 2), (2, NO_TYPE), (2, 1)}


def test_every_word_that_is_not_of_the_type_is_drawn_about_equally_often() -> None:
    pairs = joined(Draws(draws=1000).epoch())
    against_loc = Counter(pairs.corrupted[pairs.kinds == 0].tolist())
    others = KINDS.count(0) + KINDS.count(2)
    assert len(against_loc) == others
    expected = against_loc.total() / others
    assert min(against_loc.values()) > 0.7 * expected
    assert max(against_loc.values()) < 1.3 * expected


def test_a_rare_rival_is_found_without_hitting_upon_it(rng: np.random.Generator) -> None:
    targets = np.ones(5000, np.int32)
    targets[[0, 11]] = 2
    drawn = _draw_corrupted(rng, targets, targets)
    counts = Counter(drawn[targets == 1].tolist())
    assert set(counts) == {0, 11}
    assert min(counts.values()) > 2000  # both about equally often
    assert set(targets[drawn[targets == 2]].tolist()) == {1}


def test_rivals_of_several_types_are_found_without_hitting_upon_them(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window, "REDRAWN", 0)
    targets = rng.integers(0, 3, 500).astype(np.int32)
    for _ in range(20):
        assert not (targets[_draw_corrupted(rng, targets, targets)] == targets).any()


@pytest.mark.parametrize("draws", [1, 3, 10])
def test_every_entity_word_is_the_true_window_so_many_times_an_epoch(draws: int) -> None:
    one = Draws(draws=draws)
    counts = Counter(joined(one.epoch()).true.tolist())
    assert set(counts.values()) == {draws}
    assert len(counts) == ENTITY_WORDS
    assert counts.total() == one.corruption.pairs_per_pass(one.targets, one.corpus.lengths) == ENTITY_WORDS * draws


def test_windows_are_drawn_anew_each_epoch() -> None:
    draws = Draws()
    first, second = (joined(draws.epoch()) for _ in range(2))
    pairs = [sorted(zip(one.true.tolist(), one.corrupted.tolist(), strict=True)) for one in (first, second)]
    assert pairs[0] != pairs[1]


def test_the_membership_of_minibatches_changes_each_epoch() -> None:
    draws = Draws(draws=1)
    members = [[frozenset(batch.true.tolist()) for batch in draws.epoch()] for _ in range(2)]
    assert set(members[0]) != set(members[1])


def test_the_same_seed_draws_the_same_pairs_and_another_one_others() -> None:
    same, again, other = (joined(Draws(seed=seed).epoch()) for seed in (5, 5, 6))
    assert all(np.array_equal(a, b) for a, b in zip(same, again, strict=True))
    assert not np.array_equal(same.corrupted, other.corrupted)
    assert not np.array_equal(same.true, other.true)


def test_the_order_does_not_depend_on_the_corruption_generator() -> None:
    one, other = Draws(), Draws()
    other.corrupting = np.random.default_rng(99)
    assert np.array_equal(joined(one.epoch()).true, joined(other.epoch()).true)


@pytest.mark.parametrize(("size", "lengths"), [(4, [4] * 6), (5, [5, 5, 5, 5, 4]), (100, [24])])
def test_minibatches_have_the_size_that_was_asked_for(size: int, lengths: list[int]) -> None:
    assert [len(batch.kinds) for batch in Draws(size=size).epoch()] == lengths


def test_the_windows_of_a_minibatch_are_the_true_ones_then_the_corrupted_ones() -> None:
    batch = Draws().epoch()[0]
    assert batch.centres.tolist() == [*batch.true.tolist(), *batch.corrupted.tolist()]


def test_a_corpus_of_one_type_only_is_a_clear_error() -> None:
    corruption = WindowCorruption(["PER"], CorruptionSettings())
    tags = [["B-PER", "I-PER"], ["B-PER"]]
    flat = flatten([np.array([2, 3]), np.array([4])], 3)
    rng = np.random.default_rng(0)
    with pytest.raises(CorpusError, match="one type: expected others to hold it against, found none"):
        next(corruption.batches(flat, corruption.targets(tags), rng, rng, 4))


def test_two_types_without_any_outside_word_can_still_be_held_against_each_other() -> None:
    corruption = WindowCorruption(TYPES, CorruptionSettings())
    targets = corruption.targets([["B-PER", "B-LOC"]])
    rng = np.random.default_rng(0)
    (batch,) = corruption.batches(flatten([np.array([2, 3])], 3), targets, rng, rng, 4)
    assert sorted(zip(batch.true.tolist(), batch.corrupted.tolist(), strict=True)) == [(1, 2), (2, 1)]


def test_the_loss_is_the_mean_hinge_in_the_score_of_the_pairs_own_type() -> None:
    # Pair 0 is of type 1 and 0.5 inside the margin; pair 1 is of type 0 and at the margin exactly.
    scores = np.array([[9.0, 1.0], [3.0, 0.0], [-9.0, 0.5], [2.0, 8.0]])
    batch = WindowBatch(np.array([1, 2]), np.array([3, 4]), np.array([1, 0]), np.ones(2))
    loss = WindowCorruption(TYPES, CorruptionSettings(margin=1.0)).loss({}, scores, batch)
    assert (loss.value, loss.pairs, loss.active) == (0.25, 2, 1)
    assert loss.ds.dense(scores.shape).tolist() == [[0.0, -0.5], [0.0, 0.0], [0.0, 0.5], [0.0, 0.0]]


def brute_force_ranking(scores: Floats, kinds: Ints) -> float:
    shares = []
    for k in range(scores.shape[1]):
        wins = [
            1.0 if s > other else 0.5 if s == other else 0.0
            for s in scores[kinds == k + 1, k].tolist()
            for other in scores[kinds != k + 1, k].tolist()
        ]
        if wins:
            shares.append(sum(wins) / len(wins))
    return sum(shares) / len(shares) if shares else 0.0


@pytest.mark.parametrize("levels", [3, 1000])
@pytest.mark.parametrize("K", [1, 2, 3])
def test_ranked_right_equals_the_count_over_all_pairs(rng: np.random.Generator, K: int, levels: int) -> None:
    for n in (2, 7, 40):
        scores = rng.integers(levels, size=(n, K)).astype(float)
        kinds = rng.integers(K + 1, size=n)
        assert ranked_right(scores, kinds) == pytest.approx(brute_force_ranking(scores, kinds), rel=1e-12)


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([3.0, 2.0, 1.0, 0.0], 1.0),
        ([0.0, 1.0, 2.0, 3.0], 0.0),
        ([1.0, 1.0, 1.0, 1.0], 0.5),
        ([3.0, 1.0, 2.0, 0.0], 0.75),
    ],
)
def test_ranked_right_of_two_entities_before_two_others(scores: list[float], expected: float) -> None:
    assert ranked_right(np.array(scores)[:, None], np.array([1, 1, 0, 0])) == expected


def test_nothing_to_rank_is_zero() -> None:
    assert ranked_right(np.ones((3, 2)), np.zeros(3, np.int64)) == 0.0


@pytest.mark.parametrize(
    ("scores", "kind"),
    [
        ([0.9, 1.9], 0),  # both below
        ([1.0, 2.0], 0),  # both at their thresholds
        ([1.5, 0.0], 1),
        ([0.0, 2.5], 2),
        ([1.5, 2.1], 1),  # the higher score passes by less
        ([1.1, 2.5], 2),
    ],
)
def test_a_window_is_the_type_that_passes_its_threshold_by_most(scores: list[float], kind: int) -> None:
    assert decide(np.array([scores]) - np.array([1.0, 2.0])).tolist() == [kind]


Kinds = list[list[int]]
sentences = st.lists(st.lists(st.integers(0, 2), max_size=8), min_size=1, max_size=6)


def runs(kinds: Sequence[int]) -> list[Span]:
    """The spans of a sentence whose tags have no B: runs of one type."""
    return spans(["O" if kind == NO_TYPE else f"I-{TYPES[kind - 1]}" for kind in kinds])


def flat_kinds(kinds: Kinds) -> tuple[Ints, Ints]:
    return np.array([kind for sentence in kinds for kind in sentence], np.int64), np.array([len(one) for one in kinds])


@given(sentences)
def test_kind_spans_are_the_same_runs_counted_through_the_corpus(kinds: Kinds) -> None:
    flat, lengths = flat_kinds(kinds)
    firsts = np.cumsum(lengths) - lengths
    expected = [
        (first + span.start, first + span.end)
        for first, sentence in zip(firsts.tolist(), kinds, strict=True)
        for span in runs(sentence)
    ]
    starts, ends = kind_spans(flat, lengths)
    assert list(zip(starts.tolist(), ends.tolist(), strict=True)) == expected


@given(sentences)
def test_decoding_spells_the_decisions_in_iob2(kinds: Kinds) -> None:
    flat, lengths = flat_kinds(kinds)
    scores = np.eye(3)[flat][:, 1:] - 0.5
    corruption = WindowCorruption(TYPES, CorruptionSettings())
    found = corruption.decode({}, scores, lengths)
    expected = [tag for sentence in kinds for tag in iob2(runs(sentence), len(sentence))]
    assert [corruption.spelled[tag] for tag in found] == expected


def entity_f1(found: Ints, gold: Ints, lengths: Ints) -> float:
    """F1 of whole entities by way of tags, as `nerwin evaluate` counts it."""
    tags = [
        [iob2(runs(one.tolist()), len(one)) for one in np.split(kinds, np.cumsum(lengths)[:-1])]
        for kinds in (gold, found)
    ]
    return evaluate_tags(*tags).overall.f1


def best_cut(scores: Floats, true: Bools) -> float:
    """The cut between two neighbouring scores with the best F1 over words, by trying them all, the highest first."""
    ranked: list[float] = sorted(set(scores.tolist()), reverse=True)
    cuts = [*((a + b) / 2 for a, b in itertools.pairwise(ranked)), ranked[-1] - 1]
    return max(cuts, key=lambda cut: word_f1(scores > cut, true))


def word_f1(found: Bools, true: Bools) -> float:
    total = np.count_nonzero(found) + np.count_nonzero(true)
    return 2 * int(np.count_nonzero(found & true)) / int(total) if total else 0.0


@pytest.mark.parametrize("seed", range(20))
def test_fitting_is_never_worse_than_the_best_cut_of_each_type_over_words(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, 8, size=12)
    gold = np.repeat(rng.integers(3, size=60), rng.integers(1, 4, size=60))[: lengths.sum()]
    scores = rng.normal(size=(len(gold), 2)) + 1.5 * (gold[:, None] == [1, 2])
    start = np.array([best_cut(scores[:, k], gold == k + 1) for k in range(2)])
    fitted = fit_thresholds(scores, gold, lengths)
    before, after = (entity_f1(decide(scores - thresholds), gold, lengths) for thresholds in (start, fitted))
    assert after >= before


def plain_fit(scores: Floats, gold: Ints, lengths: Ints) -> Floats:
    """The same as `fit_thresholds`, each decision taken among all types."""
    types = range(scores.shape[1])
    thresholds = np.array([_best_word_threshold(scores[:, k], gold == k + 1) for k in types], scores.dtype)
    true = _runs(gold, lengths)
    best = f1_of(_runs(decide(scores - thresholds), lengths), true)
    for k in [*types, *types]:
        for candidate in _neighbours(scores[:, k], thresholds[k]):
            trial = thresholds.copy()
            trial[k] = candidate
            if (f1 := f1_of(_runs(decide(scores - trial), lengths), true)) > best:
                best, thresholds = f1, trial
    return thresholds


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("types", [1, 2, 3, 9])
def test_fitting_decides_as_among_all_types(types: int, tied: bool) -> None:
    for seed in range(10):
        rng, lengths = np.random.default_rng(seed), np.full(12, 10)
        gold = rng.integers(types + 1, size=120)
        scores = (rng.normal(size=(120, types)) + 1.5 * (gold[:, None] == range(1, types + 1))).astype(np.float32)
        scores = scores.round() if tied else scores
        assert fit_thresholds(scores, gold, lengths).tobytes() == plain_fit(scores, gold, lengths).tobytes()


def test_fitting_looks_twice_around_as_many_words_as_pass() -> None:
    """After one look, or around one word more, F1 would be 0.488 at most."""
    rng, lengths = np.random.default_rng(32), np.full(20, 10)
    gold = rng.integers(3, size=200)
    scores = rng.normal(size=(200, 2)) + 1.5 * (gold[:, None] == [1, 2])
    assert entity_f1(decide(scores - fit_thresholds(scores, gold, lengths)), gold, lengths) > 0.5


def test_fitting_finds_the_perfect_cut_where_there_is_one(rng: np.random.Generator) -> None:
    gold, lengths = np.array(KINDS), np.array([len(tags) for tags in TAGS])
    scores = rng.uniform(-1, 1, (len(gold), 2)) + np.where(gold[:, None] == [1, 2], [5.0, -3.0], [2.0, -6.0])
    thresholds = fit_thresholds(scores, gold, lengths)
    assert decide(scores - thresholds).tolist() == KINDS


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_fitting_separates_scores_that_are_neighbours_in_floating_point(dtype: type[np.floating]) -> None:
    low = dtype(1)
    for _ in range(4):
        high = np.nextafter(low, dtype(2))
        scores = np.array([[high], [low]], dtype)
        thresholds = fit_thresholds(scores, np.array([1, 0]), np.array([1, 1]))
        assert decide(scores - thresholds).tolist() == [1, 0]
        low = high


@pytest.mark.parametrize("low", [1.0, 2e7, 2e8, 1e30])
def test_fitting_may_let_in_all_words_however_large_the_scores(low: float) -> None:
    """As a large margin makes them: 2e7 less 1 is 2e7 in float32."""
    scores = np.array([[1.5 * low], [low]], np.float32)
    thresholds = fit_thresholds(scores, np.array([1, 1]), np.array([2]))
    assert decide(scores - thresholds).tolist() == [1, 1]


def test_fitting_leaves_out_a_type_that_dev_does_not_have() -> None:
    scores = np.array([[3.0, 9.0], [0.0, 2.0], [0.0, -1.0]])
    thresholds = fit_thresholds(scores, np.array([1, 0, 0]), np.array([3]))
    assert decide(scores - thresholds).tolist() == [1, 0, 0]


@pytest.mark.parametrize("seed", range(20))
def test_fitting_cuts_between_tied_scores_and_never_through_them(seed: int) -> None:
    """Equal windows have equal scores. With one word a sentence, entities are words and all cuts can be tried."""
    rng = np.random.default_rng(seed)
    scores, gold = rng.integers(5, size=(25, 1)).astype(float), (rng.random(25) < 0.4).astype(np.int64)
    lengths = np.ones(25, np.int64)
    best = word_f1(scores[:, 0] > best_cut(scores[:, 0], gold == 1), gold == 1)
    found = decide(scores - fit_thresholds(scores, gold, lengths))
    assert word_f1(found == 1, gold == 1) == pytest.approx(best)


def test_fitting_does_not_depend_on_the_order_of_sentences(rng: np.random.Generator) -> None:
    scores, gold = rng.integers(4, size=(30, 1)).astype(float), (rng.random(30) < 0.5).astype(np.int64)
    lengths = np.ones(30, np.int64)
    order = rng.permutation(30)
    assert fit_thresholds(scores, gold, lengths) == fit_thresholds(scores[order], gold[order], lengths)


def test_the_margin_of_a_decision_is_its_distance_from_the_threshold() -> None:
    corruption = WindowCorruption(["LOC"], CorruptionSettings())
    constants: dict[str, Floats] = {"thresholds": np.array([1.0])}
    scores = np.array([[3.0], [1.0], [-1.0]])
    adjusted = corruption.adjusted(constants, scores, np.zeros(3, np.int64), np.zeros(3, bool))
    margins = corruption.margins({}, adjusted, np.array([3]))
    assert margins.tolist() == [2.0, 0.0, 2.0]


@pytest.mark.parametrize(("scores", "threshold"), [([3.0, -1.0], 4.0), ([-3.0, -1.0], 1.0)])
def test_of_a_type_that_does_not_occur_no_word_comes_near_the_threshold(scores: list[float], threshold: float) -> None:
    assert _best_word_threshold(np.array(scores, np.float32), np.zeros(2, np.bool_)) == threshold


def test_where_no_word_passes_the_best_two_may() -> None:
    assert _neighbours(np.array([1.0, 3.0, 0.0, 2.0]), 9.0).tolist() == [3.0, 2.0, 1.0]
