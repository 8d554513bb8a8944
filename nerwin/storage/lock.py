"""A folder that one process at a time writes to.

The lock is the system's, on a file in the folder, so it is released when the process ends, however it ends. Where the
system has none of the kind (Windows), folders are not locked.
"""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from nerwin.errors import ModelError
from nerwin.storage.folders import LOCK

try:
    import fcntl
except ImportError:
    fcntl = None  # type: ignore[assignment]

TRIES, MOMENT = 5, 0.01  # of a lock that is not free, and the seconds after each


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder, which is made if need be.

    Raises:
        ModelError: another process holds it, or nothing can be written there.
    """
    path = folder / LOCK
    file = _taken(folder, path)
    try:
        with suppress(OSError):  # a full disk: the lock holds without a name
            os.truncate(file, 0)
            os.write(file, f"process {os.getpid()} on {socket.gethostname()}\n".encode())
        try:
            yield
        finally:
            with suppress(OSError):
                path.unlink()
    finally:
        os.close(file)


def check_free(folder: Path) -> None:
    """Refuse a folder that another process holds; nothing is made where there is none.

    Raises:
        ModelError: saying which process.
    """
    if os.path.exists(folder / LOCK):  # False of a name that is too long, where a Path's own raises
        with locked(folder):
            pass


def wait_until_free(folder: Path, seconds: float) -> None:
    """Give a process that holds a folder some time to end.

    Raises:
        ModelError: it has not; saying which process.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            return check_free(folder)
        except ModelError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _taken(folder: Path, path: Path) -> int:
    """The open file of a folder's lock, which is now held.

    It is tried several times, since `check_free` holds the lock for a moment.
    """
    for _ in range(TRIES):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise ModelError(f"{folder}: cannot write here: {error.strerror}. Choose another --output.") from error
        try:
            if _take(file, path):
                return file
        except OSError as error:  # as of a network's disk without locks
            os.close(file)
            raise ModelError(f"{folder}: cannot lock the folder: {error.strerror}. Choose another --output.") from error
        with os.fdopen(file, "rb") as stream:
            owner = stream.read(200).decode("utf-8", "replace").strip() or "another process"
        time.sleep(MOMENT)
    raise ModelError(f"{folder}: expected a folder not in use, found {owner} at work there. Wait for its end.")


def _take(file: int, path: Path) -> bool:
    """Lock an open file, unless another process has, or has just removed it as its own."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # the latter as some network disks say it
        return False
    with suppress(OSError):
        return os.fstat(file).st_ino == path.stat().st_ino
    return False
