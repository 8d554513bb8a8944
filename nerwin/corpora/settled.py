"""What is told of a corpus only after all of it has been read, in whatever form: its scheme, notes and doubts."""

from collections.abc import Iterable

from nerwin.corpora.choices import Scheme
from nerwin.corpora.corpus import Corpus
from nerwin.corpora.doubts import doubts, oddities
from nerwin.corpora.schemes import settle_scheme
from nerwin.errors import CorpusError


def settled(corpus: Corpus, scheme: Scheme = "auto", *, refuse_mixed: bool) -> Corpus:
    """A corpus that has been read, after its scheme is settled, and its notes and doubts are collected.

    Raises:
        CorpusError: mixed schemes, or no sentence at all.
    """
    if not corpus.sentences:
        raise nothing_tagged(corpus.path, corpus.notes)
    settle_scheme(corpus, scheme, refuse_mixed=refuse_mixed)
    corpus.notes += oddities(corpus)
    corpus.doubts += doubts(corpus)
    return corpus


def nothing_tagged(path: str, notes: Iterable[str]) -> CorpusError:
    """The error of a file without sentences, given what was left out of it, in words."""
    return CorpusError(
        f"{path}: expected tagged sentences, found {'; '.join(['none', *notes])}. Is this the right file?"
    )
