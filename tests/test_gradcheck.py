"""The gradient check: right gradients pass, and each of the classic mistakes in a derivation is found out."""

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nerwin.arrays import Floats, Gradients, Ints, Parameters, Rows
from nerwin.config.reading import load_config
from nerwin.config.settings import Config
from nerwin.corruption.interface import Loss
from nerwin.corruption.window import WindowBatch, WindowCorruption
from nerwin.errors import ConfigError
from nerwin.network import lookup, scorer, surroundings
from nerwin.network.activations import ACTIVATIONS, LEAK, Activation
from nerwin.network.elemental import elemental_gradients, elemental_transitions
from nerwin.network.gradcheck import TOLERANCE, numeric_gradient, relative_error
from nerwin.network.loss import add_l2_gradient
from nerwin.network.preprocess import PREPROCESSORS, Preprocess
from nerwin.network.scorer import Cache, Scorer
from nerwin.parts.parts import Parts
from nerwin.parts.reading import read_parts
from nerwin.shipped import shipped
from nerwin.text import pairs
from nerwin.training import gradcheck, gradcheck_case, objective
from nerwin.training.gradcheck import check_all, check_config
from nerwin.training.gradcheck_case import Case, draw_case
from tests.commands import DONE, FAILED, nerwin, one_json_object
from tests.village import VILLAGE, village_config, write_village


def every(theta: Floats) -> Ints:
    return np.arange(theta.size)


def test_the_numeric_gradient_of_a_cubic_is_three_times_the_square() -> None:
    theta = np.array([[0.5, -2.0], [0.0, 3.0]])
    numeric = numeric_gradient(lambda: float((theta**3).sum()), theta, every(theta))
    np.testing.assert_allclose(numeric, [0.75, 12.0, 0.0, 27.0], rtol=1e-8, atol=1e-9)


def test_central_differences_are_exact_to_second_order_and_one_sided_ones_are_not() -> None:
    theta = np.array([1.0])
    loss = lambda: float(theta[0] ** 2)  # noqa: E731
    (central,) = numeric_gradient(loss, theta, every(theta), 1e-3)
    (one_sided,) = numeric_gradient(loss, theta, every(theta), 1e-3, one_sided=True)
    assert central == pytest.approx(2.0, abs=1e-12)
    assert one_sided == pytest.approx(1.999, abs=1e-9) or one_sided == pytest.approx(2.001, abs=1e-9)


@pytest.mark.parametrize("one_sided", [False, True])
def test_every_value_is_restored_bit_for_bit(one_sided: bool) -> None:
    theta = np.array([0.1, -0.0, 1e-300, 1e16, -1 / 3, np.nextafter(1, 2)])
    before = theta.tobytes()
    numeric_gradient(lambda: float(np.tanh(theta).sum()), theta, every(theta), one_sided=one_sided)
    assert theta.tobytes() == before


def test_only_the_entries_asked_for_are_perturbed_and_in_their_order() -> None:
    theta = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    seen: list[Floats] = []

    def loss() -> float:
        seen.append(theta.copy())
        return float((theta * theta).sum())

    numeric = numeric_gradient(loss, theta, np.array([4, 0]))
    np.testing.assert_allclose(numeric, [10.0, 2.0], rtol=1e-8)
    moved = np.any([one != theta for one in seen], axis=0)
    assert moved.tolist() == [[True, False, False], [False, True, False]]


@pytest.mark.parametrize(
    ("analytic", "numeric", "error"),
    [
        ([3.0, 4.0], [3.0, 4.0], 0.0),
        ([3.0, 4.0], [-3.0, -4.0], 1.0),
        ([0.0, 0.0], [0.0, 0.0], 0.0),
        ([0.0, 1.0], [0.0, 0.0], 1.0),
        ([2.0, 0.0], [1.0, 0.0], 1 / 3),
    ],
)
def test_the_relative_error_is_the_distance_by_the_norms(
    analytic: list[float], numeric: list[float], error: float
) -> None:
    assert relative_error(np.array(analytic), np.array(numeric)) == pytest.approx(error, rel=1e-15)


