"""What a corpus holds, in figures: its parts by themselves and held against each other.

Nothing is refused here that can be read; what of it deserves a second look is told by `nerwin/analysis/advice.py`.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from nerwin.analysis.characters import Odd, odd_characters
from nerwin.config.corpora import columns_of
from nerwin.config.settings import Config
from nerwin.errors import ConfigError
from nerwin.text.corpus import read_corpus
from nerwin.text.features import spellings
from nerwin.text.pairs import are_letters
from nerwin.text.tagged import Corpus, Sentence
from nerwin.text.tags import SCHEMES, Span, spans, steps
from nerwin.text.tokenizer_fit import tokenizer_doubt
from nerwin.text.vector_cache import load_vectors
from nerwin.training.data import CUT_BEYOND, LETTERS_MISMATCH

PARTS = ("train", "dev", "test")
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


class Conflict(NamedTuple):
    """The same words under different tags: where each way to tag them is first found."""

    words: list[str]
    places: list[str]


@dataclass
class Survey:
    """All parts, by name."""

    parts: dict[str, PartSurvey]
    conflicts: list[Conflict]

    def to_dict(self) -> dict[str, Any]:
        """Plain values, fit for JSON."""
        return {
            "parts": {name: _plain(asdict(part)) for name, part in self.parts.items()},
            "conflicts": [one._asdict() for one in self.conflicts],
        }


def _plain(value: Any) -> Any:
    """Named tuples as maps of their names."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return value._asdict()
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value


class _Tagged(NamedTuple):
    """A part as it was read, and the entities of each sentence that are to be learned.

    others, missing: as in PartSurvey.
    """

    corpus: Corpus
    entities: list[tuple[Span, ...]]
    others: list[str]
    missing: list[str]

    def names(self) -> Iterator[tuple[str, ...]]:
        """The type and the words of each entity."""
        for sentence, found in zip(self.corpus.sentences, self.entities, strict=True):
            yield from ((label, *sentence.words[start:end]) for start, end, label in found)


def survey(config: Config) -> Survey:
    """Read all parts that a configuration names, and hold them against each other.

    Raises:
        ConfigError: it names none. CorpusError, VectorsError: a file that cannot be read.
    """
    paths = {name: path for name in PARTS if (path := getattr(config.corpus, name)) is not None}
    if not paths:
        raise ConfigError("corpus.train: expected a tagged corpus, found none. Set it in the config, or name files.")
    tagged = {name: _read(path, config) for name, path in paths.items()}
    parts = {name: _describe(one) for name, one in tagged.items()}
    first_lines = {name: _first_lines(one.corpus.sentences) for name, one in tagged.items()}
    for name, one in tagged.items():
        if "train" in tagged and name != "train":
            parts[name].unseen = _unseen(one, tagged["train"])
        for earlier in list(tagged)[: list(tagged).index(name)]:
            parts[name].shared[earlier] = [
                sentence.line for sentence in one.corpus.sentences if tuple(sentence.words) in first_lines[earlier]
            ]
    for name, doubt in _doubts_of_words(tagged, config.corpus.tokenizer):
        parts[name].doubts.append(doubt)
    if config.words.vectors is not None:
        known = set(load_vectors(config.words.vectors, config.words.dim).words)
        for name, one in tagged.items():
            parts[name].vectors = _covered(one, known, lower=config.words.lower)
    return Survey(parts, _conflicts(tagged.values()))


def _doubts_of_words(tagged: Mapping[str, _Tagged], tokenizer: str) -> Iterator[tuple[str, str]]:
    """What training would say of the words: of which part, and the doubt."""
    if "train" not in tagged:
        return
    train = tagged["train"].corpus.words
    yield from (("train", doubt) for doubt in tokenizer_doubt(train, tokenizer))
    letters = are_letters(train)
    yield from (
        (name, LETTERS_MISMATCH[letters]) for name, one in tagged.items() if are_letters(one.corpus.words) != letters
    )


def _read(path: Path, config: Config) -> _Tagged:
    corpus = read_corpus(path, columns_of(config.corpus), refuse_mixed=False)
    found = [tuple(spans(sentence.tags)) for sentence in corpus.sentences]
    if config.corpus.entities == "all":
        return _Tagged(corpus, found, [], [])
    chosen, there = set(config.corpus.entities), {span.label for each in found for span in each}
    learned = [tuple(span for span in each if span.label in chosen) for each in found]
    return _Tagged(corpus, learned, sorted(there - chosen), sorted(chosen - there))


