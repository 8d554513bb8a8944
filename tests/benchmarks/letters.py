"""Corpora as if they were written in letters that stand for parts of words, as Chinese is, and tagged letter by letter.

Words in lower case are cut into parts that are frequent in the train part, the longest first, and every part becomes a
letter. What is left is what such a corpus has: some thousand letters, neither words nor capitals nor endings.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from nerwin.corpora.corpus import Sentence
from nerwin.text.tags import OUTSIDE

LONGEST = 4  # characters that one letter stands for
FIRST = 0x4E00  # the code of the first letter; some 20,000 letters follow


class Alphabet:
    """Letters for the most frequent parts of words, and for every single character."""

    def __init__(self, sentences: Iterable[Sentence], size: int) -> None:
        counts = Counter(word.lower() for sentence in sentences for word in sentence.words)
        parts = Counter[str]()
        for word, count in counts.items():
            for start in range(len(word)):
                for end in range(start + 1, min(start + LONGEST, len(word)) + 1):
                    parts[word[start:end]] += count
        self._frequent = {part for part, _ in parts.most_common(size)}
        self._letters: dict[str, str] = {}

    def rewritten(self, sentence: Sentence) -> Sentence:
        """A sentence in these letters, its tags in IOB2 as the words' were."""
        words: list[str] = []
        tags: list[str] = []
        for word, tag in zip(sentence.words, sentence.tags, strict=True):
            letters = [self._letter(part) for part in self._cut(word.lower())]
            words += letters
            tags += [tag, *[tag if tag == OUTSIDE else f"I{tag[1:]}"] * (len(letters) - 1)]
        return Sentence(words, tags)

    def _letter(self, part: str) -> str:
        return self._letters.setdefault(part, chr(FIRST + len(self._letters)))

    def _cut(self, word: str) -> Iterator[str]:
        while word:
            end = next((end for end in range(LONGEST, 1, -1) if word[:end] in self._frequent), 1)
            yield word[:end]
            word = word[end:]
