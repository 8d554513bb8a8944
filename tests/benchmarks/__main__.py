"""Entity F1 of the shipped presets, and of CRFsuite where it is installed, on real corpora in one go.

    python -m tests.benchmarks [--corpora wnut17,bc5cdr] [--seeds 3] [--vectors FILE] [--output results.jsonl]

Training is timed as a whole, tagging as words a second of the test part in memory. Times of one run can be compared
with each other only.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from nerwin.shipped import shipped
from nerwin.text.corpus import Corpus, Sentence
from nerwin.training.config import Config, load_config
from nerwin.training.data import read_part
from nerwin.training.evaluation import evaluate_tags
from nerwin.training.run import Run
from nerwin.training.tagger import load
from tests.benchmarks.corpora import CORPORA, BenchmarkCorpus

PRESETS = {
    "window": ("quickstart", []),
    "label": ("tagger", ["objective.corruption=label"]),
    "sequence": ("tagger", []),
}


class Outcome(NamedTuple):
    """What one tagger did on one corpus."""

    corpus: str
    tagger: str
    seed: int
    dev: float
    test: float
    seconds: float
    words_per_second: float
    bytes: int


Tag = Callable[[list[list[str]]], Sequence[Sequence[str]]]


def measure(
    corpus: BenchmarkCorpus, name: str, seed: int, config: Config, tag: Tag, seconds: float, size: int
) -> Outcome:
    """Score a trained tagger on dev and test."""
    scores, rate = [], 0.0
    for path in (config.corpus.dev, config.corpus.test):
        assert path is not None
        part: Corpus = read_part(path, config.corpus)
        started = time.perf_counter()
        found = tag([sentence.words for sentence in part.sentences])
        rate = part.tokens / (time.perf_counter() - started)
        scores.append(evaluate_tags([sentence.tags for sentence in part.sentences], found).overall.f1)
    return Outcome(corpus.name, name, seed, scores[0], scores[1], seconds, rate, size)


def nerwin(corpus: BenchmarkCorpus, name: str, preset: str, overrides: list[str], seed: int) -> Outcome:
    """Train a preset; the best epoch is chosen on dev."""
    path = shipped(f"configs/{preset}.yaml")
    config = load_config(path, [*corpus.overrides(), *overrides, f"training.seed={seed}"])
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        for _ in Run.start(Path(folder) / "run", config).train():
            pass
        seconds = time.perf_counter() - started
        best = Path(folder) / "run" / "best"
        size = sum(file.stat().st_size for file in best.iterdir())
        return measure(corpus, name, seed, config, load(best).tag_many, seconds, size)


def crfsuite(corpus: BenchmarkCorpus) -> Iterator[Outcome]:
    """CRFsuite with the features of its tutorial, L-BFGS, 100 iterations; nothing where it is not installed."""
    try:
        import sklearn_crfsuite
    except ImportError:
        return
    config = load_config(shipped("configs/tagger.yaml"), corpus.overrides())
    assert config.corpus.train is not None
    train: list[Sentence] = read_part(config.corpus.train, config.corpus).sentences
    crf: Any = sklearn_crfsuite.CRF(
        algorithm="lbfgs", c1=0.1, c2=0.1, max_iterations=100, all_possible_transitions=True
    )
    started = time.perf_counter()
    crf.fit([_features(one.words) for one in train], [one.tags for one in train])
    seconds = time.perf_counter() - started
    size = Path(crf.modelfile.name).stat().st_size
    tag: Tag = lambda sentences: crf.predict([_features(words) for words in sentences])  # noqa: E731
    yield measure(corpus, "crfsuite", 0, config, tag, seconds, size)


def _features(words: Sequence[str]) -> list[dict[str, Any]]:
    rows = [
        {
            "lower": word.lower(), "suffix3": word[-3:], "suffix2": word[-2:],
            "upper": word.isupper(), "title": word.istitle(), "digit": word.isdigit(),
        }
        for word in words
    ]  # fmt: skip
    own = [dict(row) for row in rows]
    for position, row in enumerate(rows):
        row["bias"] = 1.0
        for offset, border in ((-1, "first"), (1, "last")):
            if 0 <= position + offset < len(rows):
                row.update({f"{offset}:{key}": own[position + offset][key] for key in ("lower", "upper", "title")})
            else:
                row[border] = True
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", default=",".join(CORPORA), help="names, separated by commas")
    parser.add_argument("--presets", default=",".join(PRESETS), help="window, label, sequence")
    parser.add_argument("--seeds", type=int, default=1, help="seeds of each preset")
    parser.add_argument("--vectors", type=Path, help="also train tagger-vectors.yaml with this file")
    parser.add_argument("--output", type=Path, help="write a JSON line for each result")
    chosen = parser.parse_args()
    taggers = {name: PRESETS[name] for name in chosen.presets.split(",") if name}
    if chosen.vectors is not None:
        taggers["vectors"] = ("tagger-vectors", [f"words.vectors={chosen.vectors.resolve()}"])
    for name in chosen.corpora.split(","):
        corpus = CORPORA[name]
        if not Path(corpus.overrides()[0].partition("=")[2]).exists():
            print(f"{name}: skipped, ../shared/corpora/{name} is not there")
            continue
        for outcome in _outcomes(corpus, taggers, chosen.seeds):
            print(
                f"{outcome.corpus:8} {outcome.tagger:9} seed {outcome.seed}  dev {100 * outcome.dev:5.2f}  "
                f"test {100 * outcome.test:5.2f}  {outcome.seconds:6.1f} s  {outcome.words_per_second:9,.0f} words/s  "
                f"{outcome.bytes / 1e6:6.1f} MB",
                flush=True,
            )
            if chosen.output:
                with chosen.output.open("a", encoding="utf-8") as stream:
                    stream.write(json.dumps(outcome._asdict()) + "\n")


def _outcomes(corpus: BenchmarkCorpus, taggers: dict[str, tuple[str, list[str]]], seeds: int) -> Iterator[Outcome]:
    for name, (preset, overrides) in taggers.items():
        for seed in range(1, seeds + 1):
            yield nerwin(corpus, name, preset, overrides, seed)
    yield from crfsuite(corpus)


if __name__ == "__main__":
    main()
