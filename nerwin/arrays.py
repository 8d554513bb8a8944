"""The types of arrays, and the letters of their shapes and formulas, unless a module says otherwise.

    B  windows in a minibatch          C  words in a window            D  numbers a word (all its lookup tables)
    m  detectors of a hidden layer     K  scores of a window           V  word forms in the vocabulary
    n  inputs of a layer; words        T  tokens of a sentence         F  features of a word form
    S  sentences                       u  distinct word forms          r  rows that are touched

    x  window   z = W x + b   a = f(z)   s = Uᵀ a   s_c  score of the corrupted window   J  loss   L  word vectors

`dW` is always +∂J/∂W. Arrays are row-wise: a minibatch of windows is (B, n), so that the lecture's z = W x + b reads
`x @ W.T + b`.
"""

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.integer[Any]]
Bools = NDArray[np.bool_]
Bytes = NDArray[np.uint8]
# A string, since the class itself would import numpy.random: `nerwin tag`, which draws nothing, starts without.
Random: TypeAlias = "np.random.Generator"


class Rows(NamedTuple):
    """A gradient that is zero but for a few rows: of a lookup table, or of a minibatch's scores.

    ids:    (r,) the rows touched, unique and ascending.
    values: (r, d) the gradient of each.
    """

    ids: Ints
    values: Floats

    def dense(self, shape: tuple[int, ...]) -> Floats:
        """The same gradient as an array of the table's shape."""
        full = np.zeros(shape, self.values.dtype)
        full[self.ids] = self.values
        return full


# Parameters by name ("words", "W1", "b1", "U", ...) and their gradients under the same names.
Parameters = dict[str, Floats]
Gradients = dict[str, Floats | Rows]
