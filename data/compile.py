"""Compile the inline markup of this folder into columns, with the package's own reader: `make data`."""

from pathlib import Path

from nerwin.corpora.reading import read_corpus
from nerwin.corpora.tagged_columns import write_columns

FOLDER = Path(__file__).parent

if __name__ == "__main__":
    for source in sorted(FOLDER.glob("*.inline")):
        corpus = read_corpus(source)
        target = source.with_suffix(".conll")
        target.write_text("".join(f"{line}\n" for line in write_columns(corpus.sentences)), encoding="utf-8")
        print(f"{target.name}: {corpus.describe()}")
