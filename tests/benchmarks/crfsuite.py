"""CRFsuite, with the features of its own tutorial unless others are given; L-BFGS, 100 iterations."""

from collections.abc import Callable, Sequence

from tests.benchmarks.clock import timed
from tests.benchmarks.crf_features import Features, features
from tests.benchmarks.job import Job, Trained
from tests.benchmarks.optional import library

MODEL = "model.crfsuite"  # in the job's folder


def train(job: Job, features: Callable[[Sequence[str]], list[Features]] = features) -> Trained:
    """Train without dev: there is no epoch to choose."""
    path = job.folder / MODEL
    crf = library("sklearn_crfsuite").CRF(
        algorithm="lbfgs",
        c1=0.1,
        c2=0.1,
        max_iterations=100,
        all_possible_transitions=True,
        model_filename=str(path),
    )

    def fit() -> None:
        sentences = job.corpus.to_learn()
        crf.fit([features(one.words) for one in sentences], [one.tags for one in sentences])

    _, times = timed(fit)
    return Trained(lambda sentences: crf.predict([features(one) for one in sentences]), times, path.stat().st_size)
