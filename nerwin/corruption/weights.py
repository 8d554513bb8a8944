"""Weights of types: how much a mistake about a rare type counts, compared with one about a frequent type.

`window` and `label` multiply the hinge of a pair by the weight, `sequence` the margin of a word.

A word outside every entity weighs 1. `balanced` gives each type the same sum of weights over the training part, and the
entity words a mean of 1, as `class_weight="balanced"` does in scikit-learn.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from nerwin.arrays import Floats, Ints
from nerwin.errors import ConfigError

Weights = str | Mapping[str, float]  # none, balanced, or the weight of each type


def check_weights(weights: Weights, types: Sequence[str]) -> None:
    """Refuse weights that no type would ever have.

    Raises:
        ConfigError: a weight for a type that is not learned.
    """
    for name in weights if isinstance(weights, Mapping) else ():
        if name not in types:
            raise ConfigError(
                f"objective.weights: expected types of the corpus ({', '.join(types)}), found {name!r}. Take it out."
            )


def type_weights(weights: Weights, types: Sequence[str], kinds: Ints) -> Floats:
    """(types + 1,) the weight of a word outside, then of a word of each type; of a type without a word it is 1.

    Args:
        kinds: (n,) of the training part's words: 0 for outside, k for the k-th type, counted from 1.
    """
    if isinstance(weights, Mapping):
        return np.array([1.0, *(weights.get(name, 1.0) for name in types)], np.float32)
    found = np.ones(len(types) + 1, np.float32)
    if weights == "balanced":
        counts = np.bincount(kinds, minlength=len(found))[1:]
        present = counts > 0
        found[1:][present] = counts.sum() / (present.sum() * counts[present])
    return found
