"""Characters of words that hardly anybody means to write: controls, invisible ones, accents apart from letters."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from nerwin.corpora.corpus import Sentence
from nerwin.errors import JOINERS

ODD = {
    "Cc": "control characters",
    "Cf": "invisible characters",
    "Cn": "unassigned characters",
    "Co": "private-use characters",
    "Zl": "line separators",
    "Zp": "line separators",
    "Zs": "spaces inside words",
}
MARK, REPLACED, APART = "byte-order marks", "replacement characters (U+FFFD)", "accents apart from their letters"


class Odd(NamedTuple):
    """How many words have characters of an odd kind, and where the first one is."""

    words: int
    line: int


def odd_characters(counts: Counter[str], sentences: Sequence[Sentence]) -> dict[str, Odd]:
    """The kinds of odd characters in some counted words; only words that have some are looked for."""
    kinds = {char: kind for char in set().union(*counts) if (kind := _kind(char))}
    marked: dict[str, set[str]] = {}
    for word in counts:
        found = {kinds[char] for char in kinds.keys() & set(word)} if kinds else set()
        if not unicodedata.is_normalized("NFC", word):
            found.add(APART)
        if found:
            marked[word] = found
    lines: dict[str, int] = {}
    for sentence in sentences if marked else ():
        for word, line in zip(sentence.words, sentence.lines, strict=True):
            for kind in marked.get(word, ()):
                lines.setdefault(kind, line)
    totals = Counter[str]()
    for word, found in marked.items():
        totals.update(dict.fromkeys(found, counts[word]))
    return {kind: Odd(totals[kind], lines[kind]) for kind in sorted(lines)}


def _kind(char: str) -> str:
    """What is odd about a character, if anything."""
    if char in JOINERS:
        return ""
    return {"\ufeff": MARK, "\ufffd": REPLACED}.get(char) or ODD.get(unicodedata.category(char), "")
