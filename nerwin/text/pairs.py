"""Words together with the word that comes after them.

Where a token is a letter, as in Chinese, it says little alone, and two in a row say much: taggers that look at windows
of letters look these pairs up, too (Pei, Ge & Chang 2014). A configuration that has the feature may be of any corpus:
pairs of whole words are rare and brought nothing, so they are looked up where most words are single letters, and
nowhere else. There a form is no longer a word, but a word and the next one, and what is done with forms is done with
pairs: they are interned, looked up and projected once.
"""

import unicodedata
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from itertools import accumulate, chain

PAIR = "pair"  # the name of the feature
LETTERED = 0.6  # share of words that are one letter; where words are words it is below that in any language
_BETWEEN = "\uffff"  # which Unicode keeps free for such a use; a word that holds it is read up to there


def are_letters(sentences: Iterable[Sequence[str]]) -> bool:
    """Whether most words of a corpus are single letters, or signs that stand with letters as the vowels of Hindi do."""
    counts = Counter(chain.from_iterable(sentences))
    letters = sum(count for word, count in counts.items() if len(word) == 1 and _is_letter(word))
    return letters > LETTERED * counts.total()


def _is_letter(character: str) -> bool:
    return character.isalpha() or unicodedata.category(character).startswith("M")


def forms_of(words: Sequence[str], features: Container[str], lengths: Iterable[int] = ()) -> Sequence[str]:
    """The forms of a sentence: its words, or with pairs among the features, each with the one after it.

    The last word has nothing after it.

    Args:
        lengths: of the sentences, where the words are those of several in a row.
    """
    if PAIR not in features or not words:
        return words
    after = [*words[1:], ""]
    for end in accumulate(lengths):
        after[end - 1] = ""
    return [f"{word}{_BETWEEN}{following}" for word, following in zip(words, after, strict=True)]


def bare_words(forms: Sequence[str], features: Container[str]) -> Sequence[str]:
    """The word of each form; with pairs among the features, a form may also be a word."""
    return [form.partition(_BETWEEN)[0] for form in forms] if PAIR in features else forms
