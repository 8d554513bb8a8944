"""Every update rule: its first steps by hand, where it ends, what PyTorch does, and what it does to rows (2.8, 2.9)."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nerwin.arrays import Floats, Gradients, Parameters, Rows
from nerwin.optim import packing
from nerwin.optim.optimizer import Optimizer, Treatment
from nerwin.optim.rules import OPTIMIZERS, OptimizerSettings, Rule

GRADIENTS = (1.0, 2.0, -1.0)
IDS = np.array([1, 4])
OTHERS = np.array([0, 2, 3, 5])
TABLES = ("words", "shape", "suffix")

every = pytest.mark.parametrize("name", OPTIMIZERS)


def make(name: str, params: Parameters, **settings: float) -> Optimizer:
    return optimizer_of(OPTIMIZERS[name].rule(OptimizerSettings(**settings)), params)


def optimizer_of(rule: Rule, params: Parameters) -> Optimizer:
    return Optimizer(rule, params, [table for table in TABLES if table in params])


def contents(optimizer: Optimizer) -> dict[str, Any]:
    return {name: array.copy() for name, array in optimizer.arrays().items()}


# θ₀ = 1, α = 0.1, and the gradients 1, 2, −1.
BY_HAND: list[tuple[str, dict[str, float], list[float]]] = [
    ("sgd", {}, [0.9, 0.7, 0.8]),
    # v = −0.1, −0.29, −0.161
    ("momentum", {}, [0.9, 0.61, 0.449]),
    # v = −0.1, −0.25, −0.025
    ("momentum", {"momentum": 0.5}, [0.9, 0.65, 0.625]),
    ("momentum", {"momentum": 0.0}, [0.9, 0.7, 0.8]),
    # the same v; θ moves by 0.9 v − 0.1 g = −0.19, −0.461, −0.0449
    ("nesterov", {}, [0.81, 0.349, 0.3041]),
    # v = −0.1, −0.25, −0.025; θ moves by −0.15, −0.325, 0.0875
    ("nesterov", {"momentum": 0.5}, [0.85, 0.525, 0.6125]),
    # h = 1, 5, 6; √h = 1, 2.2360679775, 2.4494897428
    ("adagrad", {}, [0.900000001, 0.8105572823, 0.8513821112]),
    ("adagrad", {"epsilon": 1.0}, [0.95, 0.888196601125, 0.917186395981]),
    # h = 0.1, 0.49, 0.541
    ("rmsprop", {"beta2": 0.9}, [0.683772243983, 0.398057962351, 0.534014896165]),
    # h = 0.5, 2.25, 1.625
    ("rmsprop", {"beta2": 0.5, "epsilon": 1.0}, [0.941421356237, 0.861421356237, 0.905382136781]),
    # m = 0.1, 0.29, 0.161 and v = 0.001, 0.004999, 0.005994001
    ("adam", {}, [0.900000001, 0.803481799028, 0.761472868968]),
    # m = 0.5, 1.25, 0.125, so m̂ = 1, 5/3, 1/7; v = 0.5, 2.25, 1.625, so v̂ = 1, 3, 13/7
    ("adam", {"beta1": 0.5, "beta2": 0.5, "epsilon": 1.0}, [0.95, 0.888995766036, 0.882949594574]),
    # the same v̂; m̂ is g itself, or almost the mean so far: 1, 1.50000025, 0.666666
    ("adam", {"beta1": 0.0, "beta2": 0.5, "epsilon": 1.0}, [0.95, 0.876794919243, 0.919118119479]),
    ("adam", {"beta1": 0.999999, "beta2": 0.5, "epsilon": 1.0}, [0.95, 0.895096180282, 0.866880741673]),
    # θ first loses a twentieth: 0.95 − 0.1, 0.8075 − 0.09651820, 0.67543271 − 0.04200893
    ("adamw", {"weight_decay": 0.5}, [0.850000001, 0.710981798978, 0.633423778969]),
    (
        "adamw",
        {"beta1": 0.5, "beta2": 0.5, "epsilon": 1.0, "weight_decay": 0.5},
        [0.9, 0.793995766036, 0.748249806272],
    ),
    # alone in its block a number is its own largest, which is kept exactly: Adam's steps
    ("adam8bit", {}, [0.900000001, 0.803481799028, 0.761472868968]),
]


@pytest.mark.parametrize(("name", "settings", "trace"), BY_HAND)
def test_three_steps_by_hand(name: str, settings: dict[str, float], trace: list[float]) -> None:
    params: Parameters = {"W1": np.array([[1.0]])}
    optimizer = make(name, params, **settings)
    bound = 1e-6 if name == "adam8bit" else 1e-10  # the largest number of a block is a float32
    for g, expected in zip(GRADIENTS, trace, strict=True):
        optimizer.step({"W1": np.array([[g]])}, 0.1)
        assert params["W1"][0, 0] == pytest.approx(expected, abs=bound)


def test_every_rule_is_worked_out_by_hand() -> None:
    assert {name for name, _, _ in BY_HAND} == set(OPTIMIZERS)


def test_momentum_keeps_the_velocity_as_its_state() -> None:
    optimizer = make("momentum", {"U": np.array([1.0, 1.0])})
    for g in GRADIENTS:
        optimizer.step({"U": np.array([g, 0.0])}, 0.1)
    np.testing.assert_allclose(optimizer.state["U"][0], [-0.161, 0.0], rtol=1e-14)


def test_plain_descent_keeps_no_state() -> None:
    assert make("sgd", {"U": np.ones(2)}).state == {"U": []}


def test_the_rate_may_change_from_step_to_step() -> None:
    params: Parameters = {"U": np.array([1.0])}
    optimizer = make("sgd", params)
    for rate in (0.5, 0.25, 0.0):
        optimizer.step({"U": np.array([1.0])}, rate)
    assert params["U"].tolist() == [0.25]


# Where they end


def parabola(theta: Floats) -> Floats:
    """∇ of ½ (x − 3)² + 5 (y + 1)²."""
    return np.array([theta[0] - 3, 10 * (theta[1] + 1)])


def rosenbrock(theta: Floats) -> Floats:
    """∇ of (1 − x)² + 100 (y − x²)²."""
    x, y = theta
    return np.array([-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)])


def descend(
    name: str, gradient: Callable[[Floats], Floats], start: list[float], rate: float, steps: int, fall: float
) -> Floats:
    """Where θ is after so many steps, the rate falling by a constant factor to `fall` of itself."""
    params: Parameters = {"W1": np.array(start)}
    optimizer = make(name, params)
    for t in range(steps):
        optimizer.step({"W1": gradient(params["W1"])}, rate * fall ** (t / steps))
    return params["W1"]


@pytest.mark.parametrize(
    ("name", "rate"),
    [
        ("sgd", 0.1),
        ("momentum", 0.01),
        ("nesterov", 0.01),
        ("adagrad", 1.0),
        ("rmsprop", 0.1),
        ("adam", 0.1),
        ("adamw", 0.1),
        ("adam8bit", 0.1),
    ],
)
def test_the_foot_of_a_parabola_is_reached(name: str, rate: float) -> None:
    end = descend(name, parabola, [-2.0, 2.0], rate, 1000, 1e-2)
    np.testing.assert_allclose(end, [3, -1], atol=2e-3)


@pytest.mark.parametrize(
    ("name", "rate", "steps"),
    [
        ("sgd", 0.0015, 12000),
        ("momentum", 0.0005, 4000),
        ("nesterov", 0.0005, 4000),
        ("adagrad", 0.5, 12000),
        ("rmsprop", 0.01, 8000),
        ("adam", 0.05, 4000),
        ("adamw", 0.05, 4000),
        ("adam8bit", 0.05, 6000),
    ],
)
def test_the_bottom_of_rosenbrocks_valley_is_reached(name: str, rate: float, steps: int) -> None:
    end = descend(name, rosenbrock, [-1.2, 1.0], rate, steps, 0.3)
    np.testing.assert_allclose(end, [1, 1], atol=0.05)


def test_momentum_crosses_a_ravine_sooner_than_plain_descent() -> None:
    """The rate that the steep wall allows is slow along the flat floor (lecture 2.8)."""

    def ravine(theta: Floats) -> Floats:
        return np.array([0.01 * theta[0], theta[1]])

    ends = {name: abs(descend(name, ravine, [1.0, 1.0], 1.0, 100, 1.0)[0]) for name in ("sgd", "momentum", "nesterov")}
    assert ends["sgd"] > 0.3
    assert ends["momentum"] < 0.1 * ends["sgd"]
    assert ends["nesterov"] < 0.1 * ends["sgd"]


def test_adagrad_stops_where_rmsprop_goes_on() -> None:
    """On an endless slope AdaGrad's steps shrink as 1/√t; RMSProp forgets and keeps its pace (lecture 2.9)."""
    last = {}
    for name in ("adagrad", "rmsprop"):
        params: Parameters = {"W1": np.zeros(1)}
        optimizer = make(name, params, beta2=0.9)
        for _ in range(400):
            before = params["W1"].copy()
            optimizer.step({"W1": np.ones(1)}, 0.1)
        last[name] = float(abs(params["W1"] - before)[0])
    assert last["adagrad"] == pytest.approx(0.1 / 20)
    assert last["rmsprop"] == pytest.approx(0.1)


