"""What results depend on beside the configuration and the data: versions, the machine, the threads."""

import os
import platform

import numpy as np

from nerwin import __version__


def versions() -> dict[str, str | None]:
    """By name; no time of day, so that equal runs are equal."""
    return {
        "nerwin": __version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "blas_threads": os.environ.get("OPENBLAS_NUM_THREADS"),
    }
