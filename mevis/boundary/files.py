"""Files from outside: opened only where opening ends."""

import os
import stat
from pathlib import Path

from mevis.boundary.shipped import shipped_path
from mevis.errors import UserError

_KINDS = {
    stat.S_IFIFO: 'a pipe (FIFO)',
    stat.S_IFCHR: 'a device',
    stat.S_IFBLK: 'a device',
    stat.S_IFSOCK: 'a socket',
}


def expanded(path: str | Path) -> Path:
    """The path with ``~`` as the home folder, where no file has the name as it stands.

    ``mevis::weights/…`` names what comes with mevis.

    Raises:
        UserError: If it names nothing that comes with mevis.
    """
    shipped = shipped_path(path)
    if shipped is not None:
        return shipped
    path = Path(path)
    try:
        return path if os.path.lexists(path) else path.expanduser()
    except (RuntimeError, ValueError):  # no such user, no home; a name that no file can have
        return path


def regular_file(path: str | Path) -> Path:
    """The path, if reading it comes to an end: a pipe or a device may never give a byte.

    Raises:
        UserError: If it is a folder or no regular file, or no file can have this name.
        OSError: If it does not exist or may not be looked at.
    """
    try:
        mode = os.stat(path).st_mode
    except ValueError as error:  # a NUL byte, a lone surrogate
        raise UserError(f'{str(path)!r}: no file can have this name ({error}).') from error
    if stat.S_ISDIR(mode):
        raise UserError(f'{path}: is a folder; name a file.')
    if not stat.S_ISREG(mode):
        kind = _KINDS.get(stat.S_IFMT(mode), 'no regular file')
        raise UserError(f'{path}: is {kind}; save what it gives as a file and name that.')
    return Path(path)
