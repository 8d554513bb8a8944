"""Tagging a file of columns: whole processes, from the words on disk to the tags on disk.

The file repeats the test parts of all corpora. The taggers are trained on uner-pt, no longer than their speed needs.
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from itertools import cycle
from pathlib import Path

from nerwin.corpora.corpus import Sentence
from tests.benchmarks import crfsuite, spacy_blank
from tests.benchmarks.corpora import CORPORA
from tests.benchmarks.job import Job
from tests.benchmarks.optional import Skipped
from tests.benchmarks.speed import processes
from tests.benchmarks.speed.comparison import Comparison, Work, compare
from tests.benchmarks.speed.processes import Finished
from tests.benchmarks.taggers import BEST, Preset, train_preset

CORPUS = CORPORA["uner-pt"]
MILLION = 1_000_000
SPACY_STEPS = 200
MODULE = "tests.benchmarks.speed"

Tag = Callable[[Path], Finished]  # tags a file
Prepare = Callable[[Path], Tag]  # trains a tagger in a folder


def tag(runs: int) -> Iterator[Comparison]:
    """A million words through nerwin, CRFsuite and spaCy."""
    yield from _tag("tag", "tagger", {"CRFsuite": _crfsuite, "spaCy": _spacy}, runs)


def tag_fast(runs: int) -> Iterator[Comparison]:
    """A million words through nerwin's narrower preset and CRFsuite."""
    yield from _tag("tag-fast", "fast", {"CRFsuite": _crfsuite}, runs)


def _tag(measure: str, preset: str, others: Mapping[str, Prepare], runs: int) -> Iterator[Comparison]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        text = write(folder / "text.tsv", MILLION)
        ours = nerwin_tag(folder, preset)
        peers = {}
        for peer, prepare in others.items():
            try:
                peers[peer] = _seconds(prepare(folder), text)
            except Skipped as reason:
                print(f"{measure}: without {peer}: {reason}")
        yield from compare(measure, "1 million words", runs, _seconds(ours, text), peers, Work(MILLION, "words"))


def memory(runs: int) -> Iterator[Comparison]:
    """What nerwin holds at its peak for ten million words, against itself for one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run = nerwin_tag(folder)
        one, ten = write(folder / "one.tsv", MILLION), write(folder / "ten.tsv", 10 * MILLION)
        peers = {"nerwin, 1 million": lambda: run(one).megabytes}
        for found in compare("memory", "10 million words", runs, lambda: run(ten).megabytes, peers):
            yield found._replace(unit="MB")


def _seconds(run: Tag, text: Path) -> Callable[[], float]:
    return lambda: run(text).seconds


def write(path: Path, words: int) -> Path:
    """At least so many words in the columns of uner-pt: number, word, tag."""
    sentences = [sentence for corpus in CORPORA.values() for sentence in corpus.read("test").sentences]
    with path.open("w", encoding="utf-8") as stream:
        for sentence in _until(words, cycle(sentences)):
            stream.writelines(f"{number}\t{word}\tO\n" for number, word in enumerate(sentence.words, 1))
            stream.write("\n")
    return path


def _until(words: int, sentences: Iterator[Sentence]) -> Iterator[Sentence]:
    while words > 0:
        sentence = next(sentences)
        words -= len(sentence.words)
        yield sentence


def nerwin_tag(folder: Path, preset: str = "tagger") -> Tag:
    """`nerwin tag` with a model of a preset, which is trained in a folder."""
    train_preset(Preset(preset, ("training.epochs=1",)), Job(CORPUS, 1, folder))
    options = ("--input", "conll", "--format", "conll", "--output", str(folder / "nerwin.tsv"))
    return lambda text: processes.run("-m", "nerwin", "tag", str(folder / BEST), str(text), *options)


def _crfsuite(folder: Path) -> Tag:
    crfsuite.train(Job(CORPUS, 1, folder))
    return _peer("tag_with_crfsuite", folder / crfsuite.MODEL)


def _spacy(folder: Path) -> Tag:
    own = folder / "spacy"
    own.mkdir()
    spacy_blank.train(Job(CORPUS, 1, own), max_steps=SPACY_STEPS)
    return _peer("tag_with_spacy", own / spacy_blank.BEST)


def _peer(module: str, model: Path) -> Tag:
    return lambda text: processes.run("-m", f"{MODULE}.{module}", str(model), str(text), f"{model}.tsv")
