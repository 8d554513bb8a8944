"""The real corpora that benchmarks run on, and how they are read."""

from pathlib import Path
from typing import NamedTuple

from nerwin.shipped import shipped
from nerwin.text.corpus import Corpus
from nerwin.training.config import load_config
from nerwin.training.data import read_part
from tests.benchmarks.optional import existing
from tests.conftest import SHARED


class BenchmarkCorpus(NamedTuple):
    """A folder of ../shared/corpora.

    language: its code, for tools that want one. ending: of its files. numbered: has columns #, word, tag and comments.
    """

    name: str
    about: str
    language: str
    ending: str
    numbered: bool = False

    def part(self, name: str) -> Path:
        """The file of the train, dev or test part.

        Raises:
            Skipped: it is not there.
        """
        return existing(SHARED / "corpora" / self.name / f"{name}.{self.ending}")

    def overrides(self) -> list[str]:
        """The `--set` values that make nerwin read it."""
        parts = [f"corpus.{part}={self.part(part)}" for part in ("train", "dev", "test")]
        columns = ["corpus.word_column=1", "corpus.tag_column=2", "corpus.comments=#"] if self.numbered else []
        return parts + columns

    def read(self, part: str) -> Corpus:
        """A part, its tags in IOB2."""
        config = load_config(shipped("configs/tagger.yaml"), self.overrides())
        return read_part(self.part(part), config.corpus)


CORPORA = {
    corpus.name: corpus
    for corpus in (
        BenchmarkCorpus("wnut17", "English, social media", "en", "conll"),
        BenchmarkCorpus("bc5cdr", "biomedical abstracts", "en", "tsv"),
        BenchmarkCorpus("uner-da", "Danish news", "da", "iob2", numbered=True),
        BenchmarkCorpus("uner-pt", "Portuguese news", "pt", "iob2", numbered=True),
        BenchmarkCorpus("uner-en", "English web", "en", "iob2", numbered=True),
    )
}
