"""Time and peak memory of a piece of work."""

import ctypes
import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from mevis.errors import UserError

Result = TypeVar('Result')
_MIB = 1 << 20


@dataclass(frozen=True)
class Measured(Generic[Result]):
    """What some work cost.

    Attributes:
        result: What it returned.
        seconds: Wall time.
        cpu_seconds: Time on all cores together; other processes do not lengthen it.
        before_mib: Resident memory of the process before it, and before a first run.
        peak_mib: The most resident memory since then, all of the process.
    """

    result: Result
    seconds: float
    cpu_seconds: float
    before_mib: float
    peak_mib: float

    @property
    def own_mib(self) -> float:
        """What the work added at its peak."""
        return self.peak_mib - self.before_mib


def measure(
    work: Callable[[], Result], warm_up: Callable[[], object] | None = None
) -> Measured[Result]:
    """Runs some work and counts what it costs.

    Memory that was freed before is given back first, and the mark of the kernel is reset: what
    loading took does not count.

    Args:
        work: What to run.
        warm_up: Run first: its time does not count, its memory does.

    Raises:
        UserError: Where the kernel keeps no such mark.
    """
    gc.collect()
    trim = getattr(ctypes.CDLL(None), 'malloc_trim', None)
    if trim is not None:
        trim(0)
    try:
        Path('/proc/self/clear_refs').write_text('5')
    except OSError as error:
        raise UserError(
            f'/proc/self/clear_refs: {error.strerror}. Peak memory is measured on Linux, where a'
            ' process may reset the mark of its own.'
        ) from error
    before = _resident('VmRSS')
    if warm_up is not None:
        warm_up()
    start, cpu_start = time.perf_counter(), time.process_time()
    result = work()
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
    return Measured(result, seconds, cpu_seconds, before, _resident('VmHWM'))


def _resident(entry: str) -> float:
    """An entry of this process' status, in MiB."""
    lines = Path('/proc/self/status').read_text().splitlines()
    line = next(line for line in lines if line.startswith(f'{entry}:'))
    return int(line.split()[1]) * 1024 / _MIB