def test_what_rounding_leaves_of_a_vanished_gradient_is_no_error() -> None:
    assert relative_error(np.zeros(100), np.full(100, 5e-12)) < TOLERANCE


SETTINGS = [
    *([f"scorer.activation={name}"] for name in ACTIVATIONS),
    *([f"scorer.activation={name}", "scorer.hidden=[8,6]"] for name in ACTIVATIONS),
    *([f"preprocess.method={name}"] for name in PREPROCESSORS),
    *([f"scorer.init={name}"] for name in ("small", "large", "xavier", "he")),
    ["objective.l2=0.1"],
    ["objective.l2=0.1", "objective.l2_words=true"],
    ["scorer.dropout=0.4", "scorer.input_dropout=0.3"],
    ["scorer.dropout=0.4", "scorer.dropout_scaling=test"],
    ["features={shape: 3, suffix2: 2}"],
    ["features={ngrams: 3, suffix1: 2}"],
    ["objective.corruption=label", "objective.miss=0.5"],
    ["objective.corruption=sequence", "objective.miss=0.5", "features={ngrams: 3}"],
    ["corpus.entities=LOC"],
    ["window.size=1"],
    ["words.trained=false"],
]


@pytest.mark.parametrize("overrides", SETTINGS, ids=" ".join)
def test_the_gradients_of_a_configuration_are_right(tmp_path: Path, overrides: list[str]) -> None:
    checks = check_config(village_config(tmp_path, *overrides))
    assert {check.name: check.error for check in checks if not check.passed} == {}
    assert max(check.error for check in checks) < TOLERANCE


def test_the_gradients_of_pairs_are_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairs, "LETTERED", -1)  # so that villages have them
    checks = {check.name: check for check in check_config(village_config(tmp_path, "features={shape: 3, pair: 2}"))}
    assert all(check.passed for check in checks.values())
    assert pairs.PAIR in checks


def test_the_gradients_in_long_sentences_are_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surroundings, "MANY", 2)
    checks = check_config(village_config(tmp_path, "window.sentence=1", "objective.corruption=label"))
    assert all(check.passed for check in checks)


@pytest.mark.parametrize("overrides", [["objective.margin=1e6"], ["objective.l2=1000"]], ids=" ".join)
def test_a_large_loss_makes_no_right_gradient_wrong(tmp_path: Path, overrides: list[str]) -> None:
    assert all(check.passed for check in check_config(village_config(tmp_path, *overrides)))


@pytest.mark.parametrize("corruption", ["window", "label", "sequence"])
def test_a_margin_may_be_tiny(tmp_path: Path, corruption: str) -> None:
    """It then is the notes' first idea of 1.4, max(s_c − s, 0)."""
    checks = check_config(village_config(tmp_path, f"objective.corruption={corruption}", "objective.margin=1e-6"))
    assert all(check.passed for check in checks)


@pytest.mark.parametrize("seed", range(5))
def test_the_verdict_does_not_hang_on_the_seed(tmp_path: Path, seed: int) -> None:
    for activation in ("relu", "hard_tanh"):
        checks = check_config(village_config(tmp_path, f"training.seed={seed}", f"scorer.activation={activation}"))
        assert all(check.passed for check in checks)


def test_every_trained_tensor_is_checked_and_has_a_gradient(tmp_path: Path) -> None:
    forms = set(re.sub(r"[\[\]]|\(PER\)|\(LOC\)", "", VILLAGE).split())
    shapes = Counter("".join("X" if c.isupper() else "x" if c.isalpha() else c for c in form) for form in forms)
    checks = check_config(village_config(tmp_path, "scorer.hidden=[8,6]", "features.shape=3"))
    assert {check.name: check.shape for check in checks} == {
        "W1": (8, 5 * 11),
        "b1": (8,),
        "W2": (6, 8),
        "b2": (6,),
        "U": (6, 2),
        "words": (2 + len(forms), 8),
        "shape": (2 + sum(count > 1 for count in shapes.values()), 3),
    }
    assert all(check.numeric > 1e-4 for check in checks)
    assert all(check.entries > 0 for check in checks)


def test_frozen_words_are_not_checked(tmp_path: Path) -> None:
    checks = check_config(village_config(tmp_path, "words.trained=false"))
    assert {check.name for check in checks} == {"W1", "b1", "U"}


