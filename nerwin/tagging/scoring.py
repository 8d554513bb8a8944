"""The scores of the words of texts, each word in its sentence and in the context of its text."""

import itertools
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar
from weakref import WeakSet

import numpy as np

from nerwin.arrays import Bools, Floats, Ints
from nerwin.corruption.repeats import REACH
from nerwin.errors import ModelError
from nerwin.model.model import Model
from nerwin.tagging.projections import Projections, TextForms
from nerwin.text.windows import lay_out

T = TypeVar("T")


class TextScorer:
    """A model that scores texts.

    What a form adds to the first layer is kept for the texts to come (see `projections`); threads may share a scorer,
    and take turns at that. A process that is forked in the turn of a thread begins anew, since it lacks that thread.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._begin()
        _scorers.add(self)

    def _begin(self) -> None:
        self._turn = threading.Lock()
        with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused by name
            self._projections = Projections(self._model)

    @staticmethod
    def begin_in_fork() -> None:
        """Free the scorers of a forked process from turns that nobody would end there."""
        for scorer in _scorers:
            if scorer._turn.locked():
                scorer._begin()
            else:
                scorer._turn = threading.Lock()  # a thread may have just got the old one, before `locked` could tell

    def forget(self) -> None:
        """Begin anew, as if no text had been scored before."""
        with self._turn:
            self._projections.forget()

    def score_text(self, runs: Iterable[tuple[Sequence[str], Ints]]) -> Iterator[Floats]:
        """The adjusted scores (n, K) of the words of a text, which comes in runs of whole sentences.

        A run is scored once the next one has been read, since words nearby count on both sides; where runs are very
        short, words beyond the neighbouring ones are not seen.

        Args:
            runs: the words of each and the lengths of its sentences.

        Raises:
            ModelError: they are not finite, since the model's numbers, though finite, are too large.
        """
        text = TextForms(self._model)
        no_scores = np.empty((0, len(self._model.corruption.names)), np.float32)
        border = np.empty(0, np.int32), no_scores, np.empty(0, np.bool_)
        scored = (self._score(text, words, lengths) for words, lengths in runs)
        for before, here, after in _threes(itertools.chain([border], scored, [border])):
            numbers, scores, unseen = (
                np.concatenate([one[-REACH:], two, three[:REACH]])
                for one, two, three in zip(before, here, after, strict=True)
            )
            start = min(REACH, len(before[0]))
            yield self._model.rule.adjusted(scores, numbers, unseen)[start : start + len(here[0])]

    def score_apart(self, texts: Sequence[Sequence[Sequence[str]]]) -> tuple[Floats, Ints]:
        """The adjusted scores (n, K) of the words of texts, each of sentences of words and in a context of its own, and
        the lengths of the sentences.

        Raises:
            ModelError: as `score_text`.
        """
        words, lengths = in_a_row([sentence for text in texts for sentence in text])
        sizes = [sum(map(len, text)) for text in texts]
        numbers, scores, unseen = self._score(TextForms(self._model), words, lengths)
        apart = numbers + (numbers.max(initial=0) + 1) * np.repeat(np.arange(len(texts)), sizes)  # text by text
        return self._model.rule.adjusted(scores, apart, unseen), lengths

    def _score(self, text: TextForms, words: Sequence[str], lengths: Ints) -> tuple[Ints, Floats, Bools]:
        """Of a text's next words the numbers (n,), by which `DecisionRule.adjusted` knows repeated ones, the scores
        (n, K), and which are unseen (n,)."""
        forms, numbers = text.read(words, lengths)
        with self._turn, np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused by name
            scorer, entries = self._projections.scorer, self._projections.find(text, forms)
            flat, unseen = lay_out(entries, lengths, scorer.size), self._projections.unseen[entries]
            scores = scorer.score(self._projections.P, *self._model.windows_at(flat))
        if not np.isfinite(scores).all():
            raise ModelError("the model: expected finite scores, found others. Fetch or train it again.")
        return numbers, scores, unseen


_scorers: WeakSet[TextScorer] = WeakSet()
if hasattr(os, "register_at_fork"):  # Windows has no forks
    os.register_at_fork(after_in_child=TextScorer.begin_in_fork)


def in_a_row(sentences: Sequence[Sequence[str]]) -> tuple[list[str], Ints]:
    """The words of all sentences, and the lengths (S,) of the sentences."""
    return [word for words in sentences for word in words], np.array([len(words) for words in sentences], np.int64)


def _threes(items: Iterable[T]) -> Iterator[tuple[T, T, T]]:
    """Each item between its neighbours."""
    for (before, here), (_, after) in itertools.pairwise(itertools.pairwise(items)):
        yield before, here, after
