"""Sentences of a column file as they come, for the peers of `nerwin tag`: the word is the second column."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

WORD = 1


def read(path: Path) -> Iterator[list[str]]:
    """The words of each sentence."""
    words: list[str] = []
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line != "\n":
                words.append(line.rstrip("\n").split("\t")[WORD])
            elif words:
                yield words
                words = []
    if words:
        yield words


def write(path: Path, sentences: Iterable[tuple[Sequence[str], Sequence[str]]]) -> None:
    """A word and its tag a line."""
    with path.open("w", encoding="utf-8") as stream:
        for words, tags in sentences:
            stream.writelines(f"{word}\t{tag}\n" for word, tag in zip(words, tags, strict=True))
            stream.write("\n")
