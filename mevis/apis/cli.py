"""How every command of the framework ends."""

import errno
import os
import sys
from collections.abc import Callable
from typing import NoReturn

from mevis.errors import UserError
from mevis.registry import UnknownModuleError

BAD_INPUT = 2
INTERRUPTED = 130

_MENDS = {
    errno.ENOENT: 'no such file or folder; check the path',
    errno.ENOTDIR: 'a part of this path is a file; choose another folder',
    errno.EISDIR: 'is a folder; name a file',
    errno.EEXIST: 'exists already; choose another path',
    errno.EACCES: 'permission denied; choose another path or change its rights',
    errno.EPERM: 'permission denied; choose another path or change its rights',
    errno.EROFS: 'the file system is read-only; choose another folder',
    errno.ENOSPC: 'no space left on the device; free some or choose another folder.'
    ' What was written before is intact',
    errno.EDQUOT: 'the disk quota is used up; free some space or choose another folder',
    errno.EMFILE: 'too many open files; lower num_workers or raise `ulimit -n`',
}


def run(main: Callable[[], int | None]) -> NoReturn:
    """Runs a command and ends the process; a user's mistake is one line without a traceback.

    Exit status: what ``main`` returns (None: 0), 2 for bad input, 130 when interrupted.  Set
    ``MEVIS_TRACEBACK=1`` to see where an error came from.

    Args:
        main: The command; it parses its own arguments.
    """
    try:
        status = main() or 0
    except KeyboardInterrupt:
        print('interrupted', file=sys.stderr)
        status = INTERRUPTED
    except Exception as error:
        message = explain(error)
        if message is None or os.environ.get('MEVIS_TRACEBACK'):
            raise
        print(f'error: {message}', file=sys.stderr)
        status = BAD_INPUT
    sys.stdout.flush()
    sys.exit(status)


def explain(error: BaseException) -> str | None:
    """One line about a mistake that a user can mend; None for a defect of the program."""
    if isinstance(error, (UserError, UnknownModuleError)):
        return _without_worker_traceback(str(error))
    if isinstance(error, OSError) and error.errno in _MENDS:
        names = [str(name) for name in (error.filename, error.filename2) if name is not None]
        return f'{" -> ".join(names) or "output"}: {_MENDS[error.errno]}.'
    if isinstance(error, FileNotFoundError):
        return _without_worker_traceback(str(error))
    return None


def _without_worker_traceback(message: str) -> str:
    """Errors of data loader workers arrive as text with the worker's traceback in it."""
    if 'Original Traceback (most recent call last):' not in message:
        return ' '.join(message.split('\n'))
    last = message.rstrip().splitlines()[-1]
    _, separator, text = last.partition('Error: ')
    return text if separator else last
