"""Raw text into tokens that remember where they stood.

A small rule-based tokenizer in the manner of the Penn Treebank for text with spaces: runs of letters and digits are
words, inner hyphens, dots, commas and apostrophes hold a word together where both neighbours are letters or digits,
abbreviations such as "U.S." keep their dots, English clitics ('s, n't) come off, and every other mark stands alone.
Chinese and Japanese characters, which have no spaces between them, are a token each, as in corpora that are tagged
character by character. `text[token.start:token.end] == token.text` always holds.
"""

import functools
import itertools
import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple


@functools.cache
def _token(*, hyphens: bool = True, high: bool = False) -> re.Pattern[str]:
    """The pattern of a token, compiled when first needed: that takes longer than the import of this package.

    Args:
        hyphens: whether they hold words together.
        high: whether it knows the marks and pictures beyond U+FFFF. Few texts have any, and it takes half as long
        again.
    """
    # A letter, a digit, "_" as in @user_name, or what words have and \w leaves out: combining marks (vowel signs,
    # separate accents), and invisible characters that join or separate letters.
    marks = _marks(*_MARKED, *(_HIGH_MARKED if high else ()))
    letter = rf"[\w{marks}{_UNSEEN}]"
    signs = f"[{marks}{_SKINS if high else ''}]"  # which modify the character before
    flag = f"[{_FLAG}]{{2}} |" if high else ""
    clitic = r"['’](?:s|S|re|RE|ve|VE|ll|LL|d|D|m|M)\b"
    hyphen, joint = ("-?", "-‐") if hyphens else ("", "")
    return re.compile(
        rf"""
          [a-zA-Z]++(?=[ ,])                               # most words; the rest would find the same, but more slowly
        | https?://(?:\S*[^\s.,;:!?)\]"']|\S)              # a web address, without the punctuation after it
        | [@#]{letter}+                                    # a user name or hashtag
        | (?:[^\W\d_]\.){{2,}}(?!{letter})                 # U.S.  e.g.
        | (?:Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|No|Gen|Lt|Col|Sgt|Capt|Rev|Hon|vs|Inc|Ltd|Co|Corp)\.(?=\s)
        | \d+(?:[.,:]\d+)*                                 # 3,141.59  10:30
          (?:{hyphen}{letter}+(?:[{joint}'’.]{letter}+)*)? # 2nd  5-year  4x4
        | {letter}+?(?=n['’]t\b) | n['’]t\b                # did | n't
        | {clitic}                                         # 's  're
        | {letter}+(?:(?!{clitic})[{joint}.'’&/_]{letter}+)* # Jean-Luc  O'Neill  AT&T  a.b
        | \.{{2,}} | -{{2,}}                                # an ellipsis, a dash
        | {flag} \S{signs}*(?:\u200d[^\w\s]{signs}*)*                  # any other mark, or a picture made of several
        """,
        re.VERBOSE,
    )


# Where combining marks stand: up to U+FFFF, and beyond.
_MARKED = (0x300, 0xAC00), (0xFB1E, 0xFE30)
_HIGH_MARKED = (0x10A00, 0x11F60), (0x16AF0, 0x16FF2), (0x1E000, 0x1E950), (0xE0100, 0xE01F0)
_HIGH = re.compile("[\U00010a00-\U000e01ef]")
_UNSEEN = "\u00ad\u200c\u200d\u2060"  # a soft hyphen, and joiners, as in Persian, Sinhala and Bengali words
_SKINS = "\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f"  # colours of pictures of people, and what flags are of
_FLAG = "\U0001f1e6-\U0001f1ff"  # of a country, by its two letters
_UNSPACED_LETTERS = "\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_UNSPACED_MARKS = "\u3001-\u3020\uff01-\uff60“”‘’…—·"
_SPACED = re.compile(r"\S+")
_LETTER = re.compile(r"\S")


@functools.cache
def _unspaced(further: str = "") -> re.Pattern[str]:
    """The pattern of a letter, or of some further character, of a script that has no spaces between words.

    It is compiled when first needed: that takes milliseconds.
    """
    return re.compile(f"([{_UNSPACED_LETTERS}{further}])")


def is_unspaced(word: str) -> bool:
    """Whether a word is a letter, or a mark, of a script that has no spaces between words."""
    return len(word) == 1 and _unspaced(_UNSPACED_MARKS).match(word) is not None


def has_unspaced_letter(word: str) -> bool:
    """Whether a word has a letter of a script that has no spaces between words."""
    return _unspaced().search(word) is not None


def _marks(*where: tuple[int, int]) -> str:
    """The combining marks among some characters (half open), as ranges of a pattern."""
    found = []
    for start, end in where:
        for is_mark, run in itertools.groupby(map(chr, range(start, end)), _is_mark):
            if is_mark:
                marks = list(run)
                found.append(f"{marks[0]}-{marks[-1]}")
    return "".join(found)


def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("M")


def _is_high(text: str) -> bool:
    return not text.isascii() and _HIGH.search(text) is not None


class Token(NamedTuple):
    """A token of a text and its character offsets there (half open)."""

    text: str
    start: int
    end: int


def tokenize(text: str) -> list[Token]:
    """The tokens of a text, in order."""
    pattern = _token(high=_is_high(text))
    if text.isascii() or not _unspaced().search(text):
        return _matches(pattern, text)
    tokens = []
    for match in pattern.finditer(text):
        start = match.start()
        for part in filter(None, _unspaced().split(match[0])):
            tokens.append(Token(part, start, start := start + len(part)))
    return tokens


def _matches(pattern: re.Pattern[str], text: str) -> list[Token]:
    # There are many tokens in much text, and Token(...) would take longer.
    return [tuple.__new__(Token, (match[0], match.start(), match.end())) for match in pattern.finditer(text)]


def split_words(text: str) -> list[str]:
    """The tokens of a text in lower case; words that hyphens join are taken apart."""
    found = _token(hyphens=False, high=_is_high(text)).findall(text)
    if not text.isascii() and _unspaced().search(text):
        found = [part for token in found for part in _unspaced().split(token)]
    return " ".join(found).lower().split()


def split_at_spaces(text: str) -> list[Token]:
    """The tokens of a text that another tokenizer has put spaces between."""
    return _matches(_SPACED, text)


def split_letters(text: str) -> list[Token]:
    """Every letter, digit and mark of a text, as in corpora that are tagged letter by letter."""
    return _matches(_LETTER, text)


Tokenizer = Callable[[str], list[Token]]

# By the names that models remember: if a tokenizer is changed to find other tokens, other than to mend a mistake, it
# gets a new name.
TOKENIZERS: dict[str, Tokenizer] = {"rules": tokenize, "spaces": split_at_spaces, "letters": split_letters}
