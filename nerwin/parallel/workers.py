"""Where work that can be shared out runs: whatever takes calls of functions as an Executor does.

Workers are entered only where there is something to do. Leaving them by an error or Ctrl-C waits for none of them.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager
from multiprocessing import get_context
from typing import Any, TypeVar

from nerwin.deafness import deaf
from nerwin.errors import WorkerError
from nerwin.parallel.orphans import work_for

Workers = AbstractContextManager[Executor]
T = TypeVar("T")


@contextmanager
def processes(jobs: int) -> Iterator[Executor]:
    """`jobs` processes of this machine, which end with this one.

    Raises:
        WorkerError: one of them cannot start, or was killed.
    """
    with deaf():  # here starts the process in which Python keeps account of the pool's semaphores
        pool = ProcessPoolExecutor(jobs, get_context("spawn"), work_for, (os.getpid(),))
    with pool:
        try:
            yield _Deaf(pool)
        except BrokenProcessPool as error:
            raise WorkerError(
                "a worker process was killed (out of memory?). Start again with fewer --jobs; what is finished is kept."
            ) from error
        except BaseException:
            for process in list(pool._processes.values()):
                process.terminate()
            pool.shutdown(wait=False, cancel_futures=True)  # else leaving it waits for what does not end at once
            raise


class _Deaf(Executor):
    """The processes of a pool, which start with its calls and hear no Ctrl-C meanwhile."""

    def __init__(self, pool: Executor) -> None:
        self._pool = pool

    def submit(self, function: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        try:
            with deaf():
                return self._pool.submit(function, *args, **kwargs)
        except OSError as error:
            raise WorkerError(
                f"cannot start a worker process: {error.strerror}. Start again with fewer --jobs; what is finished is "
                "kept."
            ) from error