@pytest.mark.parametrize("corruption", ["label", "sequence"])
def test_many_types_can_be_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, corruption: str) -> None:
    """By chance hardly a window's true tag beats 240 others by the margin."""
    monkeypatch.setattr(gradcheck_case, "DRAWS", 5)
    config = village_config(tmp_path, f"objective.corruption={corruption}")
    assert config.corpus.train is not None
    lines = (f"Ines{k}\tB-TYPE{k}\nwaits\tO\n\n" for k in range(60))
    config.corpus.train.write_text("".join(lines), encoding="utf-8")
    checks = check_config(config)
    assert {check.name: check.error for check in checks if not check.passed} == {}
    assert {check.name: check.shape for check in checks}["U"][1] == 241


def test_a_network_that_cannot_be_checked_does_not_pass(tmp_path: Path) -> None:
    """With all weights zero all gradients are, right or wrong."""
    with pytest.raises(ConfigError, match=r"scorer\.init"):
        check_config(village_config(tmp_path, "scorer.init=zero"))


@pytest.mark.parametrize("seed", range(5))
def test_no_window_is_near_a_kink_or_at_the_margin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """With ε = 10⁻³ the bound is 10⁻², where about every second minibatch has such a window."""
    monkeypatch.setattr(gradcheck_case, "EPSILON", 1e-3)
    config = village_config(tmp_path, "scorer.activation=leaky_relu", f"training.seed={seed}")
    case = draw_case(config, read_parts(config))
    scores, cache = case.model.forward(case.forms, case.placed, case.masks)
    a = cache.layers.outputs[0]
    z = np.where(a > 0, a, a / LEAK)
    assert np.abs(z).min() > 1e-2
    pair = np.arange(len(case.batch.kinds))
    wins = scores[pair, case.batch.kinds] - scores[len(pair) + pair, case.batch.kinds]
    assert np.abs(wins - 1).min() > 1e-2
    assert 0 < np.count_nonzero(wins < 1) < len(pair)


# Mistakes. Each changes the code that training runs, and names the tensors whose gradient it spoils.

Mistake = Callable[[pytest.MonkeyPatch], None]
BACKWARD = Scorer.backward


def wrong_backward(
    monkeypatch: pytest.MonkeyPatch, wrong: Callable[[Scorer, Parameters, Cache, Floats], tuple[Gradients, Floats]]
) -> None:
    monkeypatch.setattr(Scorer, "backward", lambda self, params, cache, ds, out=None: wrong(self, params, cache, ds))


def drops_the_factor_u(monkeypatch: pytest.MonkeyPatch) -> None:
    """δ = f′(z) in place of U ∘ f′(z)."""
    wrong_backward(
        monkeypatch,
        lambda self, params, cache, ds: BACKWARD(self, {**params, "U": np.ones_like(params["U"])}, cache, ds),
    )


def turns_the_bias_around(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(self: Scorer, params: Parameters, cache: Cache, ds: Floats) -> tuple[Gradients, Floats]:
        grads, dx = BACKWARD(self, params, cache, ds)
        grads["b1"] = -1.0 * np.asarray(grads["b1"], np.float64)
        return grads, dx

    wrong_backward(monkeypatch, wrong)


def averages_the_weights_over_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """1/B is in ∂J/∂s already."""

    def wrong(self: Scorer, params: Parameters, cache: Cache, ds: Floats) -> tuple[Gradients, Floats]:
        grads, dx = BACKWARD(self, params, cache, ds)
        grads["W1"] = np.asarray(grads["W1"], np.float64) / len(ds)
        return grads, dx

    wrong_backward(monkeypatch, wrong)


def takes_another_derivative(monkeypatch: pytest.MonkeyPatch) -> None:
    """1 − a in place of 1 − a²."""
    tanh = ACTIVATIONS["tanh"]
    wrong: dict[str, Activation] = {**ACTIVATIONS, "tanh": tanh._replace(df=lambda a: 1.0 - a)}
    monkeypatch.setattr(scorer, "ACTIVATIONS", wrong)


def last_rows(ids: Ints, values: Floats) -> Rows:
    """What `table[ids] += values` adds."""
    last = {int(row): place for place, row in enumerate(ids)}
    rows = sorted(last)
    return Rows(np.array(rows), values[[last[row] for row in rows]])


def keeps_the_last_of_equal_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "sum_rows", last_rows)


