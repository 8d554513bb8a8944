"""One part of a corpus in figures: its sizes, its types, and what of its tags and words deserves a second look."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nerwin.analysis.characters import Odd, odd_characters
from nerwin.config.settings import Config
from nerwin.corpora.corpus import Corpus, Sentence
from nerwin.corpora.reading import read_corpus
from nerwin.corpora.schemes import illegal_steps
from nerwin.parts.parts import CUT_BEYOND
from nerwin.text.tags import Span, spans

MUCH = 0.1  # share of the words; a corpus has some long sentences


class Unseen(NamedTuple):
    """Shares of what the training part does not have: of all words, of the distinct ones, of the entities."""

    words: float
    forms: float
    entities: float


class Lengths(NamedTuple):
    """Words in a sentence; `line` is where the longest begins."""

    mean: float
    median: float
    most: float  # 95 of a hundred are no longer
    longest: int
    line: int


class Invalid(NamedTuple):
    """A step between two tags that the part's scheme does not have."""

    line: int
    before: str
    after: str


class Covered(NamedTuple):
    """Shares with a word vector: of all words, of the distinct ones, of those in entities."""

    words: float
    forms: float
    entities: float


@dataclass
class PartSurvey:
    """One file in figures.

    type_lines: where the first entity of each type begins.
    others, missing: the types that are there and are not to be learned, and those that are and are not there.
    long: where the sentences begin that training would cut; empty where they hold less than MUCH of the words.
    shared: the lines of the sentences that an earlier part has too.
    """

    path: str
    delimiter: str
    scheme: str
    sentences: int
    words: int
    forms: int
    entities: int
    without_entities: int
    repeated: int
    types: dict[str, int]
    type_lines: dict[str, int]
    others: list[str]
    missing: list[str]
    lengths: Lengths
    long: list[int]
    invalid: list[Invalid]
    odd: dict[str, Odd]
    comments: int
    docstarts: int
    tag_columns: list[int]
    doubts: list[str]
    unseen: Unseen | None = None
    shared: dict[str, list[int]] = field(default_factory=dict)
    vectors: Covered | None = None


class TaggedPart(NamedTuple):
    """A part as it was read, and the entities of each sentence that are to be learned.

    others, missing: as in PartSurvey.
    """

    corpus: Corpus
    entities: list[tuple[Span, ...]]
    others: list[str]
    missing: list[str]

    def words(self) -> list[str]:
        return [word for sentence in self.corpus.sentences for word in sentence.words]

    def sequences(self) -> set[tuple[str, ...]]:
        """The words of every sentence."""
        return {tuple(sentence.words) for sentence in self.corpus.sentences}

    def names(self) -> Iterator[tuple[str, ...]]:
        """The type and the words of each entity."""
        for sentence, found in zip(self.corpus.sentences, self.entities, strict=True):
            yield from ((label, *sentence.words[start:end]) for start, end, label in found)


def read_tagged(path: Path, config: Config) -> TaggedPart:
    """A part and its entities; mixed tag schemes are told of, not refused.

    Raises:
        CorpusError: it cannot be read.
    """
    corpus = read_corpus(path, config.corpus.columns, refuse_mixed=False)
    found = [tuple(spans(sentence.tags)) for sentence in corpus.sentences]
    if config.corpus.entities == "all":
        return TaggedPart(corpus, found, [], [])
    chosen, there = set(config.corpus.entities), {span.label for each in found for span in each}
    learned = [tuple(span for span in each if span.label in chosen) for each in found]
    return TaggedPart(corpus, learned, sorted(there - chosen), sorted(chosen - there))


def describe(tagged: TaggedPart) -> PartSurvey:
    """The figures that need no other part; `unseen`, `shared` and `vectors` are still empty."""
    corpus, sentences = tagged.corpus, tagged.corpus.sentences
    counts = Counter(tagged.words())
    types = Counter(span.label for found in tagged.entities for span in found)
    return PartSurvey(
        path=corpus.path,
        delimiter=corpus.delimiter,
        scheme=corpus.scheme,
        sentences=len(sentences),
        words=counts.total(),
        forms=len(counts),
        entities=types.total(),
        without_entities=sum(not found for found in tagged.entities),
        repeated=len(sentences) - len(tagged.sequences()),
        types=dict(sorted(types.items())),
        type_lines=_type_lines(tagged),
        others=tagged.others,
        missing=tagged.missing,
        lengths=_lengths(sentences),
        long=_long(corpus),
        invalid=[Invalid(*step) for step in illegal_steps(corpus)] if corpus.illegal else [],
        odd=odd_characters(counts, sentences),
        comments=corpus.comments,
        docstarts=corpus.docstarts,
        tag_columns=corpus.tag_columns,
        doubts=corpus.doubts,
    )


def _type_lines(tagged: TaggedPart) -> dict[str, int]:
    tagged_sentences = zip(tagged.corpus.sentences, tagged.entities, strict=True)
    places = [(span.label, sentence.lines[span.start]) for sentence, found in tagged_sentences for span in found]
    return dict(reversed(places))  # of each type the first one stays


def _lengths(sentences: Sequence[Sentence]) -> Lengths:
    lengths = np.array([len(sentence.words) for sentence in sentences])  # (sentences,)
    longest = int(lengths.argmax())
    median, most = np.percentile(lengths, [50, 95]).tolist()
    return Lengths(float(lengths.mean()), median, most, int(lengths[longest]), sentences[longest].line)


def _long(corpus: Corpus) -> list[int]:
    """Where the sentences begin that training would cut, if it is more than the odd one."""
    long = [sentence for sentence in corpus.sentences if len(sentence.words) > CUT_BEYOND]
    many = sum(len(sentence.words) for sentence in long) > MUCH * corpus.tokens
    return [sentence.line for sentence in long] if many else []
