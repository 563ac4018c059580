"""Several processes of one command: they speak once, and end with their launcher."""

import atexit
import os
import signal
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

_GRACE = 10.0


def is_first_to_speak() -> bool:
    """Whether no other rank on this machine has said why the command ends.

    The rank with the first error speaks; what others find then follows from it: a connection that
    is closed, or the same error.
    """
    if int(os.environ.get('LOCAL_WORLD_SIZE') or 1) <= 1:
        return True
    try:
        os.close(os.open(_note(), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return False
    except OSError:
        return True
    return True


def forget_who_spoke(launcher: int) -> None:
    """Removes the notes that the ranks of a launcher have left."""
    for path in Path(tempfile.gettempdir()).glob(f'mevis-{os.getuid()}-{launcher}-*.said'):
        path.unlink(missing_ok=True)


def end_with_launcher() -> None:
    """Ends this rank when its launcher is gone: as an interruption, and soon in any case."""
    from mevis.structures.parent_watch import watch_parent  # loads torch

    def end() -> None:
        threading.Timer(_GRACE, lambda: os._exit(128 + signal.SIGTERM)).start()
        os.kill(os.getpid(), signal.SIGTERM)

    watch_parent(end)


def end_rank(status: int) -> None:
    """Ends this process if it is one of several that have done their work; returns if it is not.

    Its connections are ended while the interpreter stands, and the interpreter is not taken down:
    threads of gloo and of the exchange of gradients abort a process whose memory is freed under
    them.  A rank that failed is not for this: it may wait here for the others for ever.

    Args:
        status: Exit status.
    """
    distributed = sys.modules.get('torch.distributed')
    if not (distributed and distributed.is_available() and distributed.is_initialized()):
        return
    distributed.destroy_process_group()
    atexit._run_exitfuncs()  # what libraries registered, as at every end
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(status)


def _note() -> str:
    """A name that no other start of a launcher has: numbers of processes come again."""
    launcher, started = os.getppid(), '0'
    with suppress(OSError):
        started = Path(f'/proc/{launcher}/stat').read_text().rpartition(')')[2].split()[19]
    restart = os.environ.get('TORCHELASTIC_RESTART_COUNT', '0')
    name = f'mevis-{os.getuid()}-{launcher}-{started}-{restart}.said'
    return os.path.join(tempfile.gettempdir(), name)
