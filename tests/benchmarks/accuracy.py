"""One tagger on one corpus: trained, scored on dev and test, its tagging timed."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from nerwin.evaluation.scores import evaluate_tags
from tests.benchmarks.clock import timed
from tests.benchmarks.corpora import BenchmarkCorpus
from tests.benchmarks.job import Job, Trained

REPEATS = 3  # of tagging the test part, of which the fastest counts


class Outcome(NamedTuple):
    """What one tagger did on one corpus: entity F1 of dev and test as shares of 1, the rest in seconds and bytes.

    words_per_second: tagging the whole test part in memory, from words to tags.
    """

    corpus: str
    tagger: str
    seed: int
    dev: float
    test: float
    wall: float
    cpu: float
    words_per_second: float
    bytes: int

    def line(self) -> str:
        """The outcome for a person who watches."""
        return (
            f"{self.corpus:8} {self.tagger:9} seed {self.seed}  dev {100 * self.dev:5.2f}  test {100 * self.test:5.2f}"
            f"  {self.cpu:6.1f} s cpu  {self.wall:6.1f} s  {self.words_per_second:9,.0f} words/s"
            f"  {self.bytes / 1e6:6.1f} MB"
        )


def run(corpus: BenchmarkCorpus, name: str, train: Callable[[Job], Trained], seed: int) -> Outcome:
    """Train a tagger and measure it.

    Raises:
        Skipped: something is missing.
    """
    with tempfile.TemporaryDirectory() as folder:
        trained = train(Job(corpus, seed, Path(folder)))
        dev, _ = _score(corpus, "dev", trained)
        test, rates = zip(*(_score(corpus, "test", trained) for _ in range(REPEATS)), strict=True)
        wall, cpu = trained.times
        return Outcome(corpus.name, name, seed, dev, test[0], wall, cpu, max(rates), trained.bytes)


def _score(corpus: BenchmarkCorpus, part: str, trained: Trained) -> tuple[float, float]:
    """Entity F1 and words a second on a part."""
    gold = corpus.read(part)
    found, times = timed(lambda: trained.tag([sentence.words for sentence in gold.sentences]))
    return evaluate_tags([sentence.tags for sentence in gold.sentences], found).overall.f1, gold.tokens / times.wall
