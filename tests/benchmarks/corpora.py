"""The real corpora that benchmarks run on, and the configuration keys that read them."""

from typing import NamedTuple

from tests.conftest import SHARED


class BenchmarkCorpus(NamedTuple):
    """A folder of ../shared/corpora: its files' ending, and whether it has columns #, word, tag and comments."""

    name: str
    ending: str
    numbered: bool = False

    def overrides(self) -> list[str]:
        """The `--set` values that read it."""
        folder = SHARED / "corpora" / self.name
        parts = [f"corpus.{part}={folder / part}.{self.ending}" for part in ("train", "dev", "test")]
        columns = ["corpus.word_column=1", "corpus.tag_column=2", "corpus.comments=#"] if self.numbered else []
        return parts + columns


CORPORA = {
    corpus.name: corpus
    for corpus in (
        BenchmarkCorpus("wnut17", "conll"),
        BenchmarkCorpus("bc5cdr", "tsv"),
        BenchmarkCorpus("uner-da", "iob2", numbered=True),
        BenchmarkCorpus("uner-pt", "iob2", numbered=True),
        BenchmarkCorpus("uner-en", "iob2", numbered=True),
    )
}
