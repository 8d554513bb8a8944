"""The gradient check of `center`: what pretraining steps against passes, and each classic mistake is found out."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from nerwin.arrays import Bools, Floats, Parameters
from nerwin.errors import ConfigError
from nerwin.network.gradcheck import EPSILON, TOLERANCE, Check
from nerwin.pretraining import gradcheck as center_gradients
from nerwin.pretraining import trainer as pretrain
from nerwin.pretraining.center import CenterLoss, center_loss
from nerwin.pretraining.gradcheck import MARGINS, SEEDS, WINDOWS, check_center, draw_center_case
from nerwin.pretraining.stretches import backprop_stretches
from tests.commands import nerwin
from tests.test_gradcheck import last_rows
from tests.village import write_village


def test_the_gradients_that_pretraining_steps_against_are_right() -> None:
    checks = list(check_center())
    assert {f"{check.setting} {check.name}": check.error for check in checks if not check.passed} == {}
    assert max(max(check.error, check.elemental_error) for check in checks) < TOLERANCE
    assert min(check.numeric for check in checks) > 1e-3
    assert [check.name for check in checks] == ["W1", "b1", "U", "words"] * len(WINDOWS) * len(MARGINS) * len(SEEDS)
    assert {check.shape for check in checks if check.name == "W1"} == {(4, 3 * window) for window in WINDOWS}
    assert all(check.entries == np.prod(check.shape) for check in checks if check.name != "words")


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("margin", MARGINS)
def test_what_is_checked_is_away_from_kinks_and_has_all_that_may_happen(window: int, margin: float) -> None:
    cases = [draw_center_case(window, margin, np.random.default_rng(seed)) for seed in SEEDS]
    for case in cases:
        violations = np.array([violation for _, pairs in case.pairs() for _, violation in pairs])
        assert np.abs(violations).min() > 10 * EPSILON
        assert 0 < np.count_nonzero(violations > 0) < len(violations)
    judged = [(true.tolist(), pairs) for case in cases for true, pairs in case.pairs()]
    assert any(len(pairs) < len(cases[0].batch.rivals) for _, pairs in judged), "no replacement is the centre itself"
    assert any(len(set(true)) < window for true, _ in judged), "no word stands twice in a window"
    assert any(0 in true for true, _ in judged), "no window reaches into the padding"


def test_a_minibatch_that_cannot_be_checked_does_not_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(center_gradients, "EPSILON", 1.0)
    with pytest.raises(ConfigError, match="both sides of the margin 1 and none near it, found none in 100 draws"):
        draw_center_case(3, 1.0, np.random.default_rng(0))


# Mistakes. Each changes the code that pretraining runs, and names the tensors whose gradient it spoils.

Mistake = Callable[[pytest.MonkeyPatch], None]


def wrong_loss(monkeypatch: pytest.MonkeyPatch, wrong: Callable[..., CenterLoss]) -> None:
    monkeypatch.setattr(pretrain, "center_loss", wrong)


def turns_the_bias_around(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*args: object) -> CenterLoss:
        loss = center_loss(*args)  # type: ignore[arg-type]
        return loss._replace(grads={**loss.grads, "b1": -1.0 * np.asarray(loss.grads["b1"], np.float64)})

    wrong_loss(monkeypatch, wrong)


def forgets_the_replacements(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*args: object) -> CenterLoss:
        loss = center_loss(*args)  # type: ignore[arg-type]
        return loss._replace(de=np.zeros_like(loss.de))

    wrong_loss(monkeypatch, wrong)


def holds_a_centre_against_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(params: Parameters, x: Floats, e: Floats, same: Bools, margin: float) -> CenterLoss:
        return center_loss(params, x, e, np.zeros_like(same), margin)

    wrong_loss(monkeypatch, wrong)


def takes_another_margin(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(params: Parameters, x: Floats, e: Floats, same: Bools, margin: float) -> CenterLoss:
        return center_loss(params, x, e, same, 1.5 * margin)

    wrong_loss(monkeypatch, wrong)


def keeps_the_last_of_equal_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pretrain, "sum_rows", last_rows)


def looks_a_place_too_far(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(dx: Floats, chosen: Bools, window: int) -> Floats:
        return np.roll(backprop_stretches(dx, chosen, window), 1, axis=0)

    monkeypatch.setattr(pretrain, "backprop_stretches", wrong)


ALL = {"U", "W1", "b1", "words"}
MISTAKES: Sequence[tuple[Mistake, set[str]]] = [
    (turns_the_bias_around, {"b1"}),
    (forgets_the_replacements, {"words"}),
    (holds_a_centre_against_itself, ALL),
    (takes_another_margin, ALL),
    (keeps_the_last_of_equal_words, {"words"}),
    (looks_a_place_too_far, {"words"}),
]


def spoiled(checks: Sequence[Check]) -> set[str]:
    return {check.name for check in checks if not check.passed}


@pytest.mark.parametrize(("mistake", "names"), MISTAKES, ids=[mistake.__name__ for mistake, _ in MISTAKES])
def test_a_mistake_is_found_in_the_tensors_that_it_spoils(
    monkeypatch: pytest.MonkeyPatch, mistake: Mistake, names: set[str]
) -> None:
    mistake(monkeypatch)
    assert spoiled(list(check_center())) == names


def test_the_command_checks_center_among_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nerwin.training.gradcheck.check_all", lambda config: iter(()))
    words = ["gradcheck", "--config", str(write_village(tmp_path)), "--all"]
    done = nerwin(*words, "--set", "training.seed=2", "--set", "corpus={dev: null}")
    assert done.exit_code == 0
    assert "center" in done.stdout
    forgets_the_replacements(monkeypatch)
    done = nerwin(*words, "--json")
    assert done.exit_code == 1
    assert {check["name"] for check in json.loads(done.stdout)["checks"] if not check["passed"]} == {"words"}


@pytest.mark.parametrize("setting", ["scorer.dropout_scaling=test", "objective={l2: 1}"])
def test_what_all_networks_of_its_own_have_cannot_be_set(tmp_path: Path, setting: str) -> None:
    done = nerwin("gradcheck", "--config", str(write_village(tmp_path)), "--all", "--set", setting)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == (
        f"nerwin: --all makes networks of its own: expected --set for corpus or training alone, found {setting}. "
        "Leave it out, or leave out --all.\n"
    )