def test_without_its_bias_correction_adams_first_step_would_not_be_alpha() -> None:
    for g in (1e-3, 1.0, 50.0):
        params: Parameters = {"W1": np.zeros(1)}
        make("adam", params).step({"W1": np.array([g])}, 0.1)
        assert params["W1"][0] == pytest.approx(-0.1, rel=1e-4)


def test_the_lectures_adam_is_ours_with_a_longer_step() -> None:
    """x += −α m / (√v + ε), without m̂ and v̂ (lecture 2.9): a step is (1 − β₁ᵗ)/√(1 − β₂ᵗ) times as long."""
    x, m, v = 1.0, 0.0, 0.0
    params: Parameters = {"W1": np.array([x])}
    optimizer = make("adam", params)
    for t in range(1, 51):
        dx = np.sin(t)
        m, v = 0.9 * m + 0.1 * dx, 0.999 * v + 0.001 * dx**2
        x += -0.01 * m / (np.sqrt(v) + 1e-8)
        optimizer.step({"W1": np.array([dx])}, 0.01 * (1 - 0.9**t) / (1 - 0.999**t) ** 0.5)
        assert params["W1"][0] == pytest.approx(x, abs=1e-6)
    assert abs(x - 1) > 0.1


# PyTorch


@pytest.mark.parametrize(
    ("name", "theirs", "settings", "options"),
    [
        ("sgd", "SGD", {}, {}),
        ("momentum", "SGD", {"momentum": 0.8}, {"momentum": 0.8}),
        ("nesterov", "SGD", {"momentum": 0.8}, {"momentum": 0.8, "nesterov": True}),
        ("adagrad", "Adagrad", {"epsilon": 1e-6}, {"eps": 1e-6}),
        ("rmsprop", "RMSprop", {"beta2": 0.97, "epsilon": 1e-6}, {"alpha": 0.97, "eps": 1e-6}),
        ("adam", "Adam", {"beta1": 0.85, "beta2": 0.97, "epsilon": 1e-6}, {"betas": (0.85, 0.97), "eps": 1e-6}),
        (
            "adamw",
            "AdamW",
            {"beta1": 0.85, "beta2": 0.97, "epsilon": 1e-6, "weight_decay": 0.3},
            {"betas": (0.85, 0.97), "eps": 1e-6, "weight_decay": 0.3},
        ),
    ],
)
def test_fifty_steps_equal_pytorchs(
    name: str, theirs: str, settings: dict[str, float], options: dict[str, Any]
) -> None:
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(3)
    start, target, curvature = rng.normal(size=(4, 5)), rng.normal(size=(4, 5)), rng.uniform(0.1, 3, (4, 5))
    params: Parameters = {"W1": start.copy()}
    ours = make(name, params, **settings)
    tensor = torch.tensor(start.copy(), dtype=torch.float64, requires_grad=True)
    other = getattr(torch.optim, theirs)([tensor], lr=0.05, **options)
    for _ in range(50):
        ours.step({"W1": curvature * (params["W1"] - target)}, 0.05)
        tensor.grad = torch.tensor(curvature) * (tensor.detach() - torch.tensor(target))
        other.step()
        np.testing.assert_allclose(params["W1"], tensor.detach().numpy(), rtol=0, atol=1e-6)
    assert np.abs(params["W1"] - start).max() > 0.1


