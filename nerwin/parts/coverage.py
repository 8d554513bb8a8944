"""Notes for the user on how many words have a vector, and how dev's words are found in the table of words."""

from collections.abc import Collection

import numpy as np

from nerwin.arrays import Bools, Ints
from nerwin.parts.parts import Part, Parts
from nerwin.text.features import STAGES, Lookup, spellings
from nerwin.text.tags import OUTSIDE


def coverage(parts: Parts, vectors: Collection[str]) -> list[str]:
    """The share of each part that has a word vector: of its distinct forms, of its words, and of those in entities."""
    has = np.array([any(one in vectors for one in spellings(word)) for word in parts.words])
    notes = []
    for name, part in (("train", parts.train), ("dev", parts.dev)):
        if not part.tags:  # dev is learned from too
            continue
        ids, inside = _words(part)
        once = list({parts.words[form]: form for form in np.unique(ids).tolist()}.values())  # a form of each word
        shares = (has[once].mean(), has[ids].mean(), has[ids[inside]].mean() if inside.any() else 0.0)
        notes.append(
            f"vectors for {shares[0]:.1%} of the forms of {name}, {shares[1]:.1%} of its words, "
            f"{shares[2]:.1%} of those in entities"
        )
    return notes


def lookup_stages(parts: Parts, words: Lookup, *, lower: bool) -> str:
    """How dev's words, and those of them in entities, are found in the table: the share of each stage of the lookup.

    Args:
        lower: whether words are looked up in lower case, so that the stage "as spelled" does not exist.
    """
    first = int(lower)
    stages = np.array([max(words.stage(word), first) for word in parts.words])
    ids, inside = _words(parts.dev)
    note = f"dev   words looked up: {_shares(stages[ids], first)}"
    return f"{note}; in entities: {_shares(stages[ids[inside]], first)}" if inside.any() else note


def _shares(stages: Ints, first: int) -> str:
    shares = np.bincount(stages, minlength=len(STAGES)) / len(stages)
    return ", ".join(f"{share:.1%} {name}" for share, name in zip(shares[first:], STAGES[first:], strict=True))


def _words(part: Part) -> tuple[Ints, Bools]:
    """The form ids (n,) of a part's words, and (n,) which of them stand inside entities."""
    inside = np.array([tag != OUTSIDE for tags in part.tags for tag in tags])
    return part.flat.words, inside
