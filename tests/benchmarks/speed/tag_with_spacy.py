"""Tag a column file with spaCy: python -m tests.benchmarks.speed.tag_with_spacy MODEL FILE OUTPUT."""

import importlib
import sys
from pathlib import Path
from typing import Any

from tests.benchmarks.speed import columns


def main(model: str, file: str, output: str) -> None:
    spacy = importlib.import_module("spacy")
    nlp = spacy.load(model)
    docs = nlp.pipe(spacy.tokens.Doc(nlp.vocab, words=words) for words in columns.read(Path(file)))
    tagged = (([token.text for token in doc], [tag(token) for token in doc]) for doc in docs)
    columns.write(Path(output), tagged)


def tag(token: Any) -> str:
    return f"{token.ent_iob_}-{token.ent_type_}" if token.ent_type_ else "O"


if __name__ == "__main__":
    main(*sys.argv[1:])
