"""Whether the words of a corpus are what a tokenizer would find in their text, so that raw text can be tagged."""

from collections.abc import Iterable, Iterator, Sequence

from nerwin.text.joining import join_letters, join_words
from nerwin.text.pairs import are_letters
from nerwin.text.tokenizer import TOKENIZERS

ENOUGH = 1000  # words that are looked at
STRANGE = 0.1  # share of words that may differ from the tokenizer's: in text with spaces, a few in a hundred always do
FEW = 0.01  # the same if most words are single letters: there only digits and Latin letters can differ
# How raw text is to be tagged with each tokenizer, in the order in which they are advised.
REMEDIES = {
    "rules": "as it is (corpus.tokenizer=rules)",
    "letters": "letter by letter (corpus.tokenizer=letters)",
    "spaces": "with spaces between words (corpus.tokenizer=spaces)",
}


def tokenizer_doubt(sentences: Iterable[Sequence[str]], tokenizer: str) -> Iterator[str]:
    """The doubt about a corpus whose words are not what raw text would be taken apart into.

    Args:
        tokenizer: the name of the one that raw text is taken apart by.
    """
    sentences = list(sentences)
    letters = are_letters(sentences)
    some = list(_enough(sentences))
    missed = {name: _missed(some, name, letters=letters) for name in REMEDIES}
    most = FEW if letters else STRANGE
    if missed[tokenizer] > most:
        better = next((f", or {remedy}" for name, remedy in REMEDIES.items() if missed[name] <= most), "")
        yield (
            f"{missed[tokenizer]:.0%} of the words are no tokens of raw text (corpus.tokenizer={tokenizer}): "
            f"tag text in columns{better}"
        )


def _enough(sentences: Iterable[Sequence[str]]) -> Iterator[Sequence[str]]:
    """The first sentences, of ENOUGH words together."""
    words = 0
    for sentence in sentences:
        if words >= ENOUGH:
            return
        yield sentence
        words += len(sentence)


def _missed(sentences: Iterable[Sequence[str]], tokenizer: str, *, letters: bool) -> float:
    """The share of words that a tokenizer does not find in their text."""
    words = missed = 0
    for sentence in sentences:
        spaced = tokenizer == "spaces"
        text, tokens = join_letters(sentence) if letters and not spaced else join_words(sentence, spaced=spaced)
        words += len(tokens)
        missed += len(set(tokens).difference(TOKENIZERS[tokenizer](text)))
    return missed / max(words, 1)
