"""The taggers that are compared: nerwin's presets, and those of others."""

import itertools
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import nerwin
from nerwin.config.reading import load_config
from nerwin.files.lines import read_lines
from nerwin.model.files import load_model
from nerwin.run.run import Run
from nerwin.shipped import shipped
from nerwin.tagging.tagger import Tagger
from tests.benchmarks import crfsuite, spacy_blank
from tests.benchmarks.clock import timed
from tests.benchmarks.crf_features import letter_features
from tests.benchmarks.job import Job, Trained, size_of
from tests.benchmarks.optional import Skipped

DETERMINISTIC = ("crfsuite", "crfsuite-letters")  # one seed says all
SLOW = ("spacy", "crfsuite-letters", "fast-refit", "refit", "average")  # only where asked for


MEMBERS = 3  # seeds of an average
BEST = "run/best"  # the model of a preset in the job's folder


class Preset(NamedTuple):
    """A configuration that nerwin ships, and what is set differently."""

    config: str
    overrides: tuple[str, ...] = ()


def train_preset(preset: Preset, job: Job, *, refit: bool = False) -> Trained:
    """Train nerwin; dev may be learned from too in a second training."""
    path, folder = shipped(f"configs/{preset.config}.yaml"), job.folder
    settings = [*job.corpus.overrides(), *preset.overrides, f"training.seed={job.seed}"]
    runs = {"run": settings}
    if refit:
        runs["refit"] = [*settings, f"training.refit={folder.resolve() / 'run'}"]

    def train() -> None:
        for name, own in runs.items():
            for _ in Run.start(folder / name, load_config(path, own)).train():
                pass

    _, times = timed(train)
    best = folder / ("refit/best" if refit else BEST)
    model = load_model(best)
    # A tagger remembers the forms that it has met: a new one each time meets them all anew.
    return Trained(lambda sentences: Tagger(model).tag_many(sentences), times, size_of(best))


def train_average(preset: Preset, job: Job) -> Trained:
    """Train nerwin from several seeds, other ones for every seed of the job, as one model."""
    names = [str(MEMBERS * (job.seed - 1) + member) for member in range(1, MEMBERS + 1)]
    whole = job.folder / "average"

    def train() -> None:
        for name in names:
            (job.folder / name).mkdir()
            train_preset(preset, Job(job.corpus, int(name), job.folder / name))
        nerwin.average([job.folder / name / BEST for name in names]).save(whole)

    _, times = timed(train)
    model = load_model(whole)
    return Trained(lambda sentences: Tagger(model).tag_many(sentences), times, size_of(whole))


def train_with_vectors(vectors: Path | None, job: Job) -> Trained:
    if vectors is None:
        raise Skipped("it needs --vectors FILE")
    *_, line = itertools.islice(read_lines(vectors), 2)  # behind a header, if there is one
    settings = f"words.vectors={vectors.resolve()}", f"words.dim={len(line.split()) - 1}"
    return train_preset(Preset("tagger-vectors", settings), job)


def taggers(vectors: Path | None = None) -> dict[str, Callable[[Job], Trained]]:
    """Every tagger by name, in the order of the table; each may raise Skipped."""
    return {
        "window": partial(train_preset, Preset("quickstart")),
        "label": partial(train_preset, Preset("tagger", ("objective.corruption=label", "window.sentence=0"))),
        "fast": partial(train_preset, Preset("fast")),
        "sequence": partial(train_preset, Preset("tagger")),
        "fast-refit": partial(train_preset, Preset("fast"), refit=True),
        "refit": partial(train_preset, Preset("tagger"), refit=True),
        "average": partial(train_average, Preset("tagger")),
        "vectors": partial(train_with_vectors, vectors),
        "crfsuite": crfsuite.train,
        "crfsuite-letters": partial(crfsuite.train, features=letter_features),
        "spacy": spacy_blank.train,
    }
