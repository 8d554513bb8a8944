"""What `nerwin tag` costs a word, and what it holds in memory, from ten thousand words to a hundred million.

    python -m tests.benchmarks.speed.scale [10000,100000]

The longest text takes some 2 GB of disk, and minutes.
"""

import argparse
import tempfile
from pathlib import Path

from tests.benchmarks.arguments import sizes
from tests.benchmarks.markdown import markdown_table
from tests.benchmarks.speed.processes import Finished
from tests.benchmarks.speed.tag import nerwin_tag, write

SIZES = [10**power for power in range(4, 9)]


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.speed.scale",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("sizes", type=sizes, nargs="?", default=SIZES, help="words, separated by commas")
    chosen = parser.parse_args().sizes
    with tempfile.TemporaryDirectory() as folder:
        run = nerwin_tag(Path(folder))
        rows = [_row(run(write(Path(folder) / "text.tsv", words)), words) for words in chosen]
    print(markdown_table(["words", "seconds", "microseconds a word", "memory of the largest process"], rows, texts=0))


def _row(done: Finished, words: int) -> list[str]:
    seconds, megabytes = done
    return [f"{words:,}", f"{seconds:.3g}", f"{seconds / words * 1e6:.2g}", f"{megabytes:.0f} MB"]


if __name__ == "__main__":
    main()
