"""Viterbi's algorithm where there is doubt alone: most words of most texts are certain to be O, the first tag.

What another sequence gains over O throughout, it gains at its words with another tag: by the word's score, by the step
to that tag, and, where O or a border follows, by the step back. Let g be the most that any tag can gain at a word,
whatever stands around it. The other tags stand in runs, each between two O or at a border of the sentence, and a run
whose g add up to less than 0 is worse than O in its place. So a word is certain to be O if all runs through it add up
to less than 0.

What stands before such a word does not depend on what stands after it, so each stretch of words in doubt is searched
alone, between the O on either side. These two are searched with it, as if they began and ended a sentence: g allows for
a border at any word, so both stay O, and to start or to end with O scores the same for all sequences.
"""

import numpy as np

from nerwin.arrays import Bools, Floats, Ints
from nerwin.network.decoder import Transitions, viterbi

LEAST = -1e9  # g of a word that no tag but O can have; sums of it are finite


def viterbi_in_doubt(s: Floats, lengths: Ints, transitions: Transitions) -> Ints:
    """As `viterbi`, in less time. O must be allowed to start a sentence, to follow itself and to end one."""
    first = np.zeros(len(s), np.bool_)
    first[(np.cumsum(lengths) - lengths)[lengths > 0]] = True
    searched = _best_runs(_gains(s, transitions), first) >= 0
    searched[:-1] |= searched[1:] & ~first[1:]  # the O before a stretch, and the one after it
    searched[1:] |= searched[:-1] & ~first[1:]
    (words,) = searched.nonzero()
    (begins,) = (first[words] | ~searched[words - 1]).nonzero()
    stretches = np.diff(begins, append=len(words))
    best = np.zeros(len(s), np.int64)
    best[words] = viterbi(s[words], stretches, transitions)
    return best


def _gains(s: Floats, transitions: Transitions) -> Floats:
    """g (n,): no tag but O gains more at a word, with the step to it and the step back."""
    A, start, end, _ = transitions
    there = np.maximum(A.max(axis=0) - A[0, 0], start - start[0])[1:]  # (K − 1,)
    back = np.maximum(A[:, 0] - A[0, 0], end - end[0])[1:].clip(min=0)  # 0: the run goes on
    columns = s.T.copy()  # a maximum over tags runs along memory
    gains: Floats = (columns[1:] + (there + back)[:, None]).max(axis=0, initial=LEAST) - columns[0]
    return gains


def _best_runs(g: Floats, first: Bools) -> Floats:
    """(n,) for each word the largest sum of g over a run of words of its sentence that it is part of.

    Args:
        first: (n,) which words begin a sentence.
    """
    g = g.astype(np.float64)
    (starts,) = first.nonzero()
    rises = np.add.reduceat(g.clip(min=0), starts)
    # A run's sum is the sum of all g up to its end, less that of those before its start. No run may cross a border. So
    # wherever a sentence starts, the sums fall by as much as they rise in it and in the one before. Then the largest
    # one from a word on, and the smallest one before it, are of its own sentence. They fall no further than that, as
    # the falls add up over a long text, and large sums have fewer digits left for g.
    steps = g.copy()
    steps[starts] -= rises
    steps[starts[1:]] -= rises[:-1]
    sums = np.cumsum(steps)
    largest, smallest = np.maximum.accumulate(sums[::-1])[::-1], np.minimum.accumulate(sums - g)
    best: Floats = largest - smallest
    return best
