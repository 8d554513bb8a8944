"""The projections of word forms that a tagger keeps from one call to the next (see `network.projection`)."""

from collections.abc import Sequence

import numpy as np

from nerwin.arrays import Bools, Floats, Ints
from nerwin.model.model import Model
from nerwin.text.features import FormTable, form_table
from nerwin.text.pairs import PAIR, forms_of
from nerwin.text.vocabulary import PADDING, Vocabulary

KEPT = 170_000_000  # bytes of projections: with all else but large tables, a process that tags stays below 400 MB
CALL = 30_000  # forms that there is room for beside those that are kept
TOGETHER = 512  # forms projected at a time

RESERVED = Vocabulary().forms  # the forms of the first two entries
_NOWHERE = -1


class TextForms:
    """The forms of a text, numbered as they come, and the entries of those whose projections are kept.

    Pairs that the model does not know all say the same, so in their place stands the word: texts have far more pairs.
    """

    def __init__(self, model: Model) -> None:
        self._features = model.tables
        self._pairs = next((one.rows for one in model.lookups if one.name == PAIR), None)
        self._words = Vocabulary()  # of pairs
        self.vocabulary = Vocabulary()
        # Set by `Projections.find`: the entries of the forms so far, and the dict in which it found them. They are good
        # as long as that dict is in use: `Projections.forget` begins another.
        self.entries: Ints = np.empty(0, np.int64)
        self.found_in: dict[str, int] | None = None

    def read(self, words: Sequence[str], lengths: Ints) -> tuple[Ints, Ints]:
        """The numbers (n,) of the forms, and of the words, of sentences in a row."""
        if self._pairs is None:
            forms = self.vocabulary.ids(words)
            return forms, forms
        pairs = zip(forms_of(words, self._features, lengths), words, strict=True)
        known = [pair if pair.lower() in self._pairs else word for pair, word in pairs]
        return self.vocabulary.ids(known), self._words.ids(words)


class Projections:
    """What word forms add to the first layer of a model.

    It keeps those of the first forms that come, up to KEPT bytes; of the forms that come after those nothing is kept
    but for the call, so that memory does not grow with the text: the first forms of a text are its frequent ones.

    P: the rows that `FixedScorer.score` takes; the padding's entry is the first. unseen: whether training has
    not read the form of an entry. `find` may put larger arrays in the place of both: threads need a lock from the call
    until they are read.
    """

    def __init__(self, model: Model) -> None:
        self.scorer = model.fixed()
        self._model = model
        W = model.params["W1"]
        self._capacity = max(KEPT // (W.itemsize * self.scorer.slots * len(W)), len(RESERVED))  # forms
        # Memory that is not written to costs nothing yet, and growing costs a copy.
        self.P: Floats = np.empty(((self._capacity + CALL) * self.scorer.slots, len(W)), W.dtype)
        self.unseen: Bools = np.zeros(self._capacity + CALL, np.bool_)
        self._kept: dict[str, int] = {}
        self._project(form_table(model.lookups, RESERVED), PADDING, PADDING)

    def forget(self) -> None:
        """Begin anew, as if no text had come before; a text that has begun begins anew, too."""
        self._kept = {}

    def find(self, text: TextForms, ids: Ints) -> Ints:
        """The entries (n,) of some words of a text, given their forms in its vocabulary; valid until the next call."""
        forms = text.vocabulary.forms
        if text.found_in is not self._kept:
            text.found_in, text.entries = self._kept, np.arange(len(RESERVED))
        if len(text.entries) < len(forms):
            text.entries = np.concatenate([text.entries, self._keep(forms[len(text.entries) :])])
        entries: Ints = text.entries[ids]
        (elsewhere,) = (entries == _NOWHERE).nonzero()
        if len(elsewhere):
            others, number = np.unique(ids[elsewhere], return_inverse=True)
            self._project_forms([forms[form] for form in others.tolist()], self._capacity)
            entries[elsewhere] = self._capacity + number
        return entries

    def _keep(self, forms: Sequence[str]) -> Ints:
        """The entries of distinct forms; new ones get an entry while there is room."""
        start = len(RESERVED) + len(self._kept)
        new = [form for form in forms if form not in self._kept][: self._capacity - start]
        self._project_forms(new, start)
        self._kept.update(zip(new, range(start, start + len(new)), strict=True))
        return np.array([self._kept.get(form, _NOWHERE) for form in forms], np.int64)

    def _project_forms(self, forms: Sequence[str], entry: int) -> None:
        self._project(form_table(self._model.lookups, [*RESERVED, *forms]), len(RESERVED), entry)

    def _project(self, table: FormTable, first: int, entry: int) -> None:
        """Write the projections of a table's forms, from the `first` one on, into the entries from `entry` on."""
        C, count = self.scorer.slots, len(table) - first
        if (size := (entry + count) * C) > len(self.P):
            room = np.empty((max(size, 2 * len(self.P)), self.P.shape[1]), self.P.dtype)
            room[: entry * C] = self.P[: entry * C]
            self.P = room
            self.unseen = np.resize(self.unseen, len(room) // C)
        self.unseen[entry : entry + count] = table.unseen[first:]
        for done in range(0, count, TOGETHER):
            e = self._model.embed(table, first + np.arange(done, min(done + TOGETHER, count)))
            at = entry + done
            self.scorer.project(e, out=self.P[at * C : (at + len(e)) * C])
