"""Tagged corpora that Python code holds in lists: the words of each sentence, and their tags."""

import re
from collections.abc import Sequence

from nerwin.corpora.choices import Scheme
from nerwin.corpora.corpus import Corpus, Sentence
from nerwin.corpora.schemes import as_read, expected_tag, is_legal
from nerwin.corpora.settled import settled
from nerwin.counts import counted
from nerwin.errors import CorpusError
from nerwin.text.blanks import BLANK

_UNWRITABLE = re.compile("[\n\ud800-\udfff]")  # no file could hold such a letter


def from_lists(
    sentences: Sequence[Sequence[str]],
    tag_sequences: Sequence[Sequence[str]],
    scheme: Scheme = "auto",
    *,
    refuse_mixed: bool = True,
) -> Corpus:
    """The corpus in lists of words and lists of tags, as Python code holds it; sentences without words are left out.

    Args:
        refuse_mixed: as for `read_corpus`.

    Raises:
        CorpusError: lists of unequal lengths, something else than tags, mixed schemes, or no sentence at all.
    """
    check_sentences(sentences, tag_sequences, "y")
    corpus = Corpus("y", delimiter="lists")
    for number, (words, tags) in enumerate(zip(sentences, tag_sequences, strict=True)):
        if isinstance(words, str):
            raise CorpusError(f"X[{number}]: expected a list of words, found {words[:40]!r}. Split it into words.")
        for word in words:
            if not isinstance(word, str):
                raise CorpusError(f"X[{number}]: expected words as str, found {word!r}. Convert them.")
            if not word.strip(BLANK) or _UNWRITABLE.search(word):
                raise CorpusError(
                    f"X[{number}]: expected words that are more than blanks, without line ends or half letters, found "
                    f"{word!r}. Leave it out."
                )
        if isinstance(tags, str):
            raise CorpusError(f"y[{number}]: expected a list of tags, found {tags[:40]!r}. Split it into tags.")
        check_tags(words, tags, scheme, f"y[{number}]")
        if len(words):  # numpy's arrays have no truth of their own
            read = as_read(list(tags), scheme)
            corpus.sentences.append(Sentence(list(words), read, [number] * len(words)))
    if not corpus.sentences:
        raise CorpusError("X: expected sentences with words and tags, found none. Give some.")
    return settled(corpus, scheme, refuse_mixed=refuse_mixed)


def check_sentences(sentences: Sequence[Sequence[str]], tag_sequences: Sequence[Sequence[str]], where: str) -> None:
    """Refuse tags of another number of sentences.

    Raises:
        CorpusError: they are; the message starts with `where`.
    """
    if len(sentences) != len(tag_sequences):
        raise CorpusError(
            f"{where}: expected the tags of {counted(len(sentences), 'sentence')}, found {len(tag_sequences)}. "
            "Give a list a sentence."
        )


def check_tags(words: Sequence[str], tags: Sequence[str], scheme: Scheme, where: str) -> None:
    """Refuse what is not a tag of a scheme for each word of a sentence.

    Raises:
        CorpusError: too few, too many, or something else than tags; the message starts with `where`.
    """
    if len(words) != len(tags):
        raise CorpusError(f"{where}: expected {counted(len(words), 'tag')}, one a word, found {len(tags)}. Mend them.")
    for tag in tags:
        if not isinstance(tag, str) or not is_legal(tag, scheme):
            raise CorpusError(f"{where}: expected {expected_tag(scheme)}, found {tag!r}. Mend the tag.")
