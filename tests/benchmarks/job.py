"""What a tagger is asked to do in a benchmark, and what it hands back."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.clock import Times
from tests.benchmarks.corpora import BenchmarkCorpus

Sentences = Sequence[Sequence[str]]


class Job(NamedTuple):
    """Train on this corpus with this seed; the folder is empty, and goes away afterwards."""

    corpus: BenchmarkCorpus
    seed: int
    folder: Path


class Trained(NamedTuple):
    """A trained tagger: words to IOB2 tags, how long its training took, and the bytes of its saved model."""

    tag: Callable[[Sentences], Sentences]
    times: Times
    bytes: int


def size_of(folder: Path) -> int:
    """The bytes of all files in a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
