"""The real corpora that benchmarks run on, and how they are read."""

import re
import shutil
from pathlib import Path
from typing import NamedTuple

from nerwin.config.corpora import read_part
from nerwin.config.reading import load_config
from nerwin.corpora.corpus import Corpus, Sentence
from nerwin.corpora.tagged_columns import write_columns
from nerwin.shipped import shipped
from tests.benchmarks.letters import Alphabet
from tests.benchmarks.optional import Skipped, existing
from tests.conftest import SHARED


class BenchmarkCorpus(NamedTuple):
    """A folder of ../shared/corpora.

    language: its code, for tools that want one. ending: of its files. numbered: has columns #, word, tag and comments.
    place: where the folder is. learned: the parts for `to_learn`.
    """

    name: str
    about: str
    language: str
    ending: str
    numbered: bool = False
    place: Path = SHARED / "corpora"
    learned: tuple[str, ...] = ("train",)

    def part(self, name: str) -> Path:
        """The file of the train, dev or test part.

        Raises:
            Skipped: it is not there.
        """
        return existing(self.place / self.name / f"{name}.{self.ending}")

    def to_learn(self) -> list[Sentence]:
        """What a tagger that chooses no epoch on dev learns from."""
        return [sentence for part in self.learned for sentence in self.read(part).sentences]

    def cut(self, place: Path, sentences: int) -> "BenchmarkCorpus":
        """A small corpus: the first sentences of the train part, four fifths of them to train on, one as dev.

        A tagger that needs no dev learns from all of them.

        Raises:
            Skipped: the corpus is not there, or has not as many.
        """
        small = self._replace(name=f"{self.name}-{sentences}", place=place, learned=("train", "dev"))
        found = re.split(r"\n\s*\n", self.part("train").read_text(encoding="utf-8").strip(), maxsplit=sentences)
        if len(found) < sentences:
            raise Skipped(f"it has only {len(found)} sentences, not {sentences}")
        whole = found[:sentences]
        folder, train = place / small.name, sentences * 4 // 5
        folder.mkdir(exist_ok=True)
        for name, blocks in {"train": whole[:train], "dev": whole[train:]}.items():
            (folder / f"{name}.{self.ending}").write_text("\n\n".join([*blocks, ""]), encoding="utf-8")
        shutil.copy(self.part("test"), folder)
        return small

    def in_letters(self, place: Path, letters: int) -> "BenchmarkCorpus":
        """The corpus as if it were written in about so many letters, and tagged letter by letter.

        Raises:
            Skipped: the corpus is not there.
        """
        other = BenchmarkCorpus(f"{self.name}-letters", self.about, self.language, "conll", place=place)
        folder = place / other.name
        folder.mkdir(exist_ok=True)
        alphabet = Alphabet(self.read("train").sentences, letters)
        for part in ("train", "dev", "test"):
            rewritten = (alphabet.rewritten(sentence) for sentence in self.read(part).sentences)
            lines = "\n".join(write_columns(rewritten))
            (folder / f"{part}.{other.ending}").write_text(lines, encoding="utf-8")
        return other

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
