"""The features of CRFsuite's tutorial: a word's own, and some of its neighbours'."""

from collections.abc import Sequence
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


def _of_word(word: str) -> Features:
    return {
        "lower": word.lower(),
        "suffix3": word[-3:],
        "suffix2": word[-2:],
        "upper": word.isupper(),
        "title": word.istitle(),
        "digit": word.isdigit(),
    }
