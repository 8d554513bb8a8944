"""The features of CRFsuite's tutorial: a word's own, and some of its neighbours'; others where tokens are letters."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

Features = dict[str, Any]


def features(words: Sequence[str]) -> list[Features]:
    """The features of each word of a sentence."""
    own = [_of_word(word) for word in words]
    found = []
    for position, row in enumerate(own):
        around: Features = {"bias": 1.0}
        for offset, border in ((-1, "first"), (1, "last")):
            if 0 <= position + offset < len(own):
                near = own[position + offset]
                around |= {f"{offset}:{key}": near[key] for key in ("lower", "upper", "title")}
            else:
                around[border] = True
        found.append(row | around)
    return found


def letter_features(letters: Sequence[str]) -> list[Features]:
    """The letters around each, one by one and two in a row, as is usual for Chinese."""
    padded = ["", "", *letters, "", ""]
    found = []
    for start in range(len(letters)):
        near = padded[start : start + 5]
        ones: Features = {f"{offset}": letter for offset, letter in enumerate(near, -2)}
        twos = {f"{offset}+": f"{one} {two}" for offset, (one, two) in enumerate(pairwise(near), -2)}
        found.append({"bias": 1.0} | ones | twos)
    return found


def _of_word(word: str) -> Features:
    return {
        "lower": word.lower(),
        "suffix3": word[-3:],
        "suffix2": word[-2:],
        "upper": word.isupper(),
        "title": word.istitle(),
        "digit": word.isdigit(),
    }
