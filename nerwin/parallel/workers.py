"""Where work that can be shared out runs: whatever takes calls of functions as an Executor does.

Workers are entered only where there is something to do. Leaving them by an error or Ctrl-C waits for none of them.
"""

import os
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager
from multiprocessing import get_context

from nerwin.errors import WorkerError
from nerwin.parallel.orphans import work_for

Workers = AbstractContextManager[Executor]


@contextmanager
def processes(jobs: int) -> Iterator[Executor]:
    """So many processes of this machine, which end with this one.

    Raises:
        WorkerError: one of them was killed.
    """
    with ProcessPoolExecutor(jobs, get_context("spawn"), work_for, (os.getpid(),)) as pool:
        try:
            yield pool
        except BrokenProcessPool as error:
            raise WorkerError(
                "a worker process was killed (out of memory?). Start again with fewer --jobs; what is finished is kept."
            ) from error
        except BaseException:
            for process in list(pool._processes.values()):
                process.terminate()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
