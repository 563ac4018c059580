"""One process per output folder, and the others are told which one."""

import atexit
import errno
import fcntl
import json
import os
import platform
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from mevis.errors import UserError
from mevis.structures.atomic_write import errors_naming

LOCK_NAME = '.mevis.lock'
_TAKEN = (errno.EACCES, errno.EAGAIN)
_held: dict[Path, 'FolderLock'] = {}


class FolderLock:
    """Keeps other processes from writing into a folder while this one does.

    The lock is one of the system (``fcntl``), which ends with its process however that ends, so
    none is ever stale, and which forked workers do not inherit, so none outlives its process in
    them; a lock of ``flock``, as libraries take it, would.  The file says who holds it.  Within
    its process a folder can be locked again.

    Independent jobs that fill one folder together hold a part of it each: parts of different names
    do not exclude one another, and the whole folder excludes all of them.

    Args:
        folder: Made if it does not exist.
        part: Name of the part, fit for a file; '': the whole folder.
    """

    def __init__(self, folder: str | Path, part: str = '') -> None:
        self.folder = Path(folder)
        self.part = part
        self._root = self.folder
        self._files: list[Any] = []
        self._count = 0

    def acquire(self) -> None:
        """Takes the lock.

        Raises:
            UserError: If another process has it; names that.
            OSError: If the folder cannot be made or written.
        """
        self._root = root = self.folder.resolve()
        holder = _held.setdefault(root, self)
        holder._count += 1
        if holder._count > 1:
            return
        try:
            holder._lock(root)
        except BaseException:
            holder._count = 0
            del _held[root]
            raise

    def release(self) -> None:
        """Gives the lock back, as often as it was taken."""
        root = self._root
        holder = _held.get(root)
        if holder is None:
            return
        holder._count -= 1
        if holder._count:
            return
        del _held[root]
        holder._give_back()

    def __enter__(self) -> 'FolderLock':
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def _lock(self, root: Path) -> None:
        with errors_naming(self.folder, root):
            root.mkdir(parents=True, exist_ok=True)
            try:
                self._take(root / LOCK_NAME, fcntl.LOCK_SH if self.part else fcntl.LOCK_EX)
                if self.part:
                    self._take(root / part_lock_name(self.part), fcntl.LOCK_EX)
            except BaseException:
                self._give_back()
                raise

    def _take(self, path: Path, kind: int) -> None:
        while True:
            file = path.open('a+', encoding='utf-8')  # noqa: SIM115 - open while it is held
            try:
                fcntl.lockf(file, kind | fcntl.LOCK_NB)
            except OSError as error:
                said = _read(file)
                file.close()
                if error.errno in _TAKEN:
                    raise UserError(_taken(self.folder, said)) from error
                return  # a file system without locks, as some network drives are
            if _is_still(file, path):
                break
            file.close()  # another process has just given it back
        file.truncate(0)
        file.write(json.dumps(_about_us()))
        file.flush()
        self._files.append(file)

    def _give_back(self) -> None:
        while self._files:
            file = self._files.pop()
            # A file that other parts hold too stays; it goes with the last of them.
            with suppress(OSError):
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # First the name, then the lock: who waits for this file finds that it is gone.
                Path(file.name).unlink(missing_ok=True)
            file.close()


def part_lock_name(part: str) -> str:
    """The file of the lock of a part of a folder."""
    return f'.mevis.{part}.lock'


def hold_folder(folder: str | Path, part: str = '') -> None:
    """Locks a folder, or a part of it, until the process ends.

    Raises:
        UserError: If another process has it; names that.
        OSError: If the folder cannot be made or written.
    """
    lock = FolderLock(folder, part)
    lock.acquire()
    owner = os.getpid()

    def give_back() -> None:
        if os.getpid() == owner:
            lock.release()

    atexit.register(give_back)


def _about_us() -> dict[str, Any]:
    command = ' '.join([os.path.basename(sys.argv[0]), *sys.argv[1:]])
    since = time.strftime('%Y-%m-%d %H:%M:%S')
    return {'pid': os.getpid(), 'host': platform.node(), 'command': command, 'since': since}


def _taken(folder: Path, said: str) -> str:
    try:
        about = json.loads(said)
        command = str(about['command'])
        shown = command if len(command) <= 100 else f'{command[:97]}...'
        who = f'{shown} (process {about["pid"]} on {about["host"]}, since {about["since"]})'
    except (ValueError, KeyError, TypeError):
        who = 'another process'
    return (
        f'{folder}: {who} writes into this folder. Wait until it has ended, or choose another'
        ' folder.'
    )


def _read(file: Any) -> str:
    file.seek(0)
    try:
        return file.read(1 << 16)
    except (OSError, ValueError):
        return ''


def _is_still(file: Any, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), os.stat(path))
    except FileNotFoundError:
        return False
