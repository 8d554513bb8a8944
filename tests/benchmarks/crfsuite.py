"""CRFsuite, with features of a word and its two neighbours as its tutorial takes them; L-BFGS, 100 iterations."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.clock import timed
from tests.benchmarks.job import Job, Trained
from tests.benchmarks.optional import library

Features = dict[str, Any]


def train(job: Job) -> Trained:
    """Train on the train part alone: there is no epoch to choose on dev."""
    sklearn_crfsuite = library("sklearn_crfsuite")
    crf = sklearn_crfsuite.CRF(algorithm="lbfgs", c1=0.1, c2=0.1, max_iterations=100, all_possible_transitions=True)

    def fit() -> None:
        sentences = job.corpus.read("train").sentences
        crf.fit([features(one.words) for one in sentences], [one.tags for one in sentences])

    _, times = timed(fit)
    size = Path(crf.modelfile.name).stat().st_size
    return Trained(lambda sentences: crf.predict([features(words) for words in sentences]), times, size)


def features(words: Sequence[str]) -> list[Features]:
    """The features of each word of a sentence."""
    own = [_of_word(word) for word in words]
    found = []
    for position, row in enumerate(own):
        around: Features = {"bias": 1.0}
        for offset, border in ((-1, "first"), (1, "last")):
            if 0 <= position + offset < len(own):
                near = own[position + offset]
                around |= {f"{offset}:{key}": near[key] for key in ("lower", "upper", "title")}
            else:
                around[border] = True
        found.append(row | around)
    return found


def _of_word(word: str) -> Features:
    return {
        "lower": word.lower(),
        "suffix3": word[-3:],
        "suffix2": word[-2:],
        "upper": word.isupper(),
        "title": word.istitle(),
        "digit": word.isdigit(),
    }
