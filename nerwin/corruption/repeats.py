"""What the other places of a form nearby say: names come again in a text, and mean the same there.

A window sees few words, and the same form may stand a sentence away among clearer ones ("one sense per discourse",
Gale, Church & Yarowsky 1992). So what speaks for a tag, its score's lead e over that of O, leans towards the most that
speaks for it at any place of the form within REACH words, this one included:

    e ← (1 − β) e + β max e

β is fitted on the dev part (see `dials`). A form with more than MOST other places nearby is hardly a name, and keeps
its scores.
"""

import numpy as np

from nerwin.arrays import Floats, Ints
from nerwin.network.lookup import stable_order

REACH = 300  # words before and after: about an article of news, or an abstract
MOST = 8


def lean_on_repeats(scores: Floats, forms: Ints, beta: float) -> Floats:
    """The scores (n, K) of the leads over O, the first tag, each leaning by β on those of the same form nearby.

    Args:
        forms: (n,) a number for each word as it is spelled, in the order of the text.
    """
    leads: Floats = scores - scores[:, :1]
    order = stable_order(forms)  # by form, and by place within a form
    n = len(forms)
    place = forms[order].astype(np.int64) * (n + REACH) + order
    # How many stand nearby, before a place and in all, counted up to MOST + 1 on each side: a byte holds that.
    before, others = np.zeros((2, n), np.int8)
    for k in range(1, MOST + 2):
        near = (place[k:] - place[:-k] <= REACH).view(np.int8)
        before[k:] += near
        others[:-k] += near
    others += before
    repeated = np.flatnonzero((others > 0) & (others <= MOST))
    words, first, places = order[repeated], repeated - before[repeated], others[repeated] + 1
    own = leads.take(words, axis=0)
    most = own.copy()
    for k in range(MOST + 1):
        there = np.flatnonzero(k < places)
        other = leads.take(order[first[there] + k], axis=0)
        most[there] = np.maximum(most.take(there, axis=0), other)
    leads[words] = own + scores.dtype.type(beta) * (most - own)
    return leads
