"""Reading a file of word vectors whole: 400,000 words of 50 numbers in word2vec's text form, against gensim."""

import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from nerwin.text.vectors import read_vectors
from tests.benchmarks.clock import timed
from tests.benchmarks.optional import library
from tests.benchmarks.speed.comparison import Comparison, Work, compare

WORDS, DIM = 400_000, 50


def vectors(runs: int) -> Iterator[Comparison]:
    """A case each way to read the file."""
    load = library("gensim.models").KeyedVectors.load_word2vec_format
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "vectors.txt"
        write(path)
        cases = {"text": partial(read_vectors, path, ["word1"], DIM, extra=WORDS)}  # a cache would be one more
        peers = {"gensim": partial(_seconds, partial(load, path))}
        for name, read in cases.items():
            yield from compare("vectors", name, runs, partial(_seconds, read), peers, Work(WORDS, "words"))


def _seconds(read: Callable[[], object]) -> float:
    return timed(read)[1].wall


def write(path: Path) -> None:
    """Normal numbers with five digits, as GloVe's files have them."""
    rng = np.random.default_rng(1)
    row = " ".join(["%.5f"] * DIM)
    with path.open("w", encoding="utf-8") as stream:
        stream.write(f"{WORDS} {DIM}\n")
        for number in range(WORDS):
            stream.write(f"word{number} {row % tuple(rng.normal(0, 0.4, DIM))}\n")