# Rows


@every
def test_a_rows_update_equals_the_dense_update_on_its_rows_and_leaves_the_others(
    rng: np.random.Generator, name: str
) -> None:
    start = rng.normal(size=(6, 3))
    by_rows: Parameters = {"words": start.copy()}
    dense: Parameters = {"words": start.copy()}
    rowwise = make(name, by_rows, weight_decay=0.1)
    whole = Optimizer(rowwise.rule, dense)
    for step in range(4):
        g = Rows(IDS, rng.normal(size=(2, 3)))
        before = contents(rowwise)
        rowwise.step({"words": g}, 0.1)
        whole.step({"words": g.dense(start.shape)}, 0.1)
        np.testing.assert_allclose(by_rows["words"][IDS], dense["words"][IDS], rtol=1e-12)
        assert np.array_equal(by_rows["words"][OTHERS], start[OTHERS])
        for key, array in rowwise.arrays().items():
            assert np.array_equal(array[OTHERS], before[key][OTHERS])
            np.testing.assert_allclose(array[IDS], whole.arrays()[key][IDS], rtol=1e-12)
            assert step == 0 or not np.array_equal(array[IDS], before[key][IDS])
    assert (by_rows["words"][IDS] != start[IDS]).all()


@pytest.mark.parametrize("name", [name for name in OPTIMIZERS if name != "sgd"])
def test_the_state_of_an_untouched_row_waits(rng: np.random.Generator, name: str) -> None:
    """A row that rests for some steps goes on as if it had not, but for Adam's clock, which is the whole training's."""
    params: Parameters = {"words": rng.normal(size=(6, 3))}
    optimizer = make(name, params, weight_decay=0.1)
    optimizer.step({"words": Rows(IDS, rng.normal(size=(2, 3)))}, 0.1)
    kept, state = params["words"][IDS].copy(), contents(optimizer)
    for _ in range(3):
        optimizer.step({"words": Rows(np.array([0, 2]), rng.normal(size=(2, 3)))}, 0.1)
    assert np.array_equal(params["words"][IDS], kept)
    for key, array in optimizer.arrays().items():
        assert np.array_equal(array[IDS], state[key][IDS])
    assert optimizer.steps == 4


