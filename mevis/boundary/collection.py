"""Reading without the garbage collector."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_garbage() -> Iterator[None]:
    """Holds the collector of cycles while many objects are made of which none is garbage.

    Parsed JSON has no cycles.  The collector looks through all that exists again and again while
    there are more of them, which takes longer than the reading.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
