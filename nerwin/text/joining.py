"""Words that come without their text, joined to one."""

import itertools
from collections.abc import Iterable

from nerwin.text.tokenizer import Token, has_unspaced_letter, is_unspaced


def join_words(words: Iterable[str], *, spaced: bool = False) -> tuple[str, list[Token]]:
    """Words as a text, and their offsets in it.

    Args:
        spaced: whether a space stands between any two words. If not, there is none between letters and marks of scripts
            without spaces, and none at all in a sentence in such a script whose words are all of one character.
    """
    words = list(words)
    if not spaced and all(len(word) == 1 for word in words) and any(map(has_unspaced_letter, words)):
        return join_letters(words)
    text, tokens, tight = "", [], True
    for word in words:
        alone = not spaced and is_unspaced(word)
        if text and not (alone and tight):
            text += " "
        tokens.append(Token(word, len(text), len(text) + len(word)))
        text += word
        tight = alone
    return text, tokens


def join_letters(words: Iterable[str]) -> tuple[str, list[Token]]:
    """Words as a text without spaces, and their offsets in it."""
    ends = list(itertools.accumulate(map(len, words), initial=0))
    return "".join(words), [Token(*one) for one in zip(words, ends, ends[1:], strict=False)]
