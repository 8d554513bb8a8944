"""Benchmarks on real corpora: accuracy (`python -m tests.benchmarks`) and speed (`python -m tests.benchmarks.speed`).

Everybody gets one thread, or as many as OMP_NUM_THREADS says, so that what is compared is the work and not how it is
spread.
"""

import os

# Before numpy or PyTorch is first imported.
_threads = os.environ.get("OMP_NUM_THREADS", "1")
for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_variable] = _threads
