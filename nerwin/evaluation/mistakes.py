"""What a tagger gets wrong, an entity at a time: each mistake has one of four kinds, so that one knows what to mend.

Entities that are not right are paired, true with found, where they share a word; nothing is paired twice. A pair has
the wrong borders or the wrong type (with right borders or not); what is left over was missed, or is spurious.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from nerwin.text.tags import Span

# Each kind, and what it says of an entity.
KINDS = {
    "boundary": "the right type, but other borders",
    "type": "another type, with the same borders or others",
    "missed": "an entity where none was found",
    "spurious": "found where there is none",
}


class Mistake(NamedTuple):
    """A true entity, a found one, or a pair of both, in a sentence given by its number.

    score: of what was found.
    """

    kind: str
    sentence: int
    gold: Span | None
    found: Span | None
    score: float | None

    @property
    def about(self) -> Span:
        """The true entity, or else the found one."""
        span = self.gold or self.found
        assert span is not None
        return span


def find_mistakes(gold: Iterable[Iterable[Span]], found: Iterable[Mapping[Span, float]]) -> list[Mistake]:
    """All mistakes of a corpus in order, given each sentence's true entities, and the found ones with their scores."""
    mistakes = []
    for sentence, (truth, claims) in enumerate(zip(gold, found, strict=True)):
        here = [
            Mistake(_kind(true, claim), sentence, true, claim, None if claim is None else claims[claim])
            for true, claim in _pairs(set(truth), set(claims))
        ]
        mistakes += sorted(here, key=lambda one: one.about)
    return mistakes


def _pairs(truth: set[Span], claims: set[Span]) -> Iterator[tuple[Span | None, Span | None]]:
    """True entities that were not found and found ones that are not true, side by side where they overlap.

    Where several overlap, those of one type belong together first, then those that share most words.
    """
    lost, wrong = truth - claims, claims - truth
    overlapping = list(_overlapping(lost, sorted(wrong)))
    overlapping.sort(key=lambda pair: (pair[0].label != pair[1].label, -_shared(*pair), pair))
    for true, claim in overlapping:
        if true in lost and claim in wrong:
            lost.remove(true)
            wrong.remove(claim)
            yield true, claim
    yield from ((true, None) for true in lost)
    yield from ((None, claim) for claim in wrong)


def _overlapping(lost: Iterable[Span], wrong: Sequence[Span]) -> Iterator[tuple[Span, Span]]:
    """The pairs that share a word. Spans of one side never do, so those of `wrong`, in order, end in order too."""
    ends = [one.end for one in wrong]
    for true in lost:
        at = bisect_right(ends, true.start)
        while at < len(wrong) and wrong[at].start < true.end:
            yield true, wrong[at]
            at += 1


def _shared(one: Span, other: Span) -> int:
    """How many words two entities share; negative where they lie apart."""
    return min(one.end, other.end) - max(one.start, other.start)


def _kind(gold: Span | None, found: Span | None) -> str:
    if gold is None:
        return "spurious"
    if found is None:
        return "missed"
    return "boundary" if gold.label == found.label else "type"
