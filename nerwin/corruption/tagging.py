"""What `label` and `sequence` share: both train a tagger over IOBES tags, with a score for each tag of the centre word.

A sentence's tags are the legal sequence with the best sum of scores. Before that is sought, the scores of repeated
words are moved towards each other (see `repeats`), and offsets are applied to O, to O at unseen words, and to each type
(see `offsets`).
"""

import functools
from collections.abc import Sequence

import numpy as np

from nerwin.arrays import Bools, Floats, Ints, Parameters
from nerwin.corruption.dials import Dial, fit_dials
from nerwin.corruption.entities import entities_of, f1_of
from nerwin.corruption.interface import CorruptionSettings
from nerwin.corruption.offsets import fit_types, offset_tags, offset_unseen
from nerwin.corruption.repeats import lean_on_repeats
from nerwin.corruption.tagset import in_iob2, kinds_of, legal_transitions, per_tag, tag_names, tag_targets
from nerwin.corruption.weights import check_weights, type_weights
from nerwin.errors import ConfigError
from nerwin.network.decoder import Transitions, max_marginals
from nerwin.network.doubt import viterbi_in_doubt
from nerwin.text.windows import FlatCorpus

MOST_TYPES = 1000  # the table of steps between tags grows with the square of their number
FITTED_TYPES = 20  # with more types than that none gets an offset: for each, dev is decoded at least twice
OFFSETS = 16  # steps that O's offsets may move in either direction
REPEATS = Dial(0.4, 0.2, range(-2, 4))  # β, from 0 to 1


class TagCorruption:
    """The half of a corruption that turns scores into tags. A word's target is the index of its IOBES tag."""

    def __init__(self, types: Sequence[str], settings: CorruptionSettings) -> None:
        check_weights(settings.weights, types)
        if len(types) > MOST_TYPES:
            raise ConfigError(
                f"corpus.entities: expected at most {MOST_TYPES:,} types for a tagger, found {len(types):,}. "
                "Name those to learn, or set objective.corruption to window."
            )
        self.types, self.settings = types, settings
        self.names: Sequence[str] = tag_names(types)
        self.spelled: Sequence[str] = in_iob2(self.names)
        self.legal = legal_transitions(len(types))

    def own_parameters(self, dtype: type[np.floating]) -> Parameters:
        return {}

    def transitions(self, params: Parameters) -> Transitions:
        """The scores of the steps from tag to tag: here only what is legal."""
        return self.legal

    def targets(self, tag_sequences: Sequence[Sequence[str]]) -> Ints:
        return tag_targets(self.names, tag_sequences)

    def tag_weights(self, targets: Ints) -> Floats:
        """(K,) the weight of a word with each tag, given the targets (n,) of the training part."""
        weights = type_weights(self.settings.weights, self.types, kinds_of(targets))
        return per_tag(weights[0], weights[1:])

    def fit(
        self, params: Parameters, scores: Floats, targets: Ints, corpus: FlatCorpus, unseen: Bools
    ) -> dict[str, Floats]:
        transitions, true = self.transitions(params), entities_of(targets)
        no_offsets = np.zeros(len(self.types))  # of types: theirs are fitted last

        def decode(scores: Floats) -> Ints:
            return viterbi_in_doubt(scores, corpus.lengths, transitions)

        @functools.lru_cache(maxsize=1)  # β stays the same while the other dials turn
        def leaning(beta: float) -> Floats:
            return lean_on_repeats(scores, corpus.words, beta)

        def moved(extra: float, beta: float, outside: float) -> Floats:
            return offset_tags(offset_unseen(leaning(beta), unseen, extra), outside, no_offsets)

        def f1(extra: float, beta: float, outside: float) -> float:
            return f1_of(entities_of(decode(moved(extra, beta, outside))), true)

        extra, beta, outside = fit_dials(f1, self._dials(unseen[targets > 0]), len(true))
        few = len(self.types) <= FITTED_TYPES
        types = fit_types(decode, moved(extra, beta, outside), targets, self._step) if few else no_offsets
        return {
            "unseen": np.array([extra]),
            "repeats": np.array([beta]),
            "outside": np.array([outside]),
            "types": types,
        }

    @property
    def _step(self) -> float:
        """The step of all offsets: a quarter of the margin."""
        return self.settings.margin / 4

    def _dials(self, unseen: Bools) -> list[Dial]:
        """The dials of O's offset at unseen words, of β, and of O's offset at all words.

        After training, a seen word of an entity beats O by the margin and `miss`, while an unseen one may be level with
        O. So the usual offset at unseen words is their sum. It is smaller if more than half of the words in dev's
        entities are seen, as training has then learned what words of entities have in common.

        Args:
            unseen: (e,) which words of dev's entities are unseen.
        """
        share = float(unseen.mean()) if len(unseen) else 1.0
        outside = Dial(0.0, self._step, range(-OFFSETS, OFFSETS + 1))
        usual = (self.settings.margin + self.settings.miss) * min(2 * share, 1.0)
        return [outside._replace(usual=usual), REPEATS, outside]

    def constant_shapes(self) -> dict[str, tuple[int, ...]]:
        return {"unseen": (1,), "repeats": (1,), "outside": (1,), "types": (len(self.types),)}

    def adjusted(self, constants: dict[str, Floats], scores: Floats, words: Ints, unseen: Bools) -> Floats:
        beta, extra = _number(constants, "repeats"), _number(constants, "unseen")
        types = constants.get("types", np.zeros(len(self.types)))  # older models have none
        leaning = lean_on_repeats(scores, words, beta) if beta else scores
        return offset_tags(offset_unseen(leaning, unseen, extra), constants["outside"].item(), types)

    def ranked(self, scores: Floats, targets: Ints) -> float:
        """The share of words whose true tag scores highest, without regard to neighbouring tags."""
        return float((scores.argmax(axis=1) == targets).mean()) if len(targets) else 0.0

    def decode(self, params: Parameters, scores: Floats, lengths: Ints) -> Ints:
        return viterbi_in_doubt(scores, lengths, self.transitions(params))

    def margins(self, params: Parameters, scores: Floats, lengths: Ints) -> Floats:
        """By how much (n,) the best sequence beats the best one that gives the word another tag."""
        best = np.sort(max_marginals(scores, lengths, self.transitions(params)), axis=1)
        return best[:, -1] - best[:, -2]


def _number(constants: dict[str, Floats], name: str) -> float:
    """A constant that is one number; 0 if an older model does not have it."""
    return float(constants[name].item()) if name in constants else 0.0
