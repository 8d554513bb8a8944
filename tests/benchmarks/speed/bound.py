"""The scorer against its lower bound: the matrix products that it cannot do without, at numpy.matmul's speed."""

import time
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from nerwin.arrays import Floats, Parameters
from nerwin.network.scorer import Scorer, init_scorer
from tests.benchmarks.speed.comparison import Comparison, compare

B = 1024  # windows
N = 250  # 5 words of 50 numbers
REPEATS = 100  # of forward and backward in a run
SCORERS = {"100 tanh, 3 scores": ("tanh", 100, 3), "200 ReLU, 13 scores": ("relu", 200, 13)}


def bound(runs: int) -> Iterator[Comparison]:
    """Forward and backward of a minibatch, all of whose windows have a gradient."""
    rng = np.random.default_rng(1)
    for name, (activation, m, K) in SCORERS.items():
        params = init_scorer(rng, N, [m], K, "xavier", np.float32)
        x, ds = (rng.normal(size=(B, width)).astype(np.float32) for width in (N, K))
        ours = partial(_seconds, partial(_there_and_back, Scorer(1, activation), params, x, ds))
        theirs = partial(_seconds, partial(_multiply, _products(params["W1"], params["U"], x, ds)))
        yield from compare("bound", f"batch {B}, {name}", runs, ours, {"its matrix products": theirs})


def _there_and_back(scorer: Scorer, params: Parameters, x: Floats, ds: Floats) -> None:
    _, cache = scorer.forward(params, x)
    scorer.backward(params, cache, ds)


def _products(W: Floats, U: Floats, x: Floats, ds: Floats) -> list[tuple[Floats, Floats, Floats]]:
    """The factors of each product, and where it goes; a and δ stand for what has their shape."""
    a = delta = x @ W.T
    forward = [(x, W.T), (a, U)]
    backward = [(a.T, ds), (ds, U.T), (delta.T, x), (delta, W)]
    return [(left, right, left @ right) for left, right in forward + backward]


def _multiply(products: list[tuple[Floats, Floats, Floats]]) -> None:
    for left, right, out in products:
        np.matmul(left, right, out=out)


def _seconds(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    for _ in range(REPEATS):
        work()
    return (time.perf_counter() - started) / REPEATS
