"""What the benchmarks compare is the same work, and their tables say what was measured; no time is asserted here."""

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nerwin.corpora.corpus import Sentence
from nerwin.training.state import Batched
from tests.benchmarks.accuracy import Outcome
from tests.benchmarks.corpora import BenchmarkCorpus
from tests.benchmarks.optional import Skipped
from tests.benchmarks.results import append
from tests.benchmarks.speed.comparison import Work, compare
from tests.benchmarks.speed.pytorch import BatchLoss, label_loss, minibatches, window_loss
from tests.benchmarks.speed.report import row
from tests.benchmarks.table import read, tables
from tests.village import new_trainer, village_config


@pytest.mark.parametrize(
    ("overrides", "loss"),
    [
        ((), window_loss),
        (("objective.corruption=label", "scorer.activation=relu"), label_loss),
    ],
)
def test_the_peer_in_pytorch_trains_the_same_network(
    tmp_path: Path, overrides: tuple[str, ...], loss: BatchLoss
) -> None:
    pytest.importorskip("torch")
    trainer = new_trainer(
        village_config(tmp_path, "words.rare_unknown=0", "optimizer.name=sgd", "training.epochs=1", *overrides)
    )
    theirs: list[float] = []

    def recorded(scores: Any, batch: Any, margin: float) -> Any:
        J = loss(scores, batch, margin)
        theirs.append(J.item())
        return J

    peer = minibatches(trainer, recorded)
    next(peer)  # takes the parameters before nerwin moves them
    batches = [record for record in trainer.run() if isinstance(record, Batched)]
    for _ in batches[1:]:
        next(peer)
    sums = [0.0, *(record.loss * record.done for record in batches)]
    done = [0, *(record.done for record in batches)]
    ours = np.diff(sums) / np.diff(done)
    assert len(ours) > 10
    np.testing.assert_allclose(theirs, ours, rtol=1e-3, atol=1e-5)


def test_a_small_corpus_is_cut_from_the_train_part(tmp_path: Path) -> None:
    (tmp_path / "towns").mkdir()
    for part, size in {"train": 12, "dev": 4, "test": 3}.items():
        text = "".join(f"{part}{number} O\nLima B-LOC\n\n" for number in range(size))
        (tmp_path / "towns" / f"{part}.conll").write_text(text)
    small = BenchmarkCorpus("towns", "towns", "en", "conll", place=tmp_path).cut(tmp_path, 10)
    first = {part: [one.words[0] for one in small.read(part).sentences] for part in ("train", "dev", "test")}
    assert first == {
        "train": [f"train{number}" for number in range(8)],
        "dev": ["train8", "train9"],
        "test": ["test0", "test1", "test2"],
    }
    assert small.name == "towns-10"
    assert [one.words[0] for one in small.to_learn()] == first["train"] + first["dev"]
    whole = BenchmarkCorpus("towns", "towns", "en", "conll", place=tmp_path)
    assert len(whole.to_learn()) == 12
    with pytest.raises(Skipped, match="only 12 sentences, not 13"):
        whole.cut(tmp_path, 13)


def test_a_corpus_in_letters_has_the_same_sentences_and_entities(tmp_path: Path) -> None:
    (tmp_path / "towns").mkdir()
    text = "Lima\tB-LOC\nAnlage\tI-LOC\nlage\tO\n\nlima\tO\n\n"
    for part in ("train", "dev", "test"):
        (tmp_path / "towns" / f"{part}.conll").write_text(text if part == "train" else text.replace("Lima", "Xlima"))
    corpus = BenchmarkCorpus("towns", "towns", "en", "conll", place=tmp_path).in_letters(tmp_path, 40)
    first, second = corpus.read("train").sentences
    assert (len(first.words), first.tags) == (4, ["B-LOC", "I-LOC", "I-LOC", "O"])  # lima, anla, ge, lage
    assert second == Sentence([first.words[0]], ["O"], second.lines)
    assert all(len(letter) == 1 and letter.isalpha() for one in (first, second) for letter in one.words)
    (unknown, *rest), tags = corpus.read("test").sentences[0][:2]
    assert (unknown not in first.words, rest, tags[:2]) == (True, first.words, ["B-LOC", "I-LOC"])


def test_a_table_joins_files_and_the_last_line_of_a_training_counts(tmp_path: Path) -> None:
    outcome = Outcome("wnut17", "sequence", 1, 0.3, 0.2, wall=4.0, cpu=3.0, words_per_second=5e4, bytes=2_000_000)
    other = outcome._replace(tagger="crfsuite", test=0.1)
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    for path, one in (
        (first, outcome._replace(test=0.9)),
        (first, outcome._replace(seed=2, test=0.3)),
        (second, outcome),
        (second, other),
    ):
        append(path, one._asdict())
    lines = tables(read([first, second])).splitlines()
    assert lines[:3] == [
        "| test F1 | sequence | crfsuite |",
        "| --- | ---: | ---: |",
        "| wnut17 (English, social media) | 25.0 (20.0-30.0) | 10.0 |",
    ]
    assert lines[6] == "| wnut17 | sequence | 3.0 | 4.0 | 50,000 | 2.0 |"


def test_a_ratio_says_how_much_less_nerwin_costs() -> None:
    ours, theirs = itertools.cycle([1.0, 2.0, 4.0]), itertools.cycle([3.0, 8.0, 4.0])
    [found] = compare("a", "b", 3, ours.__next__, {"c": theirs.__next__}, Work(100, "words"))
    assert row(found) == ["a", "b", "c", "50 words/s", "25 words/s", "2.00", "1.00 to 4.00"]


def test_a_rate_of_less_than_one_a_second_is_no_nought() -> None:
    [found] = compare("a", "b", 1, lambda: 5.0, {"c": lambda: 20.0}, Work(8, "cells"))
    assert row(found)[3:5] == ["1.6 cells/s", "0.4 cells/s"]
