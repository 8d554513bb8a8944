"""How fast nerwin is against who else does the same work, in turns, in one run; as a table at the end.

    python -m tests.benchmarks.speed [ranker,bound] [--runs 5]

    ranker     training the lecture's ranker, nine ways, against PyTorch
    tagger     training a tagger against PyTorch
    bound      the scorer against its matrix products
    tag        tagging a million words, as whole processes, against CRFsuite and spaCy
    tag-fast   the same with configs/fast.yaml against CRFsuite
    memory     the peak memory of that for one and for ten million words
    vectors    reading a file of word vectors against gensim
    cells      `nerwin compare` in two processes against one
    start      `nerwin --help` against an empty Typer app
    spacy-f1   training until spaCy's F1 against spaCy's whole training (minutes, so only where asked for)

`python -m tests.benchmarks.speed.scale` tags up to a hundred million words, against nobody.

What is not installed or not there is skipped. The machine should have nothing else to do.
"""

import argparse
import compileall
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import nerwin
from tests.benchmarks.arguments import names
from tests.benchmarks.optional import Skipped
from tests.benchmarks.results import append, new_file
from tests.benchmarks.speed import tag, training
from tests.benchmarks.speed.bound import bound
from tests.benchmarks.speed.cells import cells
from tests.benchmarks.speed.comparison import Comparison
from tests.benchmarks.speed.report import report, row
from tests.benchmarks.speed.spacy_f1 import spacy_f1
from tests.benchmarks.speed.start import start
from tests.benchmarks.speed.vectors import vectors


class Measure(NamedTuple):
    """A measure, and how many turns it takes where nobody says."""

    compare: Callable[[int], Iterator[Comparison]]
    runs: int


MEASURES = {
    "ranker": Measure(training.ranker, 5),
    "tagger": Measure(training.tagger, 5),
    "bound": Measure(bound, 11),
    "tag": Measure(tag.tag, 5),
    "tag-fast": Measure(tag.tag_fast, 9),
    "memory": Measure(tag.memory, 1),
    "vectors": Measure(vectors, 3),
    "cells": Measure(cells, 3),
    "start": Measure(start, 21),
    "spacy-f1": Measure(spacy_f1, 1),
}
SLOW = ("spacy-f1",)
KERNELS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")  # numpy multiplies as on another processor; PyTorch heeds neither


def main() -> None:
    chosen = _arguments()
    _unset_kernels()
    compileall.compile_dir(Path(nerwin.__file__).parent, quiet=1)  # as whoever installs the peers has done with them
    comparisons = []
    for name in chosen.measures:
        measure = MEASURES[name]
        try:
            for found in measure.compare(chosen.runs or measure.runs):
                print("  ".join(row(found)), flush=True)
                append(chosen.output, found.to_dict())
                comparisons.append(found)
        except Skipped as reason:
            print(f"{name}  skipped: {reason}", flush=True)
    if comparisons:
        print(f"\n{report(comparisons)}\n\nresults: {chosen.output}")


def _unset_kernels() -> None:
    """Begin anew without the variables that slow numpy down, and numpy alone: it reads them when it is imported."""
    if found := [f"{name}={os.environ.pop(name)}" for name in KERNELS if name in os.environ]:
        print(f"unset here, since they would slow numpy down and nothing else: {' '.join(found)}", flush=True)
        os.execv(sys.executable, [sys.executable, "-m", "tests.benchmarks.speed", *sys.argv[1:]])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.speed",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    quick = [name for name in MEASURES if name not in SLOW]
    parser.add_argument("measures", type=names(MEASURES), nargs="?", default=quick, help="separated by commas")
    parser.add_argument("--runs", type=int, help="turns of each measure")
    parser.add_argument(
        "--output", type=Path, default=new_file("speed"), help="file of results, a JSON line each; lines are added"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
