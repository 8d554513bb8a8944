"""Sentences in inline markup, as tests write and compare them."""

from collections.abc import Iterable, Iterator

from nerwin.corpora.inline import read_inline
from nerwin.text.tags import iob2


def parse_inline(lines: Iterable[str], path: str) -> Iterator[tuple[int, list[str], list[str]]]:
    """The line number, the words and the IOB2 tags of each sentence."""
    for found in read_inline(lines, path):
        yield found.line, found.words, iob2(found.entities, len(found.words))
