"""Processes that end with the one that started them, however that ended."""

import os
import threading
import time
from collections.abc import Callable

_PERIOD = 1.0


def watch_parent(on_death: Callable[[], None], parent: int | None = None) -> None:
    """Calls a function when the process that this one works for is gone.

    A kill leaves no one to tell the others, so they look themselves, once a second.  (The system's
    own signal of a parent's death would come when the *thread* ends that started the process.)

    Args:
        on_death: Called in a thread.
        parent: The process; by default the one that started this one.
    """
    started_by = os.getppid()

    def watch() -> None:
        while os.getppid() == started_by and (parent is None or _is_alive(parent)):
            time.sleep(_PERIOD)
        on_death()

    threading.Thread(target=watch, name='watch-parent', daemon=True).start()


def end_with_parent(parent: int) -> None:
    """For a worker of a pool: ends at once when its parent is gone; its results are for nobody."""
    watch_parent(lambda: os._exit(1), parent)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
