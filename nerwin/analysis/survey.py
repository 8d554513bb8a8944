"""What a corpus holds, in figures: its parts (`nerwin/analysis/part.py`), and how they differ from each other.

Nothing is refused here that can be read; `nerwin/analysis/advice.py` tells what of it deserves a second look.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from nerwin.analysis.part import Covered, PartSurvey, TaggedPart, Unseen, describe, read_tagged
from nerwin.config.settings import Config
from nerwin.errors import ConfigError
from nerwin.parts.notes import LETTERS_MISMATCH
from nerwin.text.features import spellings
from nerwin.text.pairs import are_letters
from nerwin.text.tags import Span
from nerwin.text.tokenizer_fit import tokenizer_doubt
from nerwin.vectors.cache import load_vectors

PARTS = ("train", "dev", "test")


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


def survey(config: Config) -> Survey:
    """Read all parts that a configuration names, and compare them.

    Raises:
        ConfigError: it names none. CorpusError, VectorsError: a file that cannot be read.
    """
    paths = {name: path for name in PARTS if (path := getattr(config.corpus, name)) is not None}
    if not paths:
        raise ConfigError("corpus.train: expected a tagged corpus, found none. Set it in the config, or name files.")
    tagged = {name: read_tagged(path, config) for name, path in paths.items()}
    parts = {name: describe(one) for name, one in tagged.items()}
    sequences = {name: one.sequences() for name, one in tagged.items()}
    for name, one in tagged.items():
        if "train" in tagged and name != "train":
            parts[name].unseen = _unseen(one, tagged["train"])
        for earlier in list(tagged)[: list(tagged).index(name)]:
            parts[name].shared[earlier] = [
                sentence.line for sentence in one.corpus.sentences if tuple(sentence.words) in sequences[earlier]
            ]
    for name, doubt in _doubts_of_words(tagged, config.corpus.tokenizer):
        parts[name].doubts.append(doubt)
    if config.words.vectors is not None:
        vectors = set(load_vectors(config.words.vectors, config.words.dim).words)
        for name, one in tagged.items():
            parts[name].vectors = _covered(one, vectors, lower=config.words.lower)
    return Survey(parts, _conflicts(tagged.values()))


def _doubts_of_words(tagged: Mapping[str, TaggedPart], tokenizer: str) -> Iterator[tuple[str, str]]:
    """What training would say of the words: of which part, and the doubt."""
    if "train" not in tagged:
        return
    train = tagged["train"].corpus.words
    yield from (("train", doubt) for doubt in tokenizer_doubt(train, tokenizer))
    letters = are_letters(train)
    yield from (
        (name, LETTERS_MISMATCH[letters]) for name, one in tagged.items() if are_letters(one.corpus.words) != letters
    )


def _unseen(part: TaggedPart, train: TaggedPart) -> Unseen:
    known, words = set(train.words()), part.words()
    return Unseen(
        1 - _share(words, known),
        1 - _share(set(words), known),
        1 - _share(list(part.names()), set(train.names())),
    )


def _share(values: Collection[Any], known: Collection[Any]) -> float:
    return sum(value in known for value in values) / len(values) if values else 1.0


def _covered(part: TaggedPart, known: Collection[str], *, lower: bool) -> Covered:
    """The shares of words that are looked up with success, in any spelling."""
    words = part.words()
    forms = set(words)
    has = {form for form in forms if any(one in known for one in spellings(form.lower() if lower else form))}
    inside = [word for _, *inner in part.names() for word in inner]
    return Covered(_share(words, has), _share(forms, has), _share(inside, has))


def _conflicts(parts: Iterable[TaggedPart]) -> list[Conflict]:
    """The sequences of words that are tagged in several ways, in the order in which they are found."""
    ways: dict[tuple[str, ...], dict[tuple[Span, ...], str]] = defaultdict(dict)
    for part in parts:
        for sentence, found in zip(part.corpus.sentences, part.entities, strict=True):
            ways[tuple(sentence.words)].setdefault(found, f"{part.corpus.path}:{sentence.line}")
    return [Conflict(list(words), list(places.values())) for words, places in ways.items() if len(places) > 1]
