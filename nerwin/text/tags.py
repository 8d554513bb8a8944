"""Tag schemes: how a sequence of token tags spells out labelled spans.

Five schemes are read (Ramshaw & Marcus 1995; Tjong Kim Sang & Veenstra 1999; Ratinov & Roth 2009); the last one, which
is IOBES with another letter, is how Chinese corpora are often tagged:

    token      U.N.    official  Jean    Dupont  visits  Nice   Cannes
    IOB1       I-ORG   O         I-PER   I-PER   O       I-LOC  B-LOC
    IOB2       B-ORG   O         B-PER   I-PER   O       B-LOC  B-LOC
    IOBES      S-ORG   O         B-PER   E-PER   O       S-LOC  S-LOC
    BILOU      U-ORG   O         B-PER   L-PER   O       U-LOC  U-LOC
    BMES       S-ORG   O         B-PER   E-PER   O       S-LOC  S-LOC     M-... between B and E

A single rule, conlleval's, reads the spans of all of them, even of illegal sequences; `strict_spans` is the other rule
in use. A scheme is a set of legal steps between neighbouring tags, by which it is also detected.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NamedTuple

from nerwin.text.blanks import BLANK

OUTSIDE = "O"
PREFIXES = frozenset("BIESLUM")
BLANKS = frozenset(BLANK)
Letters = tuple[str, str, str, str]  # of a span's first token, of those inside, of its last one, of one that is alone
IOBES: Letters = ("B", "I", "E", "S")


class Span(NamedTuple):
    """An entity: tokens `start` to `end` (half open) carry `label`."""

    start: int
    end: int
    label: str


def split_tag(tag: str) -> tuple[str, str]:
    """Split "B-creative-work" into ("B", "creative-work"); "O" is ("O", "")."""
    return tag[0], tag[2:]


def types_in(tag_sequences: Iterable[Sequence[str]]) -> set[str]:
    """The types of the entities in some sentences."""
    return {tag[2:] for tags in tag_sequences for tag in tags if tag != OUTSIDE}


def is_tag(tag: str) -> bool:
    """Whether `tag` is O or a prefix of a known scheme, a hyphen and a type without blanks."""
    return tag == OUTSIDE or (len(tag) > 2 and tag[0] in PREFIXES and tag[1] == "-" and not BLANKS.intersection(tag))


def spans(tags: Sequence[str]) -> list[Span]:
    """The spans of a tag sequence under conlleval's rule, which forgives illegal steps.

    A span begins at B, S or U, where the type differs from that of the token before, or after an end. It ends before
    the next beginning, before O, and after E, S, L or U. For B, I, E and S this equals seqeval's default mode, which
    knows no others; here L is read as E, U as S and M as I.
    """
    found: list[Span] = []
    start, label = -1, ""
    for position, tag in enumerate(tags):
        if tag == OUTSIDE and start < 0:  # as most are
            continue
        prefix, kind = split_tag(tag)
        if start >= 0 and (prefix in "OBSU" or kind != label):
            found.append(Span(start, position, label))
            start = -1
        if start < 0 and prefix != OUTSIDE:
            start, label = position, kind
        if start >= 0 and prefix in "ESLU":
            found.append(Span(start, position + 1, label))
            start = -1
    if start >= 0:
        found.append(Span(start, len(tags), label))
    return found


def strict_spans(tags: Sequence[str]) -> list[Span]:
    """The spans of an IOB2 sequence that are spelled legally: B, then any number of I of the same type.

    Equal to seqeval's `mode="strict", scheme=IOB2`: an I without its B is no entity at all.
    """
    found: list[Span] = []
    start, label = -1, ""
    for position, tag in enumerate([*tags, OUTSIDE]):
        prefix, kind = split_tag(tag)
        if start >= 0 and not (prefix == "I" and kind == label):
            found.append(Span(start, position, label))
            start = -1
        if prefix == "B":
            start, label = position, kind
    return found


def iob2(found: Iterable[Span], length: int) -> list[str]:
    """Spell spans as IOB2 tags of a sentence of `length` tokens."""
    tags = [OUTSIDE] * length
    for start, end, label in found:
        tags[start:end] = [f"B-{label}", *[f"I-{label}"] * (end - start - 1)]
    return tags


def iobes(found: Iterable[Span], length: int, letters: Letters = IOBES) -> list[str]:
    """Spell spans as IOBES tags of a sentence of `length` tokens, or with the letters of another scheme in CLOSED."""
    tags = [OUTSIDE] * length
    first, inside, last, single = letters
    for start, end, label in found:
        size = end - start
        spelled = single if size == 1 else f"{first}{inside * (size - 2)}{last}"
        tags[start:end] = [f"{letter}-{label}" for letter in spelled]
    return tags


def iob1(found: Iterable[Span], length: int) -> list[str]:
    """Spell spans, which are in order, as IOB1 tags of a sentence of `length` tokens."""
    tags = [OUTSIDE] * length
    for start, end, label in found:
        tags[start:end] = [f"I-{label}"] * (end - start)
        if start and tags[start - 1][2:] == label:
            tags[start] = f"B-{label}"
    return tags


def types_alone(found: Iterable[Span], length: int) -> list[str]:
    """Spell spans as types without prefixes, which do not show borders between neighbours of one type."""
    tags = [OUTSIDE] * length
    for start, end, label in found:
        tags[start:end] = [label] * (end - start)
    return tags


Spelling = Callable[[Iterable[Span], int], list[str]]

# The schemes that mark the last token of a span too.
CLOSED: dict[str, Letters] = {"iobes": IOBES, "bilou": ("B", "I", "L", "U"), "bmes": ("B", "M", "E", "S")}
SPELLINGS: dict[str, Spelling] = {
    "iob1": iob1,
    "iob2": iob2,
    **{name: partial(iobes, letters=letters) for name, letters in CLOSED.items()},
}


# Whether a step from one tag to the next is legal; a sentence counts as having an O before it and after it.


def _legal_iob1(before: str, after: str) -> bool:
    return after[0] in "OI" or (after[0] == "B" and before[2:] == after[2:])


def _legal_iob2(before: str, after: str) -> bool:
    return after[0] in "OB" or (after[0] == "I" and before[2:] == after[2:])


def _legal_closed(letters: Letters, before: str, after: str) -> bool:
    first, inside, last, single = letters
    if before[0] in first + inside:
        return after[0] in inside + last and before[2:] == after[2:]
    return before[0] in OUTSIDE + last + single and after[0] in OUTSIDE + first + single


# In order of preference: a file may be legal in several, as is one without entities.
SCHEMES: dict[str, Callable[[str, str], bool]] = {
    "iob2": _legal_iob2,
    "iob1": _legal_iob1,
    **{name: partial(_legal_closed, letters) for name, letters in CLOSED.items()},
}


def steps(tags: Sequence[str]) -> Iterable[tuple[str, str]]:
    """The (before, after) pairs of a sentence, its borders counted as O."""
    return zip([OUTSIDE, *tags], [*tags, OUTSIDE], strict=True)


def count_illegal(tag_sequences: Iterable[Sequence[str]], scheme: str = "iob2") -> int:
    """The number of steps that `scheme` does not allow."""
    legal = SCHEMES[scheme]
    counts = Counter(step for tags in tag_sequences for step in steps(tags))
    return sum(count for step, count in counts.items() if not legal(*step))
