"""Where sentences of raw text end: taggers learn from sentences, and find less in paragraphs.

The rules suit any language with these marks, and would rather leave two sentences together than cut one. A sentence
ends at a blank line; and after a mark, with whatever closes there, such as quotation marks. But it goes on if the next
word begins with a small letter, or follows what has closed without a blank, as in 《加油！》是电影. After a dot it also
goes on if the dot may belong to an abbreviation, an initial or an ordinal, or if a number follows.
"""

import itertools
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from nerwin.text.tokenizer import Token

DOTS = ".!?…"  # marks that are also written several in a row
MARKS = frozenset(DOTS + "。！？．｡।॥။።۔؟")
FULL_STOPS = frozenset(".．")
CLOSING = frozenset("”’)]}」』）］｝》〉】〕")
# Quotation marks that open in one place and close in another, and what opens where each closes.
OPENED_BY = {'"': '"', "'": "'", "''": "``", "“": "„", "‘": "‚", "»": "«", "«": "»", "›": "‹", "‹": "›"}
OPENING = frozenset("([{“‘„‚«‹「『（［｛《〈【〔¿¡")
NEAR = 200  # tokens before a mark in which what it closes may stand
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")


def cut_into_sentences(text: str, tokens: Sequence[Token]) -> list[Sequence[Token]]:
    """The tokens of each sentence of a text."""
    borders = {0, *_borders(tokens), len(tokens)}
    if "\n" in text:
        starts = [token.start for token in tokens]
        borders.update(bisect_left(starts, gap.end()) for gap in _BLANK_LINE.finditer(text))
    return [tokens[start:end] for start, end in itertools.pairwise(sorted(borders))]


def _borders(tokens: Sequence[Token]) -> Iterator[int]:
    """The numbers of the tokens that begin a sentence after a mark."""
    begin = after = 0
    for mark in [number for number, token in enumerate(tokens) if token.text[0] in MARKS and _is_mark(token.text)]:
        if mark < after:
            continue  # one of several in a row
        after, closed = mark + 1, False
        while after < len(tokens) and (_is_mark(tokens[after].text) or _closes(tokens, begin, after)):
            closed = not _is_mark(tokens[after].text)
            after += 1
        if after == len(tokens) or (closed and _touch(tokens, after)):
            continue
        if _ends(tokens, mark, tokens[after].text[0]):
            yield after
            begin = after


def _is_mark(word: str) -> bool:
    return word in MARKS or not word.strip(DOTS)


def _closes(tokens: Sequence[Token], begin: int, number: int) -> bool:
    """Whether a token closes what the sentence from `begin` on has opened."""
    word = tokens[number].text
    if word not in OPENED_BY:
        return word in CLOSING
    if _touch(tokens, number):
        following = tokens[number + 1].text[0] if number + 1 < len(tokens) and _touch(tokens, number + 1) else " "
        if not (following.isalnum() or following in OPENING):
            return True
        begin = 0  # between two words it may close a quotation of several sentences
    before = [token.text for token in tokens[max(begin, number - NEAR) : number]]
    opened, closed = before.count(OPENED_BY[word]), before.count(word)
    return opened % 2 == 1 if OPENED_BY[word] == word else opened > closed


def _touch(tokens: Sequence[Token], number: int) -> bool:
    """Whether a token follows the one before it without a blank."""
    return tokens[number].start == tokens[number - 1].end


def _ends(tokens: Sequence[Token], mark: int, following: str) -> bool:
    """Whether a mark ends a sentence, given the first letter of the word that follows."""
    if tokens[mark].text not in FULL_STOPS:
        return not following.islower()
    return not (following.islower() or following.isdigit() or (mark and _may_have_a_dot(tokens[mark - 1].text)))


def _may_have_a_dot(word: str) -> bool:
    """Whether a word may be an ordinal, an initial, or an abbreviation such as "Sr"."""
    if len(word) > 2:
        return False
    return word.isdigit() or (word.isalpha() and (word.istitle() or (len(word) == 1 and word.isascii())))
