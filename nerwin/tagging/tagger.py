"""A trained model at work: words in, tags out; text in, entities with character offsets out."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from numbers import Real
from pathlib import Path

import numpy as np

from nerwin.arrays import Floats, Ints
from nerwin.corpora.lists import check_sentences, check_tags
from nerwin.errors import ConfigError, ModelError
from nerwin.evaluation.calibration import entity_margins, found_entities
from nerwin.evaluation.reliability import calibration_error, reliability
from nerwin.evaluation.scores import Evaluation, evaluate_tags
from nerwin.model.files import check_new_model, load_model, save_model
from nerwin.model.model import Model
from nerwin.storage.folders import folder_path, kind_of, model_folder, named_folder
from nerwin.tagging.annotations import Annotation, Entity, Tokenized, entity_of, together
from nerwin.tagging.scoring import TextScorer, in_a_row
from nerwin.text.sentences import cut_into_sentences
from nerwin.text.tags import Span, iob2, spans

TAGGED = 100_000  # characters of a stream of texts tagged at a time


class Tagger:
    """Tags sentences with a model.

    Threads may share a tagger.

    scorer: of texts. min_score: entities that score less are left out, as if they were outside.

    >>> import nerwin
    >>> tagger = nerwin.load("runs/mine")
    >>> tagger.tag(["Museums", "in", "Paris"])
    ['O', 'O', 'B-LOC']
    >>> [(one.text, one.label) for one in tagger.entities("Museums in Paris are amazing")]
    [('Paris', 'LOC')]

    Raises:
        ConfigError: min_score is no share of 1. TypeError: the model is something else, such as the path of one.
    """

    def __init__(self, model: Model, min_score: float = 0.0) -> None:
        if not isinstance(model, Model):
            raise TypeError(f"expected a model, found {type(model).__name__}. `nerwin.load` takes a folder.")
        check_share(min_score)
        self.model, self.min_score = model, min_score
        self.scorer, self._rule = TextScorer(model), model.rule

    def __reduce__(self) -> tuple[type["Tagger"], tuple[Model, float]]:
        # What another process is sent: not the scorer, which it makes itself.
        return Tagger, (self.model, self.min_score)

    def save(self, folder: str | Path, *, overwrite: bool = False) -> None:
        """Write the model as a folder that `load` takes, as a whole or not at all.

        Raises:
            ModelError: the folder holds something and may not be overwritten, or cannot be written.
        """
        path = named_folder(folder)
        try:
            if path.exists() and not path.is_dir():
                raise ModelError(f"{path}: expected a folder, found a file. Choose another.")
            if (kind := kind_of(path)) not in ("model", None):
                raise ModelError(f"{path}: expected a model's folder, found a {kind}'s. Choose another.")
            if not overwrite:
                check_new_model(path, "Choose another, or set overwrite.")
        except OSError as error:
            raise ModelError(f"{path}: cannot look into the folder: {error.strerror}. Choose another.") from error
        save_model(path, self.model)

    def tag(self, words: Iterable[str]) -> list[str]:
        """The IOB2 tags of the words of one sentence."""
        return self._tag([_words(words)])[0]

    def tag_many(self, sentences: Iterable[Iterable[str]]) -> list[list[str]]:
        """The IOB2 tags of the words of each sentence of a text."""
        return self._tag(_numbered_words(sentences))

    def _tag(self, sentences: Sequence[Sequence[str]]) -> list[list[str]]:
        words, lengths = in_a_row(sentences)
        (scores,) = self.scorer.score_text([(words, lengths)])
        return self._rule.spell(self.decode(scores, lengths), lengths)

    def decode(self, scores: Floats, lengths: Ints) -> Ints:
        """The IOB2 tags of all words in a row, as numbers (n,) that the model spells, given their adjusted scores
        (n, K)."""
        if not self.min_score:
            return self._rule.decode(scores, lengths)
        numbers = {tag: number for number, tag in enumerate(self._rule.spelled)}
        decided = self._decide(scores, lengths)
        return np.array([numbers[tag] for tags, _ in decided for tag in tags], np.int64)

    def _decide(self, scores: Floats, lengths: Ints) -> Iterator[tuple[list[str], list[tuple[Span, float]]]]:
        """For each sentence its tags, and its entities with their scores; without those that score too little."""
        decoded = self._rule.spell(self._rule.decode(scores, lengths), lengths)
        found = [spans(tags) for tags in decoded]
        some = np.array([len(own) > 0 for own in found], np.bool_)  # the margins of other sentences are not asked for
        margins = self._rule.margins(scores[np.repeat(some, lengths)], lengths[some])
        x = entity_margins(margins, lengths[some], [own for own in found if own])
        probabilities = iter(self._rule.probability(x).tolist())
        for tags, own in zip(decoded, found, strict=True):
            scored = list(zip(own, itertools.islice(probabilities, len(own)), strict=True))
            kept = [(span, score) for span, score in scored if score >= self.min_score]
            yield tags if len(kept) == len(own) else iob2([span for span, _ in kept], len(tags)), kept

    def evaluate(self, sentences: Iterable[Iterable[str]], gold: Iterable[Iterable[str]]) -> Evaluation:
        """How well the tags of the sentences of a text, and its entities' scores, agree with the true tags.

        Args:
            gold: in IOB2, or in another scheme that says where entities end.

        Raises:
            TypeError: a sentence that is not a list of words, or one of tags.
            CorpusError: not a tag for each word, or something else than tags.
        """
        words, true = _numbered_words(sentences), _numbered_tags(gold)
        check_sentences(words, true, "gold")
        for number, (sentence, own) in enumerate(zip(words, true, strict=True)):
            check_tags(sentence, own, "auto", f"gold[{number}]")
        if any(tag[:1] not in "OBI" for own in true for tag in own):  # IOB2, even if invalid, is scored as it stands
            true = [iob2(spans(own), len(own)) for own in true]
        in_order, lengths = in_a_row(words)
        (scores,) = self.scorer.score_text([(in_order, lengths)])
        tags = self._rule.spell(self.decode(scores, lengths), lengths)
        found = found_entities(self._rule.margins(scores, lengths), lengths, tags, true)
        result = evaluate_tags(true, tags)
        result.calibration_error = calibration_error(
            reliability(self._rule.probability(found.x).tolist(), found.right.tolist())
        )
        return result

    def entities(self, text: str) -> list[Entity]:
        """The entities of a text, by character offsets in it."""
        return self.annotate([self._tokenized(text)])[0].entities

    def entities_of_many(self, texts: Iterable[str]) -> Iterator[list[Entity]]:
        """The entities of each text, in order, as `entities` finds them; the scores' last digits may differ.

        TAGGED characters are read before the first entities come, so memory does not grow with the number of texts.

        >>> import nerwin
        >>> lines = (f"Museums in {city} are amazing" for city in ["Paris", "Lima"])
        >>> [[one.text for one in found] for found in nerwin.load("runs/mine").entities_of_many(lines)]
        [['Paris'], ['Lima']]
        """
        _check_several(texts, "texts")
        return self._stream(texts)

    def _stream(self, texts: Iterable[str]) -> Iterator[list[Entity]]:
        for batch in self._batches(texts):
            yield from (found.entities for found in self.annotate(batch))

    def _tokenized(self, text: str, where: str = "") -> Tokenized:
        """A text with its tokens.

        Args:
            where: an error begins with it.

        Raises:
            TypeError: it is something else, such as bytes.
        """
        if not isinstance(text, str):
            raise TypeError(
                f"{where}expected a text as str, found {type(text).__name__}. `tag` takes the words of a sentence."
            )
        return text, self.model.tokens(text)

    def _batches(self, texts: Iterable[str]) -> Iterator[list[Tokenized]]:
        """Texts with their tokens, in lists of about TAGGED characters."""
        batch, size = [], 0
        for number, text in enumerate(texts):
            batch.append(self._tokenized(text, f"texts[{number}]: "))
            size += len(text) + 1  # so that empty ones count too
            if size >= TAGGED:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch

    def annotate(self, texts: Sequence[Tokenized], whole: Sequence[bool] | None = None) -> list[Annotation]:
        """Tag tokenized texts, each by itself, sentence by sentence; the tokens' offsets point into their text.

        Args:
            whole: which of the texts are one sentence, whatever marks it holds; none by default.
        """
        cut = [
            [tokens] if alone else cut_into_sentences(text, tokens)
            for (text, tokens), alone in zip(texts, whole or [False] * len(texts), strict=True)
        ]
        scores, _ = self.scorer.score_apart([[[token.text for token in sentence] for sentence in own] for own in cut])
        sentences = [(text, sentence) for (text, _), own in zip(texts, cut, strict=True) for sentence in own]
        annotated = iter(self.annotate_scored(sentences, scores))
        return [
            together(text, tokens, itertools.islice(annotated, len(own)))
            for (text, tokens), own in zip(texts, cut, strict=True)
        ]

    def spans_of_many(self, texts: Sequence[Sequence[Sequence[str]]]) -> Iterator[list[tuple[Span, float]]]:
        """The entities of each sentence of texts, each of sentences of words: spans of words, and their scores.

        A sentence is read with the others of its text around it, and no text with another.
        """
        scores, lengths = self.scorer.score_apart(texts)
        return (found for _, found in self._decide(scores, lengths))

    def annotate_scored(self, texts: Sequence[Tokenized], scores: Floats) -> list[Annotation]:
        """The annotations of tokenized texts or sentences, given their words' adjusted scores (n, K)."""
        lengths = np.array([len(tokens) for _, tokens in texts], np.int64)
        annotations = []
        for (text, tokens), (tags, found) in zip(texts, self._decide(scores, lengths), strict=True):
            entities = [entity_of(text, tokens, span, score) for span, score in found]
            annotations.append(Annotation(text, tokens, tags, entities, [len(tags)]))
        return annotations


