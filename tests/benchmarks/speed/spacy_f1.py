"""How long until nerwin is as good as spaCy: process time on uner-pt until the dev F1 that spaCy blank ends at."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from nerwin.config.reading import load_config
from nerwin.evaluation.scores import evaluate_tags
from nerwin.run.run import Run
from nerwin.shipped import shipped
from nerwin.training.state import EpochDone
from tests.benchmarks import spacy_blank
from tests.benchmarks.clock import timed
from tests.benchmarks.corpora import CORPORA
from tests.benchmarks.job import Job
from tests.benchmarks.optional import Skipped
from tests.benchmarks.speed.comparison import Comparison, compare

CORPUS = CORPORA["uner-pt"]


def spacy_f1(runs: int) -> Iterator[Comparison]:
    """One training of spaCy, its whole length, then so many of nerwin and as often spaCy's time."""
    target, seconds = _spacy()
    peers = {"spaCy blank": lambda: seconds}
    yield from compare("spacy-f1", f"until dev F1 {100 * target:.2f}", runs, lambda: _nerwin(target), peers)


def _spacy() -> tuple[float, float]:
    """The dev F1 of spaCy's best model, and the process time of the training."""
    gold = CORPUS.read("dev").sentences
    with tempfile.TemporaryDirectory() as folder:
        trained = spacy_blank.train(Job(CORPUS, 1, Path(folder)))
        found = trained.tag([one.words for one in gold])
    return evaluate_tags([one.tags for one in gold], found).overall.f1, trained.times.cpu


def _nerwin(target: float) -> float:
    """The process time of configs/tagger.yaml, from reading the corpus to the epoch that reaches the target."""
    config = load_config(shipped("configs/tagger.yaml"), CORPUS.overrides())

    def train(folder: Path) -> float:
        best = 0.0
        for record in Run.start(folder, config).train():
            if isinstance(record, EpochDone):
                best = max(best, record.dev["f1"])
                if best >= target:
                    break
        return best

    with tempfile.TemporaryDirectory() as folder:
        best, times = timed(lambda: train(Path(folder) / "run"))
    if best < target:
        raise Skipped(f"nerwin's best dev F1 {100 * best:.2f} stays below spaCy's {100 * target:.2f}")
    return times.cpu
