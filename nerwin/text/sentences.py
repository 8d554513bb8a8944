"""Where sentences of raw text end: taggers learn from sentences, and find less in paragraphs.

A rule for any language with these marks, which rather leaves two sentences together than cuts one: after a mark and
what closes with it, unless the next word begins with a small letter; after a dot, unless it may be that of an
abbreviation, an initial or an ordinal, or of a number that goes on; and at a blank line.
"""

import itertools
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from nerwin.text.tokenizer import Token

MARKS = frozenset([".", "!", "?", "…", "..", "...", "....", "!!", "!!!", "??", "???", "?!", "!?", *"。！？।۔؟"])
CLOSING = frozenset(["''", *"\"'”’»)]}」』"])
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")


def sentence_lengths(words: Sequence[str]) -> list[int]:
    """How many words each sentence of a text has."""
    borders = [0, *_borders(words), len(words)]
    return [end - start for start, end in itertools.pairwise(borders) if end > start]


def cut_into_sentences(text: str, tokens: Sequence[Token]) -> list[Sequence[Token]]:
    """The tokens of each sentence of a text."""
    borders = {0, *_borders([token.text for token in tokens]), len(tokens)}
    if "\n" in text:
        starts = [token.start for token in tokens]
        borders.update(bisect_left(starts, gap.end()) for gap in _BLANK_LINE.finditer(text))
    return [tokens[start:end] for start, end in itertools.pairwise(sorted(borders))]


def _borders(words: Sequence[str]) -> Iterator[int]:
    """Where a sentence follows another."""
    after = 0
    for mark in [number for number, word in enumerate(words) if word in MARKS]:
        if mark < after:
            continue  # one of several in a row
        after = mark + 1
        while after < len(words) and (words[after] in MARKS or words[after] in CLOSING):
            after += 1
        if after < len(words) and _ends(words, mark, words[after][0]):
            yield after


def _ends(words: Sequence[str], mark: int, following: str) -> bool:
    """Whether a mark ends a sentence, given the first letter of the word that follows."""
    if words[mark] != ".":
        return not following.islower()
    return not (following.islower() or following.isdigit() or (mark and _may_have_a_dot(words[mark - 1])))


def _may_have_a_dot(word: str) -> bool:
    """Whether a word may be an ordinal, an initial, or an abbreviation such as "Sr"."""
    if word.isdigit():
        return len(word) <= 2
    return word.isalpha() and (len(word) == 1 or (len(word) <= 3 and word.istitle()))
