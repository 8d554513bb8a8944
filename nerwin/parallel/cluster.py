"""Workers of a Dask cluster: those of a scheduler, on any number of machines, or a cluster of this machine's own.

Needs distributed, the extra `dask`. A worker must be as this machine in all that results depend on (`versions`), and
have one thread, since its cores are shared out by processes. The work of a lost worker goes to another one.
"""

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, TypeVar

from nerwin.errors import ConfigError, WorkerError
from nerwin.versions import versions

# How many freed bytes glibc keeps for later: what its own thresholds grow to where nobody sets them.
KEPT = {"MALLOC_TRIM_THRESHOLD_": 1 << 26, "MALLOC_MMAP_THRESHOLD_": 1 << 25}
SECONDS = 10  # that a scheduler and its first worker are waited for

Versions = dict[str, str | None]
T = TypeVar("T")


def _distributed() -> Any:
    """The library, which only those who use clusters have.

    Raises:
        ConfigError: it is not installed.
    """
    try:
        import distributed
    except ImportError as error:
        raise ConfigError(
            f'--engine dask: expected the extra "dask", found no distributed ({error}). Install it (README).'
        ) from error
    return distributed


@contextmanager
def cluster(scheduler: str | None, jobs: int) -> Iterator[Executor]:
    """The workers of a scheduler, by its address; without one, so many processes that only this machine can reach.

    Raises:
        ConfigError: no library. WorkerError: no scheduler or worker answers, a worker is not as this machine, a call
            has killed several workers, or the scheduler is lost.
    """
    distributed = _distributed()
    with _quiet(), _client(distributed, scheduler, jobs) as client:
        _check_workers(client)
        try:
            yield _Checking(client.get_executor(pure=False))
        except distributed.KilledWorker as error:
            raise WorkerError(
                f"several workers died of one and the same piece of work, the last was {error.last_worker.address} "
                "(out of memory, or no nerwin there?). What is finished is kept."
            ) from error
        except CancelledError as error:
            raise WorkerError(
                f"the scheduler {scheduler} is lost. What is finished is kept: start again when it is back."
            ) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Dask logs much that is none of the user's business, such as each worker that it loses and makes up for."""
    before = logging.root.manager.disable
    logging.disable()
    try:
        yield
    finally:
        logging.disable(before)


@contextmanager
def _client(distributed: Any, scheduler: str | None, jobs: int) -> Iterator[Any]:
    before = _default_client(distributed)
    with ExitStack() as stack:
        try:
            where: Any = scheduler
            if scheduler is None:
                with _deaf(), _keeping_memory():
                    where = stack.enter_context(_local_cluster(distributed, jobs))
            client = stack.enter_context(distributed.Client(where, timeout=SECONDS))
        except (OSError, ValueError, TypeError, RuntimeError) as error:
            # A client left half open would be closed by the garbage collector, in whatever thread that runs, even in
            # one that the next client waits for.
            if (half_open := _default_client(distributed)) not in (None, before):
                with suppress(OSError):
                    half_open.close()
            if scheduler is None:
                raise WorkerError(
                    f"--engine dask: cannot start workers on this machine ({error}). Try --jobs."
                ) from error
            raise WorkerError(
                f"--scheduler {scheduler}: expected a Dask scheduler that answers within {SECONDS} s, found none "
                f"({error}). Start one with `dask scheduler`, or mend the address."
            ) from error
        yield client


def _default_client(distributed: Any) -> Any:
    """The client that this process has, if it has one."""
    with suppress(ValueError):
        return distributed.default_client()
    return None


@contextmanager
def _deaf() -> Iterator[None]:
    """Processes that start here do not hear Ctrl-C, which a terminal sends to all: this one ends them.

    Dask starts them in a thread of its own, which `deafness.deaf`, a mask of this one's signals, would not reach.
    """
    if threading.current_thread() is not threading.main_thread():  # others may not say what a signal does
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _keeping_memory() -> Iterator[None]:
    """Processes that start here keep what they have freed for what comes next, as any process does.

    Dask has them give it back at once (MALLOC_TRIM_THRESHOLD_), and to take it again is half of what tagging costs.
    """
    import dask

    settings = {f"distributed.nanny.pre-spawn-environ.{name}": value for name, value in KEPT.items()}
    with dask.config.set(settings):
        yield


def _local_cluster(distributed: Any, jobs: int) -> Any:
    """So many processes, each as `nerwin` itself: one thread, and as much memory as it takes."""
    return distributed.LocalCluster(
        n_workers=jobs,
        threads_per_worker=1,
        memory_limit=None,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",  # of the little that is left of a dashboard that is off
        scheduler_kwargs={"dashboard": False},
        silence_logs=logging.CRITICAL,
    )


def _check_workers(client: Any) -> None:
    """Wait for a worker, and see that all that are there can do the work.

    Raises:
        WorkerError: there is none, or one that cannot, whose address it names.
    """
    try:
        client.wait_for_workers(1, timeout=SECONDS)
    except TimeoutError as error:
        address = client.scheduler.address
        raise WorkerError(
            f"{address}: expected a worker at this scheduler, found none within {SECONDS} s. "
            f"Start one with `dask worker {address} --nthreads 1`."
        ) from error
    for address, answer in client.run(check_worker, versions(), on_error="return").items():
        if isinstance(answer, WorkerError):
            raise answer
        if isinstance(answer, Exception) and not isinstance(answer, OSError):  # that is a worker that has just gone
            raise WorkerError(f"worker {address}: expected nerwin there, found none: {answer}. Install it.")


class _Checking(Executor):
    """Calls of a client's executor that look first whether they can run where they are: workers come and go."""

    def __init__(self, pool: Executor) -> None:
        self._pool, self._expected = pool, versions()

    def submit(self, function: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        return self._pool.submit(_call, self._expected, function, *args, **kwargs)


def _call(expected: Versions, function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """A call on a worker, whose own troubles begin with its address."""
    from distributed import get_worker

    worker = get_worker()
    check_worker(expected, worker)
    try:
        return function(*args, **kwargs)
    except WorkerError as error:
        raise WorkerError(f"worker {worker.address}: {error}") from None


def check_worker(expected: Versions, dask_worker: Any) -> None:
    """Refuse a worker with other versions, or with several threads; runs there, where Dask fills in `dask_worker`.

    Raises:
        WorkerError: naming its address.
    """
    where, found = f"worker {dask_worker.address}", versions()
    if different := [key for key in expected if found.get(key) != expected[key]]:
        wanted, there = (", ".join(f"{key} {one.get(key)}" for key in different) for one in (expected, found))
        raise WorkerError(f"{where}: expected {wanted}, found {there}. Install the same there, or results may differ.")
    if (threads := dask_worker.state.nthreads) != 1:
        raise WorkerError(f"{where}: expected one thread, found {threads}. Start it with --nthreads 1 --nworkers -1.")
