"""A trained model at work: words in, tags out; text in, entities with character offsets out."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np

from nerwin.arrays import Floats, Ints
from nerwin.corruption.repeats import REACH
from nerwin.errors import ModelError
from nerwin.text.features import FormTable, form_table
from nerwin.text.tags import Span, iob2, spans
from nerwin.text.tokenizer import Token
from nerwin.text.vocabulary import PADDING, UNKNOWN, Vocabulary
from nerwin.text.windows import lay_out, split_sentences, windows
from nerwin.training.calibration import entity_margin, found_entities
from nerwin.training.checkpoint import load_model
from nerwin.training.evaluation import Evaluation, evaluate_tags
from nerwin.training.model import Model
from nerwin.training.reliability import calibration_error, reliability
from nerwin.training.run import model_folder

KEPT = 200_000_000  # bytes of projections
FORMS = 512  # forms projected at a time


T = TypeVar("T")
Tokenized = tuple[str, Sequence[Token]]  # a text and its tokens


class Entity(NamedTuple):
    """A span of a text: `text[start:end]` is `.text`.

    score: how likely it is right, as far as the dev part could tell (see `calibration`).
    """

    start: int
    end: int
    label: str
    text: str
    score: float


class Annotation(NamedTuple):
    """A text, its tokens, their IOB2 tags, and the entities that they spell."""

    text: str
    tokens: Sequence[Token]
    tags: list[str]
    entities: list[Entity]


class Tagger:
    """Tags sentences with a model.

    It keeps what every form it meets adds to the first layer. Once that is more than KEPT bytes, the next call begins
    anew, so that memory does not grow with the text.

    min_score: the least score of an entity that is told of; what scores less counts as outside.
    """

    def __init__(self, model: Model, min_score: float = 0.0) -> None:
        self.model, self.min_score = model, min_score
        self._fixed = model.fixed()
        row = model.params["W1"].dtype.itemsize * self._fixed.places * len(model.params["W1"])  # bytes a form
        self._most = max(KEPT // row, 1)
        # Memory that is not written to costs nothing yet, and growing would cost a copy.
        self._P = np.empty((self._most * self._fixed.places, len(model.params["W1"])), model.params["W1"].dtype)
        self._projected = 0  # forms
        self.forget()
        with np.errstate(over="ignore", invalid="ignore"):
            self._project(form_table(model.lookups, self._vocabulary.forms), first=PADDING)

    def forget(self) -> None:
        """Begin anew, as if no text had been tagged before."""
        self._vocabulary = Vocabulary()
        self._projected = min(self._projected, len(self._vocabulary))

    def _learn(self) -> None:
        """Project the forms that are new."""
        forms = self._vocabulary.forms
        reserved, new = forms[: UNKNOWN + 1], forms[self._projected :]
        self._project(form_table(self.model.lookups, [*reserved, *new]), first=len(reserved))

    def _project(self, table: FormTable, first: int) -> None:
        """Add the projections of a table's forms from the `first` one on."""
        start, size = self._projected * self._fixed.places, (self._projected + len(table) - first) * self._fixed.places
        if size > len(self._P):
            room = np.empty((max(size, 2 * len(self._P)), self._P.shape[1]), self._P.dtype)
            room[:start] = self._P[:start]
            self._P = room
        for at in range(first, len(table), FORMS):
            e = self.model.embed(table, np.arange(at, min(at + FORMS, len(table))))
            end = start + len(e) * self._fixed.places
            self._fixed.project(e, out=self._P[start:end])
            start = end
        self._projected += len(table) - first

    def tag(self, words: Sequence[str]) -> list[str]:
        """The IOB2 tags of one sentence."""
        return self.tag_many([words])[0]

    def tag_many(self, sentences: Sequence[Sequence[str]]) -> list[list[str]]:
        """The IOB2 tags of each sentence of a text."""
        words, lengths = _in_a_row(sentences)
        (scores,) = self.score_text([(words, lengths)])
        return split_sentences(self.tags_of(scores, lengths), lengths)

    def tags_of(self, scores: Floats, lengths: Ints) -> list[str]:
        """The IOB2 tags of all words in a row, given their scores (n, K) in context."""
        if not self.min_score:
            return self.model.decode_words(scores, lengths)
        return [tag for tags, _ in self._decide(scores, lengths) for tag in tags]

    def _decide(self, scores: Floats, lengths: Ints) -> Iterator[tuple[list[str], list[tuple[Span, float]]]]:
        """For each sentence its tags, and its entities with their scores; without those that score too little."""
        margins, firsts = self.model.margins(scores, lengths), np.cumsum(lengths) - lengths
        for tags, first in zip(self.model.decode(scores, lengths), firsts.tolist(), strict=True):
            found = spans(tags)
            x = np.array([entity_margin(margins, first, span) for span in found])
            scored = list(zip(found, self.model.probability(x).tolist(), strict=True))
            kept = [(span, score) for span, score in scored if score >= self.min_score]
            yield tags if len(kept) == len(found) else iob2([span for span, _ in kept], len(tags)), kept

    def evaluate(self, sentences: Sequence[Sequence[str]], gold: Sequence[Sequence[str]]) -> Evaluation:
        """How well the tags of the sentences of a text, and the scores of its entities, agree with the true tags."""
        words, lengths = _in_a_row(sentences)
        (scores,) = self.score_text([(words, lengths)])
        tags = self.model.decode(scores, lengths)
        found = found_entities(self.model.margins(scores, lengths), lengths, tags, gold)
        result = evaluate_tags(gold, tags)
        result.calibration_error = calibration_error(
            reliability(self.model.probability(found.x).tolist(), found.right.tolist())
        )
        return result

    def entities(self, text: str) -> list[Entity]:
        """The entities of a text, by character offsets in it."""
        return self.annotate([(text, self.model.tokens(text))])[0].entities

    def annotate(self, texts: Sequence[Tokenized]) -> list[Annotation]:
        """Tag tokenized texts, each by itself; the tokens' offsets point into their text."""
        words, lengths = _in_a_row([[token.text for token in tokens] for _, tokens in texts])
        forms = Vocabulary().ids(words)
        apart = forms + (forms.max(initial=0) + 1) * np.repeat(np.arange(len(lengths)), lengths)  # text by text
        return self.explain(texts, self.model.in_context(self.score(words, lengths), apart))

    def explain(self, texts: Sequence[Tokenized], scores: Floats) -> list[Annotation]:
        """The annotations of tokenized texts or sentences, given their words' scores (n, K) in context."""
        lengths = np.array([len(tokens) for _, tokens in texts], np.int64)
        annotations = []
        for (text, tokens), (tags, found) in zip(texts, self._decide(scores, lengths), strict=True):
            entities = [_entity(text, tokens, span, score) for span, score in found]
            annotations.append(Annotation(text, tokens, tags, entities))
        return annotations

    def score_text(self, runs: Iterable[tuple[Sequence[str], Ints]]) -> Iterator[Floats]:
        """The scores (n, K) in context of the words of a text, which comes in runs of whole sentences.

        A run is scored once the next one has been read, since words nearby count on both sides; where runs are shorter
        than that is far, what is beyond the neighbouring ones is not seen.

        Args:
            runs: the words of each and the lengths of its sentences.
        """
        border: tuple[Sequence[str], Floats] = ([], np.empty((0, len(self.model.corruption.names)), np.float32))
        scored = ((words, self.score(words, lengths)) for words, lengths in runs)
        for before, here, after in _threes(itertools.chain([border], scored, [border])):
            words = [*before[0][-REACH:], *here[0], *after[0][:REACH]]
            scores = np.concatenate([before[1][-REACH:], here[1], after[1][:REACH]])
            start = min(REACH, len(before[0]))
            yield self.model.in_context(scores, Vocabulary().ids(words))[start : start + len(here[0])]

    def score(self, words: Sequence[str], lengths: Ints) -> Floats:
        """The scores (n, K) of the words of sentences in a row.

        Raises:
            ModelError: they are not finite, since the model's numbers, though finite, are too large.
        """
        if len(self._vocabulary) > self._most:
            self.forget()
        flat = lay_out(self._vocabulary.ids(words), lengths, self._fixed.size)
        with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused by name
            if len(self._vocabulary) > self._projected:
                self._learn()
            ids, around = windows(flat.tokens, flat.centres, self._fixed.size), self.model.around(flat, flat.centres)
            scores = self._fixed.score(self._P, ids, around)
        if not np.isfinite(scores).all():
            raise ModelError("the model: expected finite scores, found others. Fetch or train it again.")
        return scores


def _threes(items: Iterable[T]) -> Iterator[tuple[T, T, T]]:
    """Each item between its neighbours."""
    for (before, here), (_, after) in itertools.pairwise(itertools.pairwise(items)):
        yield before, here, after


def _in_a_row(sentences: Sequence[Sequence[str]]) -> tuple[list[str], Ints]:
    """The words of all sentences, and the lengths of the sentences."""
    return [word for words in sentences for word in words], np.array([len(words) for words in sentences], np.int64)


def _entity(text: str, tokens: Sequence[Token], span: Span, score: float) -> Entity:
    start, end = tokens[span.start].start, tokens[span.end - 1].end
    return Entity(start, end, span.label, text[start:end], score)


def load(folder: str | Path | None = None, min_score: float = 0.0) -> Tagger:
    """A tagger from a run folder, its best/ or last/; by default the newest run under runs/.

    Args:
        min_score: the least score of an entity that is told of.

    Raises:
        ModelError: no such model, or a damaged one.
    """
    return Tagger(load_model(model_folder(None if folder is None else Path(folder))), min_score)
