"""A folder that one process at a time writes to.

The lock is the system's, on a file in the folder, so it is released when the process ends, however it ends. Where the
system has none of the kind (Windows), folders are not locked.
"""

import os
import socket
import time
from contextlib import suppress
from pathlib import Path

from nerwin.errors import ModelError
from nerwin.storage.folders import LOCK

try:
    import fcntl
except ImportError:
    fcntl = None  # type: ignore[assignment]

NO_LINK = getattr(os, "O_NOFOLLOW", 0)  # a link in a folder that was fetched may lead to anybody's file
TRIES, MOMENT = 5, 0.01  # of a lock that is not free, and the seconds after each


class Lock:
    """A hold on a folder, from entering to leaving; the folder is made if need be.

    Raises:
        ModelError: on entering: another process holds it, or nothing can be written there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self._path = folder, folder / LOCK
        self._file: int | None = None  # open while it is held

    def __enter__(self) -> "Lock":
        self._file = _taken(self.folder, self._path)
        with suppress(OSError):  # a full disk: the lock holds without a name
            os.truncate(self._file, 0)
            os.write(self._file, f"process {os.getpid()} on {socket.gethostname()}\n".encode())
        return self

    def __exit__(self, *of_error: object) -> None:
        assert self._file is not None
        try:
            if not self._lost():
                with suppress(OSError):
                    self._path.unlink()
        finally:
            os.close(self._file)
            self._file = None

    def check(self) -> None:
        """Refuse to write on once the folder or its lock was taken away: what stands there now is somebody else's.

        Raises:
            ModelError: the folder, or the file of its lock, has been taken away since.
        """
        if self._lost():
            raise ModelError(
                f"{self.folder}: expected the folder that this process holds, found it or its {LOCK} taken away. "
                "Nothing more is written there; begin again with another --output."
            )

    def _lost(self) -> bool:
        """Whether the locked file is gone from its place, so that another process may lock a new one there."""
        return self._file is not None and not _stands(self._file, self._path)


def check_free(folder: Path) -> None:
    """Refuse a folder that another process holds; nothing is made where there is none.

    Raises:
        ModelError: saying which process.
    """
    if os.path.exists(folder / LOCK):  # False of a name that is too long, where a Path's own raises
        with Lock(folder):
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
            file = os.open(path, os.O_RDWR | os.O_CREAT | NO_LINK, 0o644)
        except OSError as error:
            if os.path.islink(path):
                raise ModelError(
                    f"{path}: expected a lock, found a link, which may lead anywhere. Remove it."
                ) from error
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
    raise ModelError(f"{folder}: expected a folder not in use, found {owner} at work there. Wait until it ends.")


def _take(file: int, path: Path) -> bool:
    """Lock an open file, unless another process has, or has just removed it as its own."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # the latter as some network disks say it
        return False
    return _stands(file, path)


def _stands(file: int, path: Path) -> bool:
    """Whether an open file is the one that has this name."""
    with suppress(OSError):
        return os.fstat(file).st_ino == path.stat().st_ino
    return False