@every
def test_no_rows_and_no_gradient_change_nothing(name: str) -> None:
    params: Parameters = {"words": np.ones((3, 2)), "U": np.ones((2, 2))}
    optimizer = make(name, params, weight_decay=0.1)
    before = contents(optimizer)
    optimizer.step({"words": Rows(np.empty(0, int), np.empty((0, 2)))}, 0.1)
    assert (params["words"] == 1).all()
    assert (params["U"] == 1).all()
    assert all(np.array_equal(array, before[key]) for key, array in optimizer.arrays().items())


@every
def test_a_tensor_that_has_no_gradient_any_more_stays(name: str) -> None:
    params: Parameters = {"W1": np.ones(3), "b1": np.ones(3)}
    optimizer = make(name, params, weight_decay=0.1)
    optimizer.step({"W1": np.ones(3), "b1": np.ones(3)}, 0.1)
    before = {key: value.copy() for key, value in params.items()}
    optimizer.step({"W1": np.ones(3)}, 0.1)
    assert (params["W1"] != before["W1"]).all()
    assert np.array_equal(params["b1"], before["b1"])


@every
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_precision_is_kept_and_gradients_are_not_changed(
    rng: np.random.Generator, name: str, dtype: type[np.floating]
) -> None:
    params: Parameters = {"W1": rng.normal(size=(3, 2)).astype(dtype), "words": rng.normal(size=(4, 2)).astype(dtype)}
    dense, values = rng.normal(size=(3, 2)).astype(dtype), rng.normal(size=(2, 2)).astype(dtype)
    grads: Gradients = {"W1": dense.copy(), "words": Rows(np.array([0, 3]), values.copy())}
    optimizer = make(name, params, weight_decay=0.1)
    for _ in range(2):
        optimizer.step(grads, 0.1)
    assert {value.dtype for value in params.values()} == {np.dtype(dtype)}
    rows = grads["words"]
    assert isinstance(rows, Rows)
    assert np.array_equal(rows.values, values)
    assert np.array_equal(np.asarray(grads["W1"]), dense)


