"""Learning rates step by step (lecture 2.7), and the mistakes that show before any training."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from nerwin.errors import ConfigError
from nerwin.optim.rules import OPTIMIZERS
from nerwin.optim.schedules import SCHEDULES, ScheduleSettings
from tests.commands import nerwin
from tests.village import write_village


@pytest.mark.parametrize(
    ("name", "settings", "steps", "rates"),
    [
        ("constant", ScheduleSettings(0.3, 10), [0, 5, 10, 99], [0.3, 0.3, 0.3, 0.3]),
        (
            "step",
            ScheduleSettings(0.8, 8, period=3),
            [0, 1, 2, 3, 5, 6, 8, 9, 30],
            [0.8, 0.8, 0.8, 0.4, 0.4, 0.2, 0.2, 0.1, 0.00078125],
        ),
        (
            "step",
            ScheduleSettings(1.0, 8, period=2.5, factor=0.1),
            [0, 2, 3, 4, 5, 7, 8],
            [1, 1, 0.1, 0.1, 0.01, 0.01, 0.001],
        ),
        (
            "exponential",
            ScheduleSettings(2.0, 10, decay=0.1),
            [0, 1, 10, 20],
            [2.0, 1.8096748360719193, 0.7357588823428847, 0.2706705664732254],
        ),
        ("exponential", ScheduleSettings(2.0, 10, decay=0.0), [0, 7], [2.0, 2.0]),
        ("inverse", ScheduleSettings(1.0, 10, tau=4), [0, 1, 3, 4, 5, 8, 16, 40], [1, 1, 1, 1, 0.8, 0.5, 0.25, 0.1]),
        (
            "cosine",
            ScheduleSettings(1.0, 12, warmup=4),
            [0, 1, 2, 3, 4, 6, 8, 10, 12, 13, 50],
            [0.25, 0.5, 0.75, 1, 1, 0.8535533905932737, 0.5, 0.14644660940672627, 0, 0, 0],
        ),
        ("linear", ScheduleSettings(1.0, 12, warmup=4), [0, 3, 4, 6, 8, 12, 13], [0.25, 1, 1, 0.75, 0.5, 0, 0]),
        ("linear", ScheduleSettings(0.2, 4), [0, 1, 2, 3, 4, 9], [0.2, 0.15, 0.1, 0.05, 0, 0]),
        ("cosine", ScheduleSettings(0.2, 4), [0, 1, 2, 3, 4], [0.2, 0.17071067811865476, 0.1, 0.02928932188134524, 0]),
    ],
)
def test_rates_by_hand(name: str, settings: ScheduleSettings, steps: list[int], rates: list[float]) -> None:
    schedule = SCHEDULES[name](settings)
    np.testing.assert_allclose([schedule(t) for t in steps], rates, rtol=1e-12, atol=1e-16)


@pytest.mark.parametrize("name", SCHEDULES)
def test_rates_never_rise_after_the_warm_up_and_never_pass_the_first(name: str) -> None:
    schedule = SCHEDULES[name](ScheduleSettings(0.5, 100, period=7, decay=0.01, tau=9.5, warmup=10.5))
    rates = [schedule(t) for t in range(150)]
    assert max(rates) == 0.5
    assert min(rates) >= 0
    falling = rates[11:]
    assert falling == sorted(falling, reverse=True)


@pytest.mark.parametrize("name", ["cosine", "linear"])
@pytest.mark.parametrize("warmup", [0.5, 2.5, 3.0])
def test_a_warm_up_rises_to_the_first_rate_in_whole_steps(name: str, warmup: float) -> None:
    schedule = SCHEDULES[name](ScheduleSettings(1.0, 10, warmup=warmup))
    rates = [schedule(t) for t in range(math.ceil(warmup))]
    assert rates == sorted(rates)
    assert 0 < rates[0] <= 1
    assert rates[-1] == 1


def test_step_decay_needs_a_period() -> None:
    with pytest.raises(ConfigError, match=r"schedule\.period"):
        SCHEDULES["step"](ScheduleSettings(1.0, 10))


@pytest.mark.parametrize("name", ["cosine", "linear"])
@pytest.mark.parametrize("warmup", [10, 11, 1000])
def test_a_warm_up_as_long_as_the_training_is_refused(name: str, warmup: int) -> None:
    with pytest.raises(ConfigError, match=r"schedule\.warmup"):
        SCHEDULES[name](ScheduleSettings(1.0, 10, warmup=warmup))


@pytest.mark.parametrize(
    ("overrides", "named"),
    [
        (["schedule.name=step"], "schedule.period"),
        (["schedule.name=cosine", "schedule.warmup=3"], "schedule.warmup"),
        (["schedule.name=cosine", "schedule.warmup=7.5"], "than training.epochs, found 2.5 times as many. Lower"),
        (["schedule.name=sawtooth"], ", ".join(SCHEDULES)),
        (["schedule.name=step", "schedule.period=0"], "schedule.period"),
        (["schedule.factor=2"], "schedule.factor"),
        (["schedule.decay=-1"], "schedule.decay"),
        (["schedule.tau=0"], "schedule.tau"),
        (["optimizer.learning_rate=0"], "optimizer.learning_rate"),
        (["optimizer.learning_rate=-0.1"], "optimizer.learning_rate"),
        (["optimizer.name=lion"], ", ".join(OPTIMIZERS)),
    ],
)
def test_a_mistake_is_one_line_before_any_training(tmp_path: Path, overrides: list[str], named: str) -> None:
    words = ["train", "-c", str(write_village(tmp_path)), "-o", str(tmp_path / "out")]
    done = nerwin(*words, *(part for one in overrides for part in ("--set", one)))
    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1
    assert named in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("overrides", "rates"),
    [
        (["schedule.name=step", "schedule.period=1"], [0.1, 0.05, 0.025]),
        (["schedule.name=step", "schedule.period=2", "schedule.factor=0.1"], [0.1, 0.1, 0.01]),
        # the last of an epoch's 29 steps of 8 pairs: t = 28, 57, 86
        (["schedule.name=exponential", "schedule.decay=1"], [0.1 * math.exp(-t / 29) for t in (28, 57, 86)]),
        (["schedule.name=inverse", "schedule.tau=1"], [0.1, 2.9 / 57, 2.9 / 86]),
        (["schedule.name=cosine", "schedule.warmup=1"], [0.1, 0.1 * (0.5 + 0.5 * math.cos(math.pi * 28 / 58)), None]),
    ],
)
def test_times_are_in_epochs_in_a_configuration(
    tmp_path: Path, overrides: list[str], rates: list[float | None]
) -> None:
    words = ["train", "-q", "-c", str(write_village(tmp_path)), "-o", str(tmp_path / "out")]
    done = nerwin(*words, *(part for one in overrides for part in ("--set", one)))
    assert done.exit_code == 0, done.stderr
    found = [
        json.loads(line)["learning_rate"] for line in (tmp_path / "out" / "metrics.jsonl").read_text().splitlines()
    ]
    for rate, expected in zip(found, rates, strict=True):
        assert rate == pytest.approx(expected) if expected is not None else 0 < rate < 0.001