def check_share(min_score: float) -> None:
    """Refuse a minimum score outside of 0 to 1.

    Raises:
        ConfigError: it is not from 0 to 1.
    """
    if not (isinstance(min_score, Real) and 0 <= min_score <= 1):
        raise ConfigError(f"min_score: expected a number from 0 to 1, found {min_score!r}. Choose another.")


def _numbered_words(sentences: Iterable[Iterable[str]]) -> list[list[str]]:
    """The words of each sentence; an error names the number of its own."""
    _check_several(sentences, "sentences")
    return [_words(sentence, f"sentences[{number}]: ") for number, sentence in enumerate(sentences)]


def _words(sentence: Iterable[str], where: str = "") -> list[str]:
    """The words of a sentence.

    Args:
        where: an error begins with it.

    Raises:
        TypeError: it is something else, such as a text.
    """
    if found := _not_several(sentence):
        raise TypeError(
            f"{where}expected the words of a sentence, found {found}. `Tagger.entities` takes a text as it is."
        )
    words = list(sentence)
    for word in words:
        if not isinstance(word, str):
            raise TypeError(
                f"{where}expected words as str, found {type(word).__name__}: {str(word)[:40]}. Convert them."
            )
    return words


def _numbered_tags(gold: Iterable[Iterable[str]]) -> list[list[str]]:
    """The tags of each sentence, not looked at yet; an error names the number of its own."""
    _check_several(gold, "lists of tags")
    tags = []
    for number, own in enumerate(gold):
        if found := _not_several(own):
            raise TypeError(f"gold[{number}]: expected the tags of a sentence, found {found}. Put them into a list.")
        tags.append(list(own))
    return tags


def _check_several(given: Iterable[object], what: str) -> None:
    if found := _not_several(given):
        raise TypeError(f"expected several {what}, found {found}. Put them into a list.")


def _not_several(given: object) -> str | None:
    """What is found where several things should be given, if it is one thing: a text, or nothing to go through."""
    if isinstance(given, str | bytes):
        return f"{given[:40]!r}"
    return None if isinstance(given, Iterable) else type(given).__name__


def load(folder: str | Path | None = None, min_score: float = 0.0) -> Tagger:
    """A tagger from a run folder, its best/ or last/; by default the newest run under runs/.

    Args:
        min_score: entities that score less are left out.

    Raises:
        ModelError: no such model, or a damaged one. ConfigError: min_score is no share of 1. TypeError: the folder is
            something else, such as bytes.
    """
    return Tagger(load_model(model_folder(None if folder is None else folder_path(folder))), min_score)
