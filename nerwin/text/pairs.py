"""Words together with the word that comes after them.

Where a token is a letter, as in Chinese, it says little alone, but two in a row say much. So taggers that look at
windows of letters look up these pairs, too (Pei, Ge & Chang 2014). Pairs of whole words are rare, and gained nothing.
So a configuration may name the feature for any corpus, but it is used only where most words are single letters. There a
form is not a word, but a word and the next one; such forms are interned, looked up and projected once, like others.
"""

import unicodedata
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from itertools import accumulate, chain

PAIR = "pair"  # the name of the feature
LETTERED = 0.6  # share of single letters among words; corpora of whole words are below it in any language
_BETWEEN = "\uffff"  # Unicode reserves it for such internal use; if a word holds it, only what is before it counts


def are_letters(sentences: Iterable[Sequence[str]]) -> bool:
    """Whether most words of a corpus are single letters, or signs that go with letters, such as Hindi vowels."""
    counts = Counter(chain.from_iterable(sentences))
    letters = sum(count for word, count in counts.items() if len(word) == 1 and _is_letter(word))
    return letters > LETTERED * counts.total()


def _is_letter(character: str) -> bool:
    return character.isalpha() or unicodedata.category(character).startswith("M")


def forms_of(words: Sequence[str], features: Container[str], lengths: Iterable[int] = ()) -> Sequence[str]:
    """The forms of a sentence: its words, or, with pairs among the features, each word with the one after it.

    The last word of a sentence has nothing after it.

    Args:
        lengths: of the sentences, if the words are those of several in a row.
    """
    if PAIR not in features or not words:
        return words
    after = [*words[1:], ""]
    for end in accumulate(lengths):
        after[end - 1] = ""
    return [f"{word}{_BETWEEN}{following}" for word, following in zip(words, after, strict=True)]


def bare_words(forms: Sequence[str], features: Container[str]) -> Sequence[str]:
    """The word of each form. With pairs among the features, forms that are words already are left as they are."""
    return [form.partition(_BETWEEN)[0] for form in forms] if PAIR in features else forms
