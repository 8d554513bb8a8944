"""The results of the accuracy benchmark as tables."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import fmean

from tests.benchmarks.accuracy import Outcome
from tests.benchmarks.corpora import CORPORA
from tests.benchmarks.markdown import markdown_table
from tests.benchmarks.taggers import taggers

Cells = dict[tuple[str, str], list[Outcome]]  # the seeds of each corpus and tagger


def read(paths: Iterable[Path]) -> list[Outcome]:
    """The outcomes in some files; a later one of the same corpus, tagger and seed replaces an earlier one."""
    lines = [line for path in paths for line in path.read_text(encoding="utf-8").splitlines()]
    outcomes = [Outcome(**json.loads(line)) for line in lines]
    return list({(one.corpus, one.tagger, one.seed): one for one in outcomes}.values())


def tables(outcomes: Sequence[Outcome]) -> str:
    """Both tables."""
    cells: Cells = {
        (corpus, tagger): found
        for corpus in dict.fromkeys([*CORPORA, *(one.corpus for one in outcomes)])
        for tagger in taggers()
        if (found := [one for one in outcomes if (one.corpus, one.tagger) == (corpus, tagger)])
    }
    return f"{_accuracy(cells)}\n\n{_costs(cells)}"


def _accuracy(cells: Cells) -> str:
    """Test F1: a row a corpus, a column a tagger."""
    names = [name for name in taggers() if any(tagger == name for _, tagger in cells)]
    rows = [
        [_described(corpus), *(_f1(cells.get((corpus, name), [])) for name in names)]
        for corpus in dict.fromkeys(corpus for corpus, _ in cells)
    ]
    return markdown_table(["test F1", *names], rows)


def _described(corpus: str) -> str:
    """A corpus with what it is about; a small one that is cut from it has its size behind its name."""
    return f"{corpus} ({CORPORA[corpus].about})" if corpus in CORPORA else corpus


def _f1(seeds: Sequence[Outcome]) -> str:
    """The mean in percent, and where there are several seeds the lowest and the highest."""
    if not seeds:
        return ""
    percent = [100 * one.test for one in seeds]
    spread = f" ({min(percent):.1f}-{max(percent):.1f})" if len(percent) > 1 else ""
    return f"{fmean(percent):.1f}{spread}"


def _costs(cells: Cells) -> str:
    """Time and size: a row a corpus and tagger, the mean of its seeds."""
    rows = [
        [
            corpus,
            tagger,
            f"{fmean(one.cpu for one in seeds):.1f}",
            f"{fmean(one.wall for one in seeds):.1f}",
            f"{fmean(one.words_per_second for one in seeds):,.0f}",
            f"{fmean(one.bytes for one in seeds) / 1e6:.1f}",
        ]
        for (corpus, tagger), seeds in cells.items()
    ]
    head = ["corpus", "tagger", "training, s of process time", "training, s", "tagging, words/s", "model, MB"]
    return markdown_table(head, rows, texts=2)