def _describe(tagged: _Tagged) -> PartSurvey:
    corpus, sentences = tagged.corpus, tagged.corpus.sentences
    counts = Counter(word for sentence in sentences for word in sentence.words)
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
        repeated=len(sentences) - len(_first_lines(sentences)),
        types=dict(sorted(types.items())),
        type_lines=_type_lines(tagged),
        others=tagged.others,
        missing=tagged.missing,
        lengths=_lengths(sentences),
        long=_long(sentences),
        invalid=list(_invalid(corpus)),
        odd=odd_characters(counts, sentences),
        comments=corpus.comments,
        docstarts=corpus.docstarts,
        tag_columns=corpus.tag_columns,
        doubts=corpus.doubts,
    )


def _first_lines(sentences: Iterable[Sentence]) -> dict[tuple[str, ...], int]:
    """Where each sequence of words is first found."""
    first: dict[tuple[str, ...], int] = {}
    for sentence in sentences:
        first.setdefault(tuple(sentence.words), sentence.line)
    return first


def _type_lines(tagged: _Tagged) -> dict[str, int]:
    tagged_sentences = zip(tagged.corpus.sentences, tagged.entities, strict=True)
    places = [(span.label, sentence.lines[span.start]) for sentence, found in tagged_sentences for span in found]
    return dict(reversed(places))  # of each type the first one stays


def _lengths(sentences: Sequence[Sentence]) -> Lengths:
    lengths = np.array([len(sentence.words) for sentence in sentences])  # (sentences,)
    longest = int(lengths.argmax())
    median, most = np.percentile(lengths, [50, 95]).tolist()
    return Lengths(float(lengths.mean()), median, most, int(lengths[longest]), sentences[longest].line)


def _long(sentences: Sequence[Sentence]) -> list[int]:
    """Where the sentences begin that training would cut, if it is more than the odd one."""
    long = [sentence for sentence in sentences if len(sentence.words) > CUT_BEYOND]
    words = sum(len(sentence.words) for sentence in sentences)
    many = sum(len(sentence.words) for sentence in long) > MUCH * words
    return [sentence.line for sentence in long] if many else []


def _invalid(corpus: Corpus) -> Iterator[Invalid]:
    """The steps that the scheme does not allow, if it counted any."""
    if not corpus.illegal:
        return
    legal = SCHEMES[corpus.scheme]
    for sentence in corpus.sentences:
        for offset, (before, after) in enumerate(steps(sentence.tags)):
            if not legal(before, after):
                yield Invalid(sentence.lines[min(offset, len(sentence.tags) - 1)], before, after)


def _unseen(part: _Tagged, train: _Tagged) -> Unseen:
    known = {word for sentence in train.corpus.sentences for word in sentence.words}
    words = [word for sentence in part.corpus.sentences for word in sentence.words]
    return Unseen(
        1 - _share(words, known),
        1 - _share(set(words), known),
        1 - _share(list(part.names()), set(train.names())),
    )


def _share(values: Collection[Any], known: Collection[Any]) -> float:
    return sum(value in known for value in values) / len(values) if values else 1.0


def _covered(part: _Tagged, known: Collection[str], *, lower: bool) -> Covered:
    """The shares of words that are looked up with success, in any spelling."""
    words = [word for sentence in part.corpus.sentences for word in sentence.words]
    forms = set(words)
    has = {form for form in forms if any(one in known for one in spellings(form.lower() if lower else form))}
    inside = [word for _, *inner in part.names() for word in inner]
    return Covered(_share(words, has), _share(forms, has), _share(inside, has))


def _conflicts(parts: Iterable[_Tagged]) -> list[Conflict]:
    """The sequences of words that are tagged in several ways, in the order in which they are found."""
    ways: dict[tuple[str, ...], dict[tuple[Span, ...], str]] = defaultdict(dict)
    for part in parts:
        for sentence, found in zip(part.corpus.sentences, part.entities, strict=True):
            ways[tuple(sentence.words)].setdefault(found, f"{part.corpus.path}:{sentence.line}")
    return [Conflict(list(words), list(places.values())) for words, places in ways.items() if len(places) > 1]
