"""What a user reads of an exception."""

import errno
import os
import re
import traceback
from pathlib import Path

from mevis.errors import UserError
from mevis.registry import UnknownModuleError

_MENDS = {
    errno.ENOENT: 'no such file or folder; check the path',
    errno.ENOTDIR: 'a part of this path is a file; choose another folder',
    errno.EISDIR: 'is a folder; name a file',
    errno.EEXIST: 'exists already; choose another path',
    errno.ENOTEMPTY: 'is a folder that is not empty; choose another path',
    errno.EACCES: 'permission denied; choose another path or change its rights',
    errno.EPERM: 'permission denied; choose another path or change its rights',
    errno.EROFS: 'the file system is read-only; choose another folder',
    errno.ENOSPC: 'no space left on the device; free some or choose another folder.'
    ' What was written before is intact',
    errno.EDQUOT: 'the disk quota is used up; free some space or choose another folder',
    errno.EFBIG: 'larger than a file may be here; raise `ulimit -f` or choose another file system.'
    ' What was written before is intact',
    errno.EMFILE: 'too many open files; lower num_workers or raise `ulimit -n`',
    errno.ENFILE: 'too many open files on this machine; close other programs',
    errno.ENAMETOOLONG: 'the name is too long for the file system; choose a shorter one',
    errno.ELOOP: 'a link that leads to itself; name the file or folder itself',
    errno.EBUSY: 'in use, a mount point perhaps; choose a folder below it',
    errno.EXDEV: 'lies on another file system; choose a folder on one',
    errno.EIO: 'the device gives an error; check the disk or the network drive',
    errno.ESTALE: 'the network drive has lost it; mount it again',
    errno.ENXIO: 'no such device; name a file',
    errno.ENODEV: 'no such device; name a file',
    errno.ETXTBSY: 'is a program that runs; choose another path',
    errno.ENOMEM: 'not enough memory; close other programs or ask for less at once',
    errno.EAGAIN: 'no more processes or threads are allowed; lower num_workers',
}
_MEMORY = (
    'not enough memory; use a smaller batch, fewer workers or frames (tools/demo.py:'
    ' --max-frames, --stride)'
)
_SHARED_MEMORY = (
    'the loader has too little shared memory (/dev/shm); set num_workers=0, or enlarge it'
    ' (docker run --shm-size=8g)'
)
# Errors that reach us as text only: from other processes, or from libraries without errno.
_TEXTS = (
    (
        r'out of shared memory|Unexpected bus error|unable to (?:write to|open|allocate|resize)'
        r'[^\n]*shared memory|unable to (?:write to|mmap)[^\n]*/torch_',
        _SHARED_MEMORY,
    ),
    (
        r'DataLoader worker \(pid[^\n]*(?:killed by signal|exited unexpectedly)',
        'a worker of the loader was killed, for want of memory as a rule; lower num_workers',
    ),
    (r'Too many open files|received \d+ items of ancdata', f'output: {_MENDS[errno.EMFILE]}'),
    (r'CUDA out of memory|CUBLAS_STATUS_ALLOC_FAILED|not enough memory', _MEMORY),
    (
        r'inline_container\.cc|PytorchStreamWriter failed',
        'the checkpoint cannot be written, for want of space as a rule; free some or choose another'
        ' folder. What was written before is intact',
    ),
    (
        r'No CUDA GPUs are available|Found no NVIDIA driver',
        'there is no GPU that can be used; use the CPU (--device cpu)',
    ),
)


def explain(error: BaseException) -> str | None:
    """One line about a mistake that a user can fix; None for a bug in the program."""
    if isinstance(error, (UserError, UnknownModuleError)):
        return _without_worker_traceback(str(error))
    if isinstance(error, OSError):
        number = error.errno or _number_in(str(error))
        if number == errno.ENOSPC and _of_semaphores(error):
            return f'{_SHARED_MEMORY}.'
        if number in _MENDS:
            names = [str(name) for name in (error.filename, error.filename2) if name is not None]
            return f'{" -> ".join(names) or "output"}: {_MENDS[number]}.'
    for pattern, text in _TEXTS:
        if re.search(pattern, str(error)):
            return f'{text}.'
    if isinstance(error, MemoryError):
        return f'{_MEMORY}.'
    if isinstance(error, FileNotFoundError):
        return _without_worker_traceback(str(error))
    return None


def one_line(text: str) -> str:
    """A text without line breaks and what else would move the cursor of a terminal."""
    shown = (c if c.isprintable() or c.isspace() else _escaped(c) for c in text)
    return ' '.join(''.join(shown).split())


def _escaped(character: str) -> str:
    return character.encode('unicode_escape').decode('ascii')


def _number_in(text: str) -> int | None:
    """``OSError: [Errno 28] …``, as errors of other processes end."""
    found = re.findall(r'\[Errno (\d+)\]', text)
    return int(found[-1]) if found else None


def _of_semaphores(error: BaseException) -> bool:
    """Whether it was raised where processes make their locks, which are files of /dev/shm."""
    frames = traceback.extract_tb(error.__traceback__)
    return any(Path(frame.filename).parts[-2:-1] == ('multiprocessing',) for frame in frames)


def _without_worker_traceback(message: str) -> str:
    """Errors of data loader workers arrive as text with the worker's traceback in it."""
    if 'Original Traceback (most recent call last):' not in message:
        return message
    last = message.rstrip().splitlines()[-1]
    _, separator, text = last.partition('Error: ')
    return text if separator else last


def is_defect_to_raise() -> bool:
    """Whether the test suite runs, from which no defect is to hide behind a line."""
    return bool(os.environ.get('MEVIS_RAISE_DEFECTS'))
