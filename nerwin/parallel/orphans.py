"""Worker processes that end with the process they work for, even if it is killed, and leave Ctrl-C to it."""

import os
import signal
import threading
import time

SECONDS = 0.2  # between two looks


def end_with(parent: int) -> None:
    """End this process at once when its parent, the process of that number, is gone."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def work_for(parent: int) -> None:
    """What a worker process does first: it ends with its parent, and leaves Ctrl-C, which reaches both, to that one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with(parent)
