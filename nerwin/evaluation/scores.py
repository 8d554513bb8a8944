"""Entity-level precision, recall and F1: conlleval's figures, strict ones beside them, and a confusion table.

An entity counts as found when its borders and its type are right. conlleval (Tjong Kim Sang & De Meulder 2003; equal to
seqeval's default) also reads entities out of illegal tag sequences; the strict mode does not. Legal is what is legal in
IOB2, in which all tags are spelled once they are read. 0/0 is 0.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from nerwin.text.tags import OUTSIDE, Span, count_illegal, spans, strict_spans

TagSequences = Sequence[Sequence[str]]


class Score(NamedTuple):
    """correct: entities found that are right. found: all that were found. support: all that there are."""

    correct: int
    found: int
    support: int

    @property
    def precision(self) -> float:
        return self.correct / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        return self.correct / self.support if self.support else 0.0

    @property
    def f1(self) -> float:
        total = self.found + self.support
        return 2 * self.correct / total if total else 0.0

    def to_dict(self) -> dict[str, float]:
        return {"precision": self.precision, "recall": self.recall, "f1": self.f1}


@dataclass
class Evaluation:
    """The comparison of found tags with true ones.

    confusion[true][found] counts tokens by type, O included. calibration_error: how far the probabilities of the found
    entities are from the share that is right, where there are any (see `reliability`).
    """

    overall: Score
    types: dict[str, Score]
    strict: Score
    accuracy: float
    tokens: int
    invalid_transitions: int
    confusion: dict[str, dict[str, int]] = field(default_factory=dict)
    calibration_error: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """All figures as fractions of 1, fit for JSON."""
        return {
            **self.overall.to_dict(),
            "support": self.overall.support,
            "accuracy": self.accuracy,
            "tokens": self.tokens,
            "invalid_transitions": self.invalid_transitions,
            "types": {label: {**score.to_dict(), "support": score.support} for label, score in self.types.items()},
            "strict": self.strict.to_dict(),
            "confusion": self.confusion,
            "calibration_error": self.calibration_error,
        }


def evaluate_tags(gold: TagSequences, found: TagSequences) -> Evaluation:
    """Compare found tags with true ones, both IOB2 (illegal sequences are read, and counted for `found`)."""
    by_type = _count(gold, found, spans)
    types = {label: by_type[label] for label in sorted(by_type)}
    pairs = Counter(
        pair for true_tags, tags in zip(gold, found, strict=True) for pair in zip(true_tags, tags, strict=True)
    )
    tokens = sum(pairs.values())
    equal = sum(count for (true, tag), count in pairs.items() if true == tag)
    return Evaluation(
        overall=_sum(types.values()),
        types=types,
        strict=_sum(_count(gold, found, strict_spans).values()),
        accuracy=equal / tokens if tokens else 0.0,
        tokens=tokens,
        invalid_transitions=count_illegal(found),
        confusion=_confusion(pairs),
    )


def _count(gold: TagSequences, found: TagSequences, read: Callable[[Sequence[str]], list[Span]]) -> dict[str, Score]:
    right: Counter[str] = Counter()
    proposed: Counter[str] = Counter()
    support: Counter[str] = Counter()
    for true_tags, tags in zip(gold, found, strict=True):
        truth, claims = set(read(true_tags)), set(read(tags))
        right.update(span.label for span in truth & claims)
        proposed.update(span.label for span in claims)
        support.update(span.label for span in truth)
    return {label: Score(right[label], proposed[label], support[label]) for label in support | proposed}


def _sum(scores: Collection[Score]) -> Score:
    return Score(
        sum(one.correct for one in scores), sum(one.found for one in scores), sum(one.support for one in scores)
    )


def _confusion(pairs: Counter[tuple[str, str]]) -> dict[str, dict[str, int]]:
    kinds: Counter[tuple[str, str]] = Counter()
    for (true, tag), count in pairs.items():
        kinds[true[2:] or OUTSIDE, tag[2:] or OUTSIDE] += count
    names = [*sorted({name for pair in kinds for name in pair} - {OUTSIDE}), OUTSIDE]
    return {true: {tag: kinds[true, tag] for tag in names} for true in names}
