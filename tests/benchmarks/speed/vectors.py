"""Reading a file of word vectors whole: 400,000 words of 50 numbers in word2vec's text form, against gensim."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from nerwin.vectors.cache import load_vectors
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
        cache = Path(folder) / "cache"
        os.environ["XDG_CACHE_HOME"] = str(cache)
        peers = {"gensim": partial(_seconds, partial(load, path))}
        for name, kept in {"text": False, "from the cache": True}.items():
            ours = partial(_read, path, cache, kept=kept)
            yield from compare("vectors", name, runs, ours, peers, Work(WORDS, "words"))


def _read(path: Path, cache: Path, *, kept: bool) -> float:
    """Seconds until every word's row is known, as after gensim's reading; the first time, or again."""
    if not kept:
        shutil.rmtree(cache, ignore_errors=True)
    return _seconds(lambda: load_vectors(path, DIM).rows())


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
