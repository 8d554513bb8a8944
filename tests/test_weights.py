"""Weights of types, and the share of what holds no entity: what a mistake counts, and what an epoch visits."""

from pathlib import Path

import numpy as np
import pytest

from nerwin.arrays import Floats, Parameters
from nerwin.corruption.interface import CorruptionSettings
from nerwin.corruption.label import LabelBatch, LabelCorruption
from nerwin.corruption.sequence import TRANSITIONS, SequenceBatch, SequenceCorruption
from nerwin.corruption.weights import type_weights
from nerwin.corruption.window import WindowCorruption
from nerwin.text.windows import flatten
from tests.commands import nerwin
from tests.village import write_village

TYPES = ["LOC", "PER"]
TAGS = [["B-PER", "I-PER", "O", "B-LOC"], ["O"], ["B-PER", "O", "O", "O", "O"]]
LENGTHS = np.array([4, 1, 5])
WEIGHTS = {"LOC": 3.0, "PER": 0.5}


def test_balanced_types_have_equal_sums_and_a_mean_of_one() -> None:
    kinds = np.array([0, 1, 1, 1, 1, 1, 1, 2, 2, 4, 0])
    weights = type_weights("balanced", ["A", "B", "never seen", "D"], kinds)
    np.testing.assert_allclose(weights, [1, 0.5, 1.5, 1, 3])
    assert weights[kinds[kinds > 0]].mean() == pytest.approx(1)


def test_a_map_names_types_and_none_is_one() -> None:
    assert type_weights({"PER": 0.5}, TYPES, np.array([1])).tolist() == [1, 1, 0.5]
    assert type_weights("none", TYPES, np.array([1, 1, 2])).tolist() == [1, 1, 1]


def test_balanced_weights_of_a_tagger_count_every_word_of_an_entity() -> None:
    """Two words S-LOC, six of PER as B, I and E, and none that says what those outside weigh."""
    corruption = LabelCorruption(TYPES, CorruptionSettings(weights="balanced"))
    weights = corruption.tag_weights(np.array([4, 4, 0, 5, 6, 7, 0, 5, 6, 7]))
    np.testing.assert_allclose(weights, [1, *[8 / 4] * 4, *[8 / 12] * 4], rtol=1e-6)


@pytest.mark.parametrize("corruption", ["window", "label", "sequence"])
def test_a_weight_for_a_type_that_is_not_learned_is_one_line(tmp_path: Path, corruption: str) -> None:
    words = ["train", "-c", str(write_village(tmp_path)), "-o", str(tmp_path / "out")]
    sets = ["--set", "objective.weights={RIVER: 2}", "--set", f"objective.corruption={corruption}"]
    done = nerwin(*words, *sets)
    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1
    assert "objective.weights" in done.stderr
    assert "'RIVER'" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_window_pair_counts_as_its_type_weighs() -> None:
    corruption = WindowCorruption(TYPES, CorruptionSettings(draws=1, weights=WEIGHTS))
    flat, targets = flatten([np.arange(2, 2 + n) for n in LENGTHS], 3), corruption.targets(TAGS)
    rng = np.random.default_rng(1)
    (batch,) = corruption.batches(flat, targets, rng, rng, 100)
    assert batch.weights.tolist() == [[3.0, 0.5][kind] for kind in batch.kinds]
    scores = np.zeros((2 * len(batch.kinds), 2))
    loss = corruption.loss({}, scores, batch)
    assert loss.value == pytest.approx(batch.weights.mean())
    np.testing.assert_allclose(
        -loss.ds.dense(scores.shape)[: len(batch.kinds)].sum(axis=1), batch.weights / len(batch.kinds)
    )


def test_a_label_counts_as_its_type_weighs() -> None:
    """Four words at equal scores, each a margin short: O, S-LOC, B-PER, E-PER."""
    corruption = LabelCorruption(TYPES, CorruptionSettings(weights=WEIGHTS))
    flat, targets = flatten([np.arange(2, 2 + n) for n in LENGTHS], 3), corruption.targets(TAGS)
    rng = np.random.default_rng(1)
    (batch,) = corruption.batches(flat, targets, rng, rng, 100)
    assert batch.weights.tolist() == [{0: 1.0, 4: 3.0}.get(tag, 0.5) for tag in batch.tags]
    four = LabelBatch(np.arange(4), np.array([0, 4, 5, 7]), np.array([1, 3, 0.5, 0.5]))
    loss = corruption.loss({}, np.zeros((4, 9)), four)
    assert loss.value == pytest.approx((1 + 3 + 0.5 + 0.5) / 4)
    np.testing.assert_allclose(loss.ds.dense((4, 9))[np.arange(4), four.tags], [-0.25, -0.75, -0.125, -0.125])


