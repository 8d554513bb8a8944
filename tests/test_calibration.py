"""Probabilities of entities: the fit against scikit-free references, what they promise, and how it is measured."""

import numpy as np
import pytest

from nerwin.evaluation.calibration import (
    LARGEST,
    RIDGE,
    UNCALIBRATED,
    entity_margins,
    fit_platt,
    found_entities,
    probability,
)
from nerwin.text.tags import Span


@pytest.mark.parametrize(("a", "b"), [(1.0, 0.0), (3.0, -1.0), (0.2, 1.5)])
def test_the_curve_that_made_the_data_is_found(rng: np.random.Generator, a: float, b: float) -> None:
    x = rng.gamma(2.0, 1.0, 20_000)
    right = rng.random(len(x)) < probability(x, np.array([a, b]))
    assert fit_platt(x, right) == pytest.approx([a, b], abs=0.15)


def test_no_other_curve_is_likelier(rng: np.random.Generator) -> None:
    x = rng.gamma(2.0, 1.0, 300)
    right = rng.random(300) < probability(x, np.array([1.0, 0.0]))

    def loss(theta: np.ndarray) -> float:
        hits = right.sum()
        target = np.where(right, (hits + 1) / (hits + 2), 1 / (300 - hits + 2))
        p = probability(x, theta)
        return float(-(target * np.log(p) + (1 - target) * np.log(1 - p)).sum())

    best = fit_platt(x, right)
    assert best[0] > 0
    assert all(loss(best) <= loss(best + nudge) + 1e-6 for nudge in rng.normal(0, 0.05, (50, 2)))


@pytest.mark.parametrize("right", [True, False])
def test_where_all_are_right_or_wrong_nothing_is_certain(right: bool) -> None:
    theta = fit_platt(np.array([0.5, 1.0, 2.0]), np.full(3, right))
    p = probability(np.array([0.0, 1.0, 5.0]), theta)
    assert np.isfinite(theta).all()
    assert ((p > 0.5) == right).all()
    assert ((p > 0) & (p < 1)).all()


def test_a_clearer_win_is_never_less_likely() -> None:
    x = np.arange(10.0)
    assert fit_platt(x, x < 5)[0] == 0
    assert probability(x, fit_platt(x, x < 5)) == pytest.approx(np.full(10, 0.5))


@pytest.mark.parametrize("x", [[], [2.0], [1.0, 1.0, 1.0], [np.inf, 0.5]])
def test_odd_margins_are_taken(x: list[float]) -> None:
    theta = fit_platt(np.array(x), np.ones(len(x), np.bool_))
    assert np.isfinite(theta).all()
    assert len(x) or theta is UNCALIBRATED


def test_a_curve_as_steep_as_a_step_is_a_step() -> None:
    steep = fit_platt(np.tile([9.0, 9.1], 500), np.tile([False, True], 500))
    assert probability(np.array([0.0, np.inf]), steep) == pytest.approx([0, 1])


SPREAD = np.linspace(0, 9, 400)


@pytest.mark.parametrize(
    ("x", "right"),
    [
        (SPREAD, SPREAD > 4),
        (SPREAD, SPREAD > 8.99),
        (np.append(SPREAD, LARGEST), np.append(SPREAD > 4, False)),
        (np.append(np.full(999, 1e-9), LARGEST), np.arange(1000) == 999),
        (np.tile([9.0, 9.0001], 500), np.tile([False, True], 500)),
        (np.full(400, 3.0), SPREAD > 1),
        (np.full(400, LARGEST), SPREAD > 2),
        (np.tile([0, LARGEST], 200), np.ones(400, np.bool_)),
        (1e-12 * SPREAD, SPREAD > 4),
        (LARGEST - SPREAD[::-1], SPREAD > 1),
    ],
    ids=["apart", "one right", "outlier", "one large", "step", "equal", "equal, large", "all right", "tiny", "large"],
)
def test_the_steps_end_at_the_only_minimum_however_odd_the_margins(x: np.ndarray, right: np.ndarray) -> None:
    """The loss is convex: where its gradient is 0, it is smallest, and no step has led astray."""
    theta = fit_platt(x, right)
    hits = right.sum()
    target = np.where(right, (hits + 1) / (hits + 2), 1 / (len(x) - hits + 2))
    wrong = probability(x, theta) - target
    gradient = np.array([wrong @ np.sqrt(x), wrong.sum()]) + RIDGE * theta
    assert theta[0] > 0
    np.testing.assert_allclose(gradient, 0, atol=1e-6)


def test_the_smallest_margin_of_its_words_is_an_entity_s() -> None:
    margins, lengths = np.array([9.0, 3.0, 0.5, 2.0, 7.0, np.inf], np.float32), np.array([1, 2, 0, 3])
    found = [[], [Span(0, 2, "PER")], [], [Span(0, 1, "PER"), Span(1, 2, "LOC"), Span(2, 3, "PER")]]
    x = entity_margins(margins, lengths, found)
    assert x.dtype == np.float64
    assert x.tolist() == [0.5, 2, 7, LARGEST]


def test_where_nothing_is_found_there_are_no_margins() -> None:
    assert entity_margins(np.ones(3, np.float32), np.array([3, 0]), [[], []]).tolist() == []
    assert entity_margins(np.empty(0), np.empty(0, np.int64), []).tolist() == []


def test_what_is_found_is_held_against_the_truth() -> None:
    tags = [["B-PER", "I-PER", "O"], ["O"], ["B-LOC", "B-LOC"]]
    gold = [["B-PER", "I-PER", "O"], ["B-LOC"], ["B-LOC", "I-LOC"]]
    found = found_entities(np.array([4.0, 3, 9, 1, 6, 5]), np.array([3, 1, 2]), tags, gold)
    assert found.x.tolist() == [3, 6, 5]
    assert found.right.tolist() == [True, False, False]