# Packing and tiles


@every
def test_what_moves_together_moves_as_each_would_alone(rng: np.random.Generator, name: str) -> None:
    start: Parameters = {
        "W1": rng.normal(size=(3, 4)),
        "b1": rng.normal(size=3),
        "U": rng.normal(size=(3, 2)),
        "words": rng.normal(size=(30, 5)),
        "shape": rng.normal(size=(8, 2)),
        "suffix": rng.normal(size=(9, 3)),
    }
    treatments = {"words": Treatment(rate=0.5), "shape": Treatment(rate=0.5, decayed=False)}
    rule = OPTIMIZERS[name].rule(OptimizerSettings(weight_decay=0.1))

    def optimizer(params: Parameters) -> Optimizer:
        made = optimizer_of(rule, params)
        made.treatments |= {key: treatment for key, treatment in treatments.items() if key in params}
        return made

    together, alone = ({key: value.copy() for key, value in start.items()} for _ in range(2))
    one = optimizer(together)
    each = {key: optimizer({key: value}) for key, value in alone.items()}
    for step, touched in enumerate([1, 3, 2, 8, 0, 5, 8]):  # more rows, and fewer again
        grads: Gradients = {key: rng.normal(size=start[key].shape) for key in ("W1", "b1", "U")}
        for key in ("words", "shape", "suffix"):
            ids = np.sort(rng.permutation(len(start[key]))[:touched])
            grads[key] = Rows(ids, rng.normal(size=(touched, start[key].shape[1])))
        if step == 3:
            del grads["b1"], grads["shape"]  # they rest
        if step == 6:  # gradients that are written where they are used
            for key, place in one.gradients.items():
                if key in ("W1", "U"):
                    place[...] = grads[key]
                    grads[key] = place
        kept = {key: g if isinstance(g, Rows) else g.copy() for key, g in grads.items()}
        one.step(grads, 0.1)
        for key, single in each.items():
            single.step({key: kept[key]} if key in kept else {}, 0.1)
    assert set(one.gradients) >= {"W1", "b1", "U"} or name == "adam8bit"
    for key, value in together.items():
        assert np.array_equal(value, each[key].params[key])
        assert not np.array_equal(value, start[key])
    for key, array in one.arrays().items():
        assert np.array_equal(array, each[key.split("/")[0]].arrays()[key])


