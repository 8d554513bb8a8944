"""The tags of a tagger and their numbers: 0 is O, then come B, I, E and S (IOBES) of each type in its turn."""

from collections.abc import Sequence

import numpy as np

from nerwin.arrays import Bools, Floats, Ints
from nerwin.network.decoder import FORBIDDEN, StepBlock, Transitions
from nerwin.text.tags import OUTSIDE, iobes, spans

MANY_TYPES = 12  # with so many types or more, skipping illegal steps pays even in a minibatch (in a long text earlier)


def tag_names(types: Sequence[str]) -> list[str]:
    """O and the IOBES tags of every type: K = 4·types + 1."""
    return [OUTSIDE, *(f"{prefix}-{label}" for label in types for prefix in "BIES")]


def tag_targets(names: Sequence[str], tag_sequences: Sequence[Sequence[str]]) -> Ints:
    """The index (n,) of each word's IOBES tag among `names`; types that are not learned are O."""
    numbers = {name: number for number, name in enumerate(names)}
    spelled = (tag for tags in tag_sequences for tag in iobes(spans(tags), len(tags)))
    return np.fromiter((numbers.get(tag, 0) for tag in spelled), np.int32)


def in_iob2(names: Sequence[str]) -> list[str]:
    """IOBES tags, spelled in IOB2."""
    return [{"S": "B", "E": "I"}.get(name[0], name[0]) + name[1:] for name in names]


def kinds_of(tags: Ints) -> Ints:
    """The type (n,) of each tag (n,): 0 for O, and k, from 1 on, for the four tags of the k-th type."""
    return (tags + 3) // 4


def begins(tags: Ints) -> Bools:
    """(n,) which of some tags (n,), none of them O, begin an entity: B and S."""
    place = (tags - 1) % 4
    begun: Bools = (place == 0) | (place == 3)
    return begun


def ends(tags: Ints) -> Bools:
    """(n,) which of some tags (n,), none of them O, end an entity: E and S."""
    return (tags - 1) % 4 >= 2


def per_tag(outside: float, types: Floats) -> Floats:
    """(K,) a number for each tag, given one for O and one for each type (types,)."""
    return np.concatenate([[outside], types.repeat(4)])


def legal_transitions(types: int) -> Transitions:
    """Scores of the steps between the tags of so many types, numbered as in `tag_names`: 0 if legal, else FORBIDDEN."""
    K = 4 * types + 1
    outside, (begin, inside, end, single) = np.zeros(1, np.int64), np.arange(1, K).reshape(types, 4).T
    between_entities = StepBlock(
        np.concatenate([outside, end, single])[:, None], np.concatenate([outside, begin, single])[:, None]
    )
    blocks = [between_entities, StepBlock(np.stack([begin, inside]), np.stack([inside, end]))]
    A = np.full((K, K), FORBIDDEN, np.float32)
    for before, after in blocks:
        A[before[:, None], after] = 0
    return Transitions(A, A[0].copy(), A[:, 0].copy(), blocks if types >= MANY_TYPES else ())
