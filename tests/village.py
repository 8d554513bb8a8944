"""A village of twenty invented sentences, and a small configuration and trainings of it, on which most tests train."""

from pathlib import Path

from nerwin.arrays import Parameters
from nerwin.config.reading import load_config
from nerwin.config.settings import Config
from nerwin.corpora.corpus import Sentence
from nerwin.corpora.tagged_columns import write_columns
from nerwin.parts.reading import read_parts
from nerwin.run.run import Run
from nerwin.training.state import EpochDone
from nerwin.training.trainer import Trainer
from tests.marked import parse_inline

VILLAGE = """\
[Mira Tolvan](PER) left [Quellmark](LOC) before dawn .
The harbour of [Port Ansel](LOC) froze in March .
[Oskar Brandeis](PER) and [Lena Voss](PER) share a boat .
Nobody in [Quellmark](LOC) believed the old captain .
Yesterday [Lena Voss](PER) sold her farm near [Dunmere](LOC) .
A ferry runs from [Dunmere](LOC) to [Port Ansel](LOC) twice a day .
The baker greeted [Oskar Brandeis](PER) at the gate .
[Mira Tolvan](PER) painted the chapel of [Dunmere](LOC) .
Rain fell over [Port Ansel](LOC) all week .
Our neighbour [Jonas Pell](PER) keeps bees .
[Jonas Pell](PER) was born in [Quellmark](LOC) .
They walked to [Ostrava Bay](LOC) without a map .
In [Ostrava Bay](LOC) the wind never rests .
The teacher praised [Ines Falk](PER) twice .
[Ines Falk](PER) wrote to [Jonas Pell](PER) from [Dunmere](LOC) .
Nothing grows on the hill behind the mill .
The mill burned down last winter .
A letter for [Lena Voss](PER) came from [Quellmark](LOC) .
Two boats left [Ostrava Bay](LOC) at noon .
The captain thanked [Ines Falk](PER) and the baker .
"""
ENTITY_WORDS = 46

SETTINGS = """\
corpus: {train: village.conll, dev: village.conll}
words: {dim: 8}
scorer: {hidden: [8]}
objective: {draws: 5}
optimizer: {name: momentum, learning_rate: 0.1}
training: {epochs: 3, batch_size: 8, patience: null}
"""


def write_village(folder: Path) -> Path:
    """The corpus in columns, and a small configuration beside it, whose path is returned."""
    sentences = [Sentence(words, tags) for _, words, tags in parse_inline(VILLAGE.splitlines(), "village")]
    (folder / "village.conll").write_text("\n".join(write_columns(sentences)) + "\n", encoding="utf-8")
    path = folder / "village.yaml"
    path.write_text(SETTINGS, encoding="utf-8")
    return path


def village_config(folder: Path, *overrides: str) -> Config:
    return load_config(write_village(folder), overrides)


def trained_run(folder: Path, *overrides: str) -> Path:
    """A finished run, with its corpus and its configuration beside it."""
    for _ in Run.start(folder / "run", village_config(folder, *overrides)).train():
        pass
    return folder / "run"


def new_trainer(config: Config) -> Trainer:
    return Trainer.start(config, read_parts(config))


def epochs(trainer: Trainer) -> list[EpochDone]:
    return [record for record in trainer.run() if isinstance(record, EpochDone)]


def same(one: Parameters, other: Parameters) -> bool:
    assert one.keys() == other.keys()
    return all(one[name].tobytes() == other[name].tobytes() for name in one)
