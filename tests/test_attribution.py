"""One score taken apart: the shares add up, exactly, whatever the network (lecture 1.3, parts 3 and 4)."""

from pathlib import Path

import numpy as np
import pytest

from nerwin.analysis.inspection import take_apart
from nerwin.arrays import Floats, Parameters
from nerwin.network.activations import ACTIVATIONS
from nerwin.network.attribution import score_shares
from nerwin.network.scorer import Scorer, init_scorer
from nerwin.tagging.tagger import Tagger
from tests.test_projection import raw_scores
from tests.village import epochs, new_trainer, village_config

TEXT = "Mira Tolvan left Quellmark again"


def network(hidden: list[int], seed: int = 1) -> tuple[Parameters, Floats]:
    rng = np.random.default_rng(seed)
    params = init_scorer(rng, 6, hidden, 3, "large", np.float64)
    for k, m in enumerate(hidden, 1):
        params[f"b{k}"] += rng.normal(size=m)
    return params, rng.normal(size=6)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("hidden", [[5], [5, 4], [3, 4, 5]])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_shares_add_up_to_the_score(activation: str, hidden: list[int], seed: int) -> None:
    params, x = network(hidden, seed)
    scorer = Scorer(len(hidden), activation)
    shares = score_shares(scorer, params, x)
    s, _ = scorer.forward(params, np.stack([x, np.zeros(6)]))
    assert shares.inputs.shape == (6, 3)
    assert shares.detectors.shape == (hidden[0], 3)
    np.testing.assert_allclose(shares.base, s[1], rtol=0, atol=1e-12)
    np.testing.assert_allclose(shares.base + shares.inputs.sum(axis=0), s[0], rtol=0, atol=1e-9)
    np.testing.assert_allclose(shares.base + shares.detectors.sum(axis=0), s[0], rtol=0, atol=1e-9)


def test_shares_by_hand() -> None:
    params: Parameters = {
        "W1": np.array([[1.0, 2.0], [-1.0, 1.0]]),
        "b1": np.array([0.5, -0.5]),
        "U": np.array([[1.0], [3.0]]),
    }
    shares = score_shares(Scorer(1, "relu"), params, np.array([1.0, 2.0]))
    # a(0) = (0.5, 0) and a(x) = (5.5, 0.5): s goes from 0.5 to 7
    assert shares.base.tolist() == [0.5]
    assert shares.detectors.tolist() == [[5.0], [1.5]]
    # chords of slope 1 and 0.5: 1·(1·1 − 1·0.5·3) and 2·(2·1 + 1·0.5·3)
    assert shares.inputs.tolist() == [[-0.5], [7.0]]


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_an_input_of_zero_and_a_detector_that_is_not_judged_have_no_share(activation: str) -> None:
    params, x = network([5])
    x[2] = 0
    params["U"][3] = 0
    shares = score_shares(Scorer(1, activation), params, x)
    assert not shares.inputs[2].any()
    assert not shares.detectors[3].any()
    assert shares.inputs[[0, 1, 3, 4, 5]].any(axis=1).all()


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_an_empty_window_is_all_base(activation: str) -> None:
    params, _ = network([5, 4])
    shares = score_shares(Scorer(2, activation), params, np.zeros(6))
    assert not shares.inputs.any()
    assert not shares.detectors.any()


def test_in_a_linear_network_a_share_is_weight_times_input() -> None:
    params, x = network([4])
    params["W1"] *= 0.01
    params["b1"][:] = 0
    shares = score_shares(Scorer(1, "hard_tanh"), params, x)
    np.testing.assert_allclose(shares.inputs, x[:, None] * (params["W1"].T @ params["U"]), rtol=1e-9)


# With a model


@pytest.mark.parametrize("method", ["none", "center", "normalize", "whiten"])
@pytest.mark.parametrize("scaling", ["inverted", "test"])
@pytest.mark.parametrize("hidden", ["[6]", "[6,5]"])
@pytest.mark.parametrize("corruption", ["window", "label"])
def test_a_decision_adds_up_to_the_score_that_the_tagger_sees(
    tmp_path: Path, method: str, scaling: str, hidden: str, corruption: str
) -> None:
    trainer = new_trainer(
        village_config(
            tmp_path,
            f"preprocess.method={method}",
            f"scorer.hidden={hidden}",
            f"scorer.dropout_scaling={scaling}",
            f"objective.corruption={corruption}",
            "scorer.dropout=0.3",
            "scorer.input_dropout=0.2",
            "training.epochs=1",
        )
    )
    epochs(trainer)
    decision = take_apart(trainer.model, TEXT)
    assert decision.words == TEXT.split()
    for parts in (decision.positions, decision.detectors):
        total = np.array(decision.base) + np.array(parts).sum(axis=0)
        np.testing.assert_allclose(total, decision.scores, rtol=0, atol=1e-9)
    scores = raw_scores(Tagger(trainer.model), TEXT.split(), np.array([len(TEXT.split())]))
    np.testing.assert_allclose(decision.scores, scores[2], rtol=1e-4, atol=1e-5)
