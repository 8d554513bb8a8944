"""Evidence from other occurrences of a word nearby: names are repeated in a text, and mean the same there.

A window sees few words, and a sentence away the same word may stand in a clearer context ("one sense per discourse",
Gale, Church & Yarowsky 1992). Let e be the lead of a tag's score over that of O. It is moved towards its maximum over
all occurrences of the word among REACH words on either side, this one included:

    e ← (1 − β) e + β max e

β is fitted on the dev part (see `dials`). Where a word has more than MOST other occurrences nearby, it is hardly a
name, and keeps its scores.
"""

import numpy as np

from nerwin.arrays import Floats, Ints
from nerwin.network.lookup import stable_order

REACH = 300  # words before and after: about an article of news, or an abstract
MOST = 8  # other occurrences nearby, of a word that may be a name


def lean_on_repeats(scores: Floats, words: Ints, beta: float) -> Floats:
    """The leads (n, K) over O, the first tag, each moved by β towards the highest of the same word nearby.

    Args:
        words: (n,) a number for each word as it is spelled, in the order of the text.
    """
    leads: Floats = scores - scores[:, :1]
    n, order = len(words), stable_order(words)  # by word, and by place within a word
    place = words[order].astype(np.int64) * (n + REACH) + order  # so that no other word is within reach
    # How many occurrences are near each one, before it and after it. At most MOST + 1 are counted on either side, so a
    # byte is enough.
    before, after = np.zeros((2, n), np.int8)
    for k in range(1, MOST + 2):
        near = (place[k:] - place[:-k] <= REACH).view(np.int8)
        before[k:] += near
        after[:-k] += near
    others = before + after
    repeated = np.flatnonzero((others > 0) & (others <= MOST))
    repeated = repeated[(-others[repeated]).argsort(kind="stable")]  # so that those with k or more others are a prefix
    here, first, others = order[repeated], repeated - before[repeated], others[repeated]
    own = leads.take(here, axis=0)
    highest = own.copy()
    for k in range(MOST + 1):
        those = highest[: np.count_nonzero(others >= k)]
        there = order[first[: len(those)] + k]  # the k-th occurrence nearby, counted from 0, this one included
        np.maximum(those, leads.take(there, axis=0), out=those)
    leads[here] = own + beta * (highest - own)
    return leads