def forgets_the_penalty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objective, "add_l2_gradient", lambda *args: None)


def forgets_the_two_of_the_penalty(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(params: Parameters, grads: Gradients, strength: float, tables: Collection[str]) -> None:
        add_l2_gradient(params, grads, strength / 2, tables)

    monkeypatch.setattr(objective, "add_l2_gradient", wrong)


def wrong_loss(monkeypatch: pytest.MonkeyPatch, spoil: Callable[[Floats, WindowBatch], Floats]) -> None:
    right = WindowCorruption.loss

    def wrong(self: WindowCorruption, params: Parameters, scores: Floats, batch: WindowBatch) -> Loss:
        loss = right(self, params, scores, batch)
        ds = spoil(loss.ds.dense(scores.shape), batch)
        return loss._replace(ds=Rows(np.arange(len(ds)), ds))

    monkeypatch.setattr(WindowCorruption, "loss", wrong)


def takes_every_pair_for_a_violator(monkeypatch: pytest.MonkeyPatch) -> None:
    def spoil(ds: Floats, batch: WindowBatch) -> Floats:
        B = len(batch.kinds)
        every_pair: Floats = np.zeros_like(ds)
        every_pair[np.arange(B), batch.kinds] = -1 / B
        every_pair[B + np.arange(B), batch.kinds] = 1 / B
        return every_pair

    wrong_loss(monkeypatch, spoil)


def forgets_the_corrupted_window(monkeypatch: pytest.MonkeyPatch) -> None:
    def spoil(ds: Floats, batch: WindowBatch) -> Floats:
        return np.concatenate([ds[: len(batch.kinds)], np.zeros_like(ds[len(batch.kinds) :])])

    wrong_loss(monkeypatch, spoil)


def forgets_the_preprocessing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Preprocess, "backward", lambda self, dx: dx)


def forgets_the_masks(monkeypatch: pytest.MonkeyPatch) -> None:
    def without(cache: Cache) -> Cache:
        return cache._replace(layers=cache.layers._replace(masks=[None] * 2))

    wrong_backward(monkeypatch, lambda self, params, cache, ds: BACKWARD(self, params, without(cache), ds))


ALL = {"U", "W1", "b1", "words"}
MISTAKES: Sequence[tuple[Mistake, list[str], set[str]]] = [
    (drops_the_factor_u, [], {"W1", "b1", "words"}),
    (turns_the_bias_around, [], {"b1"}),
    (averages_the_weights_over_windows, [], {"W1"}),
    (takes_another_derivative, ["scorer.activation=tanh"], {"W1", "b1", "words"}),
    (keeps_the_last_of_equal_words, [], {"words"}),
    (forgets_the_penalty, ["objective.l2=0.1"], {"U", "W1"}),
    (forgets_the_two_of_the_penalty, ["objective.l2=0.1"], {"U", "W1"}),
    (takes_every_pair_for_a_violator, [], ALL),
    (forgets_the_corrupted_window, [], ALL),
    (forgets_the_preprocessing, ["preprocess.method=normalize"], {"words"}),
    (forgets_the_masks, ["scorer.dropout=0.4"], {"W1", "b1", "words"}),
]

mistakes = pytest.mark.parametrize(
    ("mistake", "overrides", "spoiled"), MISTAKES, ids=[mistake.__name__ for mistake, _, _ in MISTAKES]
)


@mistakes
def test_a_mistake_is_found_in_the_tensors_that_it_spoils(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mistake: Mistake, overrides: list[str], spoiled: set[str]
) -> None:
    config = village_config(tmp_path, *overrides)
    assert all(check.passed for check in check_config(config))
    mistake(monkeypatch)
    checks = check_config(config)
    assert {check.name for check in checks if not check.passed} == spoiled
    assert all(check.error > 1e-4 for check in checks if check.name in spoiled)


