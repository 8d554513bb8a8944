"""Worker processes that end with the process they work for, even if it is killed, and leave Ctrl-C to it."""

import os
import signal
import threading
import time

SECONDS = 0.2  # between two looks


def work_for(parent: int) -> None:
    """What a worker process does first: it leaves Ctrl-C, which reaches both, to its parent, the process of that
    number, and ends at once when that one is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