def test_a_label_inside_the_margin_is_pushed_by_its_own_weight() -> None:
    """And not by that of the window before it, which is outside."""
    two = LabelBatch(np.arange(2), np.array([0, 4]), np.array([1.0, 3.0]))
    loss = LabelCorruption(["LOC"], CorruptionSettings()).loss({}, np.array([[9.0, 0, 0, 0, 0], [0, 0, 0, 0, 0]]), two)
    assert loss.ds.ids.tolist() == [1]
    assert loss.ds.values[0, 4] == -1.5


def slope(corruption: SequenceCorruption, params: Parameters, scores: Floats, batch: SequenceBatch) -> Floats:
    """∂J/∂s by central differences."""
    found = np.zeros_like(scores)
    for at in np.ndindex(scores.shape):
        for sign in (1, -1):
            moved = scores.copy()
            moved[at] += sign * 1e-5
            found[at] += sign * corruption.loss(params, moved, batch).value / 2e-5
    return found


@pytest.mark.parametrize("seed", range(4))
def test_the_margin_of_a_sequence_counts_a_wrong_word_as_its_type_weighs(seed: int) -> None:
    corruption = SequenceCorruption(TYPES, CorruptionSettings(weights=WEIGHTS))
    flat, targets = flatten([np.arange(2, 2 + n) for n in LENGTHS], 3), corruption.targets(TAGS)
    rng = np.random.default_rng(seed)
    (batch,) = corruption.batches(flat, targets, rng, rng, 100)
    assert batch.weights.tolist() == [{0: 1.0, 4: 3.0}.get(tag, 0.5) for tag in batch.tags.tolist()]
    params: Parameters = {TRANSITIONS: rng.normal(size=(11, 9))}
    scores: Floats = rng.normal(size=(10, 9))
    ds = corruption.loss(params, scores, batch).ds.dense(scores.shape)
    assert np.abs(ds - slope(corruption, params, scores, batch)).max() < 1e-8
    # one word S-LOC at equal scores: its margin is three
    one = SequenceBatch(np.array([0]), np.array([4]), np.array([3.0]), np.array([1]))
    assert corruption.loss({TRANSITIONS: np.zeros((11, 9))}, np.zeros((1, 9)), one).value == pytest.approx(3)


def test_only_a_share_of_the_windows_outside_is_visited_and_every_entity_is() -> None:
    corruption = LabelCorruption(TYPES, CorruptionSettings(outside_share=0.5))
    flat, targets = flatten([np.arange(2, 2 + n) for n in LENGTHS], 3), corruption.targets(TAGS)
    order, corrupting = np.random.default_rng(1).spawn(2)
    seen = []
    for _ in range(8):
        batches = list(corruption.batches(flat, targets, order, corrupting, 4))
        tags = np.concatenate([one.tags for one in batches])
        assert len(tags) == corruption.pairs_per_pass(targets, LENGTHS) == 4 + 3
        assert sorted(tags[tags > 0]) == sorted(targets[targets > 0])
        seen += [int(c) for one in batches for c, tag in zip(one.centres, one.tags, strict=True) if tag == 0]
    assert set(seen) == set(flat.centres[targets == 0].tolist())  # other ones every epoch


def test_only_a_share_of_the_sentences_without_an_entity_is_visited() -> None:
    lengths = np.array([2] * 200)
    corruption = SequenceCorruption(TYPES, CorruptionSettings(outside_share=0.25))
    flat = flatten([np.full(2, 2) for _ in lengths], 3)
    targets = np.tile([0, 0, 4, 0], 100)
    order, corrupting = np.random.default_rng(1).spawn(2)
    batches = list(corruption.batches(flat, targets, order, corrupting, 10))
    tags = np.concatenate([one.tags for one in batches])
    assert np.count_nonzero(tags) == 100
    assert len(tags) == corruption.pairs_per_pass(targets, lengths) == 2 * (100 + 25)
    assert any((np.diff(one.centres) < 0).any() for one in batches)  # in a new order
    again = np.concatenate([one.centres for one in corruption.batches(flat, targets, order, corrupting, 10)])
    assert set(again.tolist()) != {centre for one in batches for centre in one.centres.tolist()}


def test_sentences_without_an_entity_are_taken_as_far_as_they_fit() -> None:
    lengths = np.array([2, *[90] * 4, *[1] * 100])
    corruption = SequenceCorruption(TYPES, CorruptionSettings(outside_share=0.2))
    targets = np.zeros(lengths.sum(), int)
    targets[0] = 4
    flat = flatten([np.full(n, 2) for n in lengths], 3)
    order, corrupting = np.random.default_rng(1).spawn(2)
    visited = sum(len(one.tags) for one in corruption.batches(flat, targets, order, corrupting, 10))
    assert visited == corruption.pairs_per_pass(targets, lengths) == 2 + 92
