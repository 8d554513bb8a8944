"""Scores that are numbers each, and too large to be added: of a file that was forged, or after a step far too long."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from nerwin.errors import ModelError


@contextmanager
def finite_sums() -> Iterator[None]:
    """Refuse to decide by sums or differences of scores that are no longer finite.

    Raises:
        ModelError: one has overflowed.
    """
    try:
        with np.errstate(over="raise", invalid="raise"):
            yield
    except FloatingPointError as error:
        raise ModelError("the model: expected finite sums of scores, found others. Fetch or train it again.") from error