@mistakes
def test_the_command_exits_with_1_for_a_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mistake: Mistake, overrides: list[str], spoiled: set[str]
) -> None:
    words = ["gradcheck", "--config", str(write_village(tmp_path)), "--json"]
    for override in overrides:
        words += ["--set", override]
    mistake(monkeypatch)
    done = nerwin(*words)
    verdict = json.loads(done.stdout)
    assert done.exit_code == 1
    assert verdict["passed"] is False
    assert verdict["max_relative_error"] > 1e-4
    assert {check["name"] for check in verdict["checks"] if not check["passed"]} == spoiled


def test_gradcheck_prints_its_verdict_as_json(here: Path) -> None:
    done = nerwin("gradcheck", "--config", "village.yaml", "--json")
    verdict = one_json_object(done)
    assert done.exit_code == DONE
    assert verdict["passed"] is True
    assert 0 < verdict["max_relative_error"] < 1e-7
    assert {check["name"] for check in verdict["checks"]} == {"U", "W1", "b1", "words"}


def test_gradcheck_draws_a_table_on_stdout(here: Path) -> None:
    done = nerwin("gradcheck", "--config", "village.yaml")
    assert done.exit_code == DONE
    assert all(name in done.stdout for name in ("U", "W1", "b1", "words", "ok"))
    assert done.stderr == ""


def test_the_grid_has_a_miss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`tagger.yaml` sets one."""
    seen: list[float] = []

    def spy(config: Config, parts: Parts) -> Case:
        seen.append(config.objective.miss)
        return draw_case(config, parts)

    monkeypatch.setattr(gradcheck, "draw_case", spy)
    next(check_all(village_config(tmp_path)))
    assert seen[0] > 0


def test_so_is_one_in_the_elemental_gradient_of_transitions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gradcheck_case, "elemental_transitions", lambda *args: 2 * elemental_transitions(*args))
    checks = check_config(village_config(tmp_path, "objective.corruption=sequence"))
    assert {check.name for check in checks if not check.passed} == {"transitions"}


def doubles_the_elemental_u(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*args: Any) -> tuple[Parameters, Floats]:
        grads, dx = elemental_gradients(*args)
        return {**grads, "U": 2 * grads["U"]}, dx

    monkeypatch.setattr(gradcheck_case, "elemental_gradients", wrong)


def test_a_mistake_in_the_elemental_gradients_is_found_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    doubles_the_elemental_u(monkeypatch)
    checks = check_config(village_config(tmp_path))
    assert {check.name for check in checks if not check.passed} == {"U"}


def test_a_row_that_is_wrong_shows_the_error_that_makes_it_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    doubles_the_elemental_u(monkeypatch)
    done = nerwin("gradcheck", "--config", str(write_village(tmp_path)))
    assert done.exit_code == FAILED
    (row,) = (line for line in done.stdout.splitlines() if "WRONG │" in line)
    assert row.split()[1] == "U"
    assert "3.3e-01" in row  # |g − 2g| / (|g| + |2g|)


@pytest.mark.parametrize("seed", [2, 8, 9])
def test_small_deviations_do_not_make_right_gradients_wrong(seed: int) -> None:
    """Whitening divides by them: a table's number that moves by ε moves z by far more."""
    settings = ["preprocess.method=whiten", f"training.seed={seed}"]
    assert all(check.passed for check in check_config(load_config(shipped("configs/fast.yaml"), settings)))


@pytest.mark.parametrize(
    "settings",
    [
        ["words.start=0.01"],
        ["words.start=0.001"],
        ["words.start=0.001", "scorer.activation=relu", "training.seed=4"],
        ["words.start=1e-6", "training.seed=2"],
        ["words.start=1000"],
        ["words.start=1000", "scorer.activation=relu", "training.seed=5"],
    ],
    ids=" ".join,
)
def test_tables_of_small_or_large_numbers_do_not_make_right_gradients_wrong(settings: list[str]) -> None:
    """U is large over small ones: what all scores have in common cancels in J, but for its rounding, and a step of ε
    may take a score over the margin. Large ones do that to a step of U or W."""
    assert all(check.passed for check in check_config(load_config(shipped("configs/quickstart.yaml"), settings)))
