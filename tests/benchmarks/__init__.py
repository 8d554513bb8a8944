"""Benchmarks on real corpora: accuracy (`python -m tests.benchmarks`) and speed (`python -m tests.benchmarks.speed`).

Everybody gets one thread, so that what is compared is the work and not how it is spread.
"""

import os

# Before numpy is first imported.
for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")
