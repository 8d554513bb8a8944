"""What a tagger says of a text: its tokens, their tags, and the entities that these spell."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from nerwin.text.tags import Span
from nerwin.text.tokenizer import Token

Tokenized = tuple[str, Sequence[Token]]  # a text and its tokens


class Entity(NamedTuple):
    """A span of a text: `text[start:end]` is `.text`.

    score: how likely it is right, as far as the dev part could tell (see `nerwin/evaluation/calibration.py`).
    """

    start: int
    end: int
    label: str
    text: str
    score: float


class Annotation(NamedTuple):
    """A text, its tokens, their IOB2 tags, the entities that they spell, and how many tokens each sentence has."""

    text: str
    tokens: Sequence[Token]
    tags: list[str]
    entities: list[Entity]
    lengths: list[int]


def together(text: str, tokens: Sequence[Token], sentences: Iterable[Annotation]) -> Annotation:
    """The annotation of a text, given those of its sentences."""
    tags: list[str] = []
    entities: list[Entity] = []
    lengths: list[int] = []
    for sentence in sentences:
        tags += sentence.tags
        entities += sentence.entities
        lengths += sentence.lengths
    return Annotation(text, tokens, tags, entities, lengths)


def entity_of(text: str, tokens: Sequence[Token], span: Span, score: float) -> Entity:
    """The entity of a span of tokens."""
    start, end = tokens[span.start].start, tokens[span.end - 1].end
    return Entity(start, end, span.label, text[start:end], score)