@every
@pytest.mark.parametrize("shape", [(7,), (7, 3), (1, 40), (40, 1), (0, 3)])
def test_a_tensor_moves_the_same_whole_and_in_tiles(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch, name: str, shape: tuple[int, ...]
) -> None:
    start, gradients = rng.normal(size=shape), rng.normal(size=(3, *shape))
    ends = []
    for tile in (1 << 16, 6):
        monkeypatch.setattr(packing, "TILE", tile)
        params: Parameters = {"W1": start.copy()}
        optimizer = make(name, params, weight_decay=0.1)
        for g in gradients:
            optimizer.step({"W1": g}, 0.1)
        ends.append([params["W1"], *optimizer.arrays().values()])
    assert all(np.array_equal(whole, tiled) for whole, tiled in zip(*ends, strict=True))
    assert not start.size or not np.array_equal(ends[0][0], start)


# Weight decay


def test_decoupled_decay_shrinks_all_weights_alike_and_l2_in_adam_does_not() -> None:
    """Two weights of 1 with gradients that cancel over two steps, one large and one small: only the decay is left.

    AdamW takes the same share off both. Adam divides the penalty's 2λθ by √v̂, so the noisy weight hardly decays.
    """
    noise = np.array([10.0, 0.1])
    ends = {}
    for name, decay, l2 in (("adamw", 0.1, 0.0), ("adam", 0.0, 0.05), ("adam", 0.0, 0.0)):
        params: Parameters = {"W1": np.ones(2)}
        optimizer = make(name, params, weight_decay=decay)
        for t in range(200):
            optimizer.step({"W1": noise * (-1) ** t + 2 * l2 * params["W1"]}, 0.01)
        ends[name, l2] = params["W1"]
    free = ends["adam", 0.0]  # where the noise alone leads
    decoupled, coupled = free - ends["adamw", 0.0], free - ends["adam", 0.05]
    assert decoupled[0] == pytest.approx(decoupled[1], rel=0.1)
    assert decoupled[0] == pytest.approx(1 - 0.999**200, rel=0.1)
    assert coupled[1] > 20 * coupled[0] > 0


def test_decay_reaches_only_what_is_to_be_decayed() -> None:
    params: Parameters = {"W1": np.ones(2), "b1": np.ones(2)}
    rule = OPTIMIZERS["adamw"].rule(OptimizerSettings(weight_decay=0.5))
    optimizer = Optimizer(rule, params)
    optimizer.treatments["b1"] = Treatment(decayed=False)
    optimizer.step({"W1": np.zeros(2), "b1": np.zeros(2)}, 0.1)
    np.testing.assert_allclose(params["W1"], 0.95)
    np.testing.assert_allclose(params["b1"], 1.0)


def test_decay_reaches_the_rows_of_its_own_table() -> None:
    params: Parameters = {"words": np.ones((3, 2)), "shape": np.ones((3, 2))}
    rule = OPTIMIZERS["adamw"].rule(OptimizerSettings(weight_decay=0.5))
    optimizer = optimizer_of(rule, params)
    optimizer.treatments["words"] = Treatment(decayed=False)
    none = np.zeros((1, 2))
    optimizer.step({"words": Rows(np.array([0]), none), "shape": Rows(np.array([1]), none)}, 0.1)
    np.testing.assert_allclose(params["words"], 1.0)
    np.testing.assert_allclose(params["shape"][:, 0], [1.0, 0.95, 1.0])


@every
def test_a_relative_rate_is_a_factor_on_the_steps_own(name: str) -> None:
    params: Parameters = {"W1": np.ones(2), "words": np.ones((3, 2))}
    halved = {key: value.copy() for key, value in params.items()}
    grads: Gradients = {"W1": np.array([2.0, -1.0]), "words": Rows(np.array([1]), np.array([[3.0, 0.5]]))}
    rule = OPTIMIZERS[name].rule(OptimizerSettings(weight_decay=0.2))
    for theta, treatment, rate in ((params, Treatment(), 0.05), (halved, Treatment(rate=0.5), 0.1)):
        optimizer = optimizer_of(rule, theta)
        optimizer.treatments = dict.fromkeys(theta, treatment)
        for _ in range(2):
            optimizer.step(grads, rate)
    assert (params["W1"] != 1).all()
    for key, value in params.items():
        np.testing.assert_allclose(halved[key], value, rtol=1e-12)


