"""Which vectors of a table are like another one."""

import numpy as np

from nerwin.arrays import Floats, Ints


def nearest_rows(table: Floats, row: int, first: int, count: int) -> tuple[Ints, Floats]:
    """The `count` rows of a table (V, D) that are most like one of its rows by cosine, and the cosines.

    Args:
        first: rows before this one are left out.
    """
    unit = table / np.maximum(np.linalg.norm(table, axis=1, keepdims=True), np.finfo(table.dtype).tiny)
    cosine = unit @ unit[row]  # (V,)
    cosine[:first] = cosine[row] = -np.inf
    nearest = np.argsort(-cosine, kind="stable")[: min(count, len(table) - first - 1)]
    return nearest, cosine[nearest]
