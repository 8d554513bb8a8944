"""Tag a column file with CRFsuite: python -m tests.benchmarks.speed.tag_with_crfsuite MODEL FILE OUTPUT."""

import importlib
import sys
from pathlib import Path

from tests.benchmarks.crf_features import features
from tests.benchmarks.speed import columns


def main(model: str, file: str, output: str) -> None:
    tagger = importlib.import_module("pycrfsuite").Tagger()
    tagger.open(model)
    sentences = columns.read(Path(file))
    columns.write(Path(output), ((words, tagger.tag(features(words))) for words in sentences))


if __name__ == "__main__":
    main(*sys.argv[1:])