@every
def test_a_rule_that_rests_is_one_that_a_gradient_of_zero_does_not_move(rng: np.random.Generator, name: str) -> None:
    params: Parameters = {"W1": rng.normal(size=(4, 3))}
    optimizer = make(name, params, weight_decay=0.1)
    for _ in range(3):
        optimizer.step({"W1": rng.normal(size=(4, 3))}, 0.1)
    before = {"theta": params["W1"].copy(), **contents(optimizer)}
    optimizer.step({"W1": np.zeros((4, 3))}, 0.1)
    after = {"theta": params["W1"], **contents(optimizer)}
    assert optimizer.rule.rests == all(np.array_equal(after[key], value) for key, value in before.items())


def test_without_a_decay_adamw_is_adam() -> None:
    ends = []
    for name in ("adam", "adamw"):
        params: Parameters = {"W1": np.ones(2)}
        optimizer = make(name, params)
        for g in GRADIENTS:
            optimizer.step({"W1": np.array([g, -2 * g])}, 0.1)
        ends.append(params["W1"].tolist())
    assert ends[0] == ends[1] != [1.0, 1.0]


@pytest.mark.parametrize("name", [name for name in OPTIMIZERS if name != "adamw"])
def test_weight_decay_is_adamws_alone(name: str) -> None:
    params: Parameters = {"W1": np.ones(2)}
    make(name, params, weight_decay=0.5).step({"W1": np.zeros(2)}, 0.1)
    assert params["W1"].tolist() == [1.0, 1.0]


# State


@every
def test_state_that_is_taken_back_gives_the_same_next_step(rng: np.random.Generator, name: str) -> None:
    params: Parameters = {"W1": rng.normal(size=(3, 4)), "words": rng.normal(size=(6, 3))}
    optimizer = make(name, params)

    def gradients() -> Gradients:
        return {"W1": rng.normal(size=(3, 4)), "words": Rows(IDS, rng.normal(size=(2, 3)))}

    for _ in range(5):
        optimizer.step(gradients(), 0.05)
    copied, fresh = ({key: value.copy() for key, value in params.items()} for _ in range(2))
    again, without = make(name, copied), make(name, fresh)
    again.restore(contents(optimizer))
    again.steps = without.steps = optimizer.steps
    grads = gradients()
    for one in (optimizer, again, without):
        one.step(grads, 0.05)
    assert all(np.array_equal(params[key], copied[key]) for key in params)
    assert np.array_equal(params["W1"], fresh["W1"]) == (name == "sgd")


def test_state_that_does_not_fit_or_is_not_finite_is_refused() -> None:
    params: Parameters = {"W1": np.ones((2, 3))}
    optimizer = make("adam", params)
    arrays = contents(optimizer)
    with pytest.raises(ValueError, match="shape"):
        optimizer.restore({key: array[:1] for key, array in arrays.items()})
    with pytest.raises(ValueError, match="finite"):
        optimizer.restore({key: np.full_like(array, np.nan) for key, array in arrays.items()})
    with pytest.raises(KeyError):
        optimizer.restore({})


def test_rmsprop_is_exact_where_beta2_is_nearly_1() -> None:
    params = {"W1": np.zeros(1, np.float32)}
    optimizer = make("rmsprop", params, beta2=0.99999999)
    optimizer.step({"W1": np.ones(1, np.float32)}, 0.001)
    assert params["W1"] == pytest.approx(-0.001 / (1e-8**0.5 + 1e-8), rel=1e-3)
