"""Entity F1 of nerwin's presets, of CRFsuite and of spaCy on real corpora in one go, with training time, tagging speed
and model size; as Markdown at the end.

    python -m tests.benchmarks [--corpora wnut17,bc5cdr] [--taggers sequence,spacy] [--seeds 3] [--vectors FILE]
    python -m tests.benchmarks --sentences 50,500
    python -m tests.benchmarks --letters 3000 --taggers fast,sequence,crfsuite-letters
    python -m tests.benchmarks --table FILE...

What is not installed or not there is skipped. Times can be compared within one run only, on an idle machine.
"""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.benchmarks import accuracy, table
from tests.benchmarks.arguments import names, sizes
from tests.benchmarks.corpora import CORPORA, BenchmarkCorpus
from tests.benchmarks.optional import Skipped
from tests.benchmarks.results import append, new_file
from tests.benchmarks.taggers import DETERMINISTIC, SLOW, taggers


def main() -> None:
    chosen = _arguments()
    if chosen.table:
        print(table.tables(table.read(chosen.table)))
        return
    known = taggers(chosen.vectors)
    with tempfile.TemporaryDirectory() as place:
        for corpus in _corpora(chosen.corpora, chosen.letters, chosen.sentences, Path(place)):
            for name in chosen.taggers:
                seeds = 1 if name in DETERMINISTIC else chosen.seeds
                try:
                    for seed in range(1, seeds + 1):
                        outcome = accuracy.run(corpus, name, known[name], seed)
                        print(outcome.line(), flush=True)
                        append(chosen.output, outcome._asdict())
                except Skipped as reason:
                    print(f"{corpus.name:8} {name:9} skipped: {reason}", flush=True)
    if chosen.output.exists():
        print(f"\n{table.tables(table.read([chosen.output]))}\n\nresults: {chosen.output}")


def _corpora(chosen: Sequence[str], letters: int, sizes: Sequence[int], place: Path) -> Iterator[BenchmarkCorpus]:
    """The corpora, or what is made of them: in so many letters, or small ones of so many sentences."""
    for corpus in (CORPORA[name] for name in chosen):
        for size in sizes or [0]:
            try:
                whole = corpus.in_letters(place, letters) if letters else corpus
                yield whole.cut(place, size) if size else whole
            except Skipped as reason:
                print(f"{corpus.name:8} skipped: {reason}", flush=True)


def _arguments() -> argparse.Namespace:
    quick = [name for name in taggers() if name not in SLOW]
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpora", type=names(CORPORA), default=list(CORPORA), help="separated by commas")
    parser.add_argument(
        "--taggers", type=names(taggers()), default=quick, help=f"{', '.join(taggers())}; default: {', '.join(quick)}"
    )
    parser.add_argument(
        "--sentences", type=sizes, default=[], help="sizes of small corpora, cut from these, separated by commas"
    )
    parser.add_argument(
        "--letters", type=int, default=0, help="write the corpora in about so many letters, each of them a token"
    )
    parser.add_argument("--seeds", type=int, default=1, help="of each tagger that has random choices")
    parser.add_argument("--vectors", type=Path, help="word vectors for the tagger `vectors`")
    parser.add_argument(
        "--output",
        type=Path,
        default=new_file("accuracy"),
        help="file of results, a JSON line each; lines are added; default: a new one under runs/",
    )
    parser.add_argument("--table", type=Path, nargs="+", metavar="FILE", help="only print the table of these results")
    return parser.parse_args()


if __name__ == "__main__":
    main()
