"""Recall of entities that training has seen, and of others: names learned by heart help with the first alone."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from nerwin.config.corpora import learned_sentences
from nerwin.config.settings import Config
from nerwin.corpora.corpus import Sentence
from nerwin.files.fingerprints import Fingerprint
from nerwin.text.tags import Span, spans

Names = frozenset[tuple[str, ...]]


class Recall(NamedTuple):
    """right: true entities that were found. support: all true entities."""

    right: int
    support: int

    @property
    def share(self) -> float:
        return self.right / self.support if self.support else 0.0


def names_in(sentences: Iterable[Sentence]) -> Names:
    """The words of every entity, spelled as they stand, whatever its type."""
    return frozenset(name_of(sentence.words, span) for sentence in sentences for span in spans(sentence.tags))


def name_of(words: Sequence[str], span: Span) -> tuple[str, ...]:
    return tuple(words[span.start : span.end])


def training_names(config: Config, sources: Mapping[str, Fingerprint]) -> Names | None:
    """The entities that were learned from; None where the training part is not here, as after a model has travelled, or
    is another by now.

    Raises:
        CorpusError: the file is there, but cannot be read.
    """
    sentences = learned_sentences(config, sources)
    return None if sentences is None else names_in(sentences)


def recall_by_familiarity(
    sentences: Sequence[Sentence], found: Sequence[Mapping[Span, float]], names: Names
) -> dict[bool, Recall]:
    """The recall of entities that were seen in training (True), and of the others (False)."""
    right, support = {True: 0, False: 0}, {True: 0, False: 0}
    for sentence, claims in zip(sentences, found, strict=True):
        for span in spans(sentence.tags):
            seen = name_of(sentence.words, span) in names
            support[seen] += 1
            right[seen] += span in claims
    return {seen: Recall(right[seen], support[seen]) for seen in (True, False)}
