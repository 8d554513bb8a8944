"""The numbers that dev sets: where they start, what moves them, and how far."""

import numpy as np
import pytest

from nerwin.corruption.dials import PULL, Dial, climb, fit_dials
from nerwin.corruption.entities import entities_of, f1_of
from nerwin.corruption.interface import CorruptionSettings
from nerwin.corruption.label import LabelCorruption
from nerwin.corruption.offsets import offset_tags
from nerwin.corruption.tagging import REPEATS
from nerwin.network.decoder import viterbi
from tests.test_offsets import one_word_sentences

QUARTERS = Dial(0.0, 0.25, range(-16, 17))


def fitted_offset(leads: list[float], gold: list[int], dial: Dial = QUARTERS, times: int = 1) -> float:
    """Of O, for a text that says the same so many times."""
    scores, tags = one_word_sentences(leads * times), np.array(gold * times)
    lengths, true = np.ones(len(tags), int), entities_of(tags)
    transitions = LabelCorruption(["LOC"], CorruptionSettings()).legal

    def f1(offset: float) -> float:
        return f1_of(entities_of(viterbi(offset_tags(scores, offset, np.zeros(1)), lengths, transitions)), true)

    return fit_dials(f1, [dial], len(true))[0]


@pytest.mark.parametrize(
    ("leads", "gold", "offset"),
    [
        ([-0.6, -0.4, -0.2, 1.0, -5.0], [4, 4, 4, 4, 0], 0.75),  # entities hide below O
        ([-0.2, -0.1, 1.0, -0.6], [4, 4, 4, 0], 0.25),  # the nearest of equal ones
        ([0.7, 0.4, 0.2, 0.9, -5.0], [0, 0, 0, 4, 0], -0.75),  # too many stand above it
        ([0.7, -0.6], [4, 0], 0.0),
    ],
)
def test_the_offset_is_the_one_that_the_entities_ask_for(leads: list[float], gold: list[int], offset: float) -> None:
    assert fitted_offset(leads, gold, times=20) == offset


@pytest.mark.parametrize(("times", "offset"), [(1, 1.5), (20, 0.75)])
def test_few_entities_do_not_move_it_far_from_the_usual(times: int, offset: float) -> None:
    """Of three entities it lets in what is none at 0.8, 1.05 and 1.3 below O."""
    leads, gold = [-0.6, -0.5, 1.0, -0.8, -1.05, -1.3], [4, 4, 4, 0, 0, 0]
    assert fitted_offset(leads, gold, QUARTERS._replace(usual=1.5), times) == offset


def test_without_entities_everything_stays_usual() -> None:
    assert fitted_offset([0.3, -0.3], [0, 0], QUARTERS._replace(usual=1.5)) == 1.5


def test_a_step_is_worth_so_many_entities_of_f1() -> None:
    """F1 of 100 entities rises by as many a step: no reason to go. By a little more: one."""
    for gain, steps in ((PULL, 0), (PULL + 0.01, 3)):
        assert fit_dials(lambda x, gain=gain: gain * min(x, 3) / 100, [Dial(0, 1, range(-9, 10))], 100) == [steps]


def test_one_dial_turns_after_the_other_and_the_first_one_again() -> None:
    wanted, turned = {(1, 0): 1.0, (1, 1): 2.0, (2, 1): 3.0}, []

    def f1(x: float, y: float) -> float:
        turned.append((x, y))
        return wanted.get((round(x), round(y)), 0.0)

    assert fit_dials(f1, [Dial(0, 1, range(-2, 3)), Dial(0, 1, range(2))], 1000) == [2, 1]
    assert len(turned) == len(set(turned))  # each F1 is found once
    assert max(y for _, y in turned) == 1  # the steps that it may take


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ([5, 6, 4, 9], 1),  # what lies beyond a fall is not looked at
        ([5, 5, 6, 6], 2),
        ([5, 4, 9, 9], 0),
        ([5, 6, 4, 9, 0, 0, 7], -1),  # places from the end: three steps down
        ([5, 7, 4, 9, 0, 0, 7], 1),  # of equal ones the one above
        ([5, 5, 5, 5, 0, 0, 0], 0),
    ],
)
def test_the_way_up_or_down_ends_where_it_falls(values: list[int], place: int) -> None:
    assert climb(lambda step: float(values[step]), 0, range(-3 if len(values) > 4 else 0, 4)) == place


@pytest.mark.parametrize("start", [-3, 0, 2, 3])
def test_a_climb_stays_within_the_steps_and_may_start_anywhere(start: int) -> None:
    assert climb(float, start, range(-3, 4)) == 3
    assert climb(lambda step: -float(step), start, range(-3, 4)) == -3
    assert climb(lambda step: -float(abs(step)), start, range(-3, 4)) == 0


def test_the_dials_of_a_decision_rule() -> None:
    corruption = LabelCorruption(["LOC"], CorruptionSettings(margin=2.0, miss=0.5))
    unseen, repeats, outside = corruption._dials(np.array([True, False]))
    assert (unseen.usual, unseen.step, unseen.steps) == (2.5, 0.5, range(-16, 17))
    assert (outside.usual, outside.step, outside.steps) == (0.0, 0.5, range(-16, 17))
    assert repeats is REPEATS
    beta = [repeats.usual + repeats.step * step for step in repeats.steps]
    assert beta == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.0])
