"""Folders whose files are all of one run, whenever the process is killed.

A folder is filled from inside: it may be the current one, a mount point, a link or lie below a
folder that cannot be written.  New files are made in a hidden folder within.  When they are
complete, the older ones go into a second one, the first is renamed to say that the step is decided,
and the new ones take their places, the marker last.  A process that is killed before the decision
leaves a folder that the next run sets back; after it, one that the next run completes.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from mevis.errors import UserError
from mevis.structures.atomic_write import errors_naming
from mevis.structures.folder_lock import LOCK_NAME, FolderLock

_NEW, _OLD, _READY = '.mevis-new-', '.mevis-old-', '.mevis-ready-'
_OURS = re.compile(r'\.mevis-(new|old|ready)-[a-z0-9_]{8}')
_OF_THE_DISK = ('lost+found',)


@contextmanager
def atomic_folder(path: str | Path, marker: str, contents: Collection[str] = ()) -> Iterator[Path]:
    """Yields an empty folder, whose files take the place of those of ``path`` afterwards.

    Hidden files of the folder stay where they are.

    Args:
        path: The folder.
        marker: A file of every folder that is written here; without it an older folder is
            somebody else's, and is not replaced.
        contents: Names of all that such a folder may hold; a file that a user has put beside them
            is not lost then. empty: whatever there is.

    Raises:
        UserError: If there is a folder with other files, or another process writes into it.
        OSError: If the folder cannot be written; what was there before is intact.
    """
    target = Path(os.path.realpath(path))
    _restore_older(target, marker)
    check_replaceable(path, marker, contents)
    made = _make(target, path)
    try:
        with FolderLock(target), errors_naming(path):
            recover(target)
            check_replaceable(path, marker, contents)
            new = Path(tempfile.mkdtemp(dir=target, prefix=_NEW))
            try:
                with _errors_in(new, Path(path)):
                    yield new
                _replace(target, new, marker)
            finally:
                recover(target)
    except BaseException:
        _unmake(made)
        raise


def check_replaceable(path: str | Path, marker: str, contents: Collection[str] = ()) -> None:
    """Finds out before the work whether its results may take the place of what is there.

    Args:
        path: The folder.
        marker: A file of every folder that is ours.
        contents: Names of all that it may hold; empty: whatever there is.

    Raises:
        UserError: If the path is a file, or a folder with other files.
    """
    path = Path(path)
    if path.exists() and not path.is_dir():
        raise UserError(f'{path}: is a file; name a folder.')
    interrupted = path.is_dir() and any(_OURS.fullmatch(one.name) for one in path.iterdir())
    if path.is_dir() and not interrupted and _files(path) and not (path / marker).is_file():
        raise UserError(
            f'{path}: holds other files (no {marker}), which would be lost; choose another folder.'
        )
    checked = contents and path.is_dir() and not interrupted
    others = [one.name for one in _files(path) if one.name not in contents] if checked else []
    if others:
        raise UserError(
            f'{path}: holds {others[0]}, which is no result and would be lost; choose another'
            ' folder.'
        )


def check_folder(path: str | Path) -> None:
    """Finds out before the work whether files can be written into a folder.

    Raises:
        OSError: If not; names the folder.
    """
    target = Path(os.path.realpath(path))
    made = _make(target, path)
    try:
        with errors_naming(path, target):
            handle, name = tempfile.mkstemp('.part', '.probe-', target)
            os.close(handle)
            os.unlink(name)
    finally:
        _unmake(made)


def recover(folder: Path) -> None:
    """Completes or undoes what a killed process had begun; nobody else may write meanwhile."""
    inside = {one.name: one for one in folder.iterdir() if _OURS.fullmatch(one.name)}
    for name, ready in inside.items():
        if name.startswith(_READY):  # decided: the new files were complete
            _fill(folder, ready)
            shutil.rmtree(folder / name.replace(_READY, _OLD), ignore_errors=True)
            shutil.rmtree(ready)
    for name, old in inside.items():
        if name.startswith(_OLD) and name.replace(_OLD, _READY) not in inside:
            for entry in old.iterdir():
                entry.rename(folder / entry.name)
            old.rmdir()
    for name, new in inside.items():
        if name.startswith(_NEW):
            shutil.rmtree(new, ignore_errors=True)


def _restore_older(target: Path, marker: str) -> None:
    """Earlier versions renamed the folder itself; a kill left it under a hidden name beside."""
    if target.exists() or not target.parent.is_dir():
        return
    ours = re.compile(rf'\.{re.escape(target.name)}-[a-z0-9_]{{8}}-older')
    for one in target.parent.iterdir():
        if ours.fullmatch(one.name) and (one / marker).is_file():
            one.rename(target)
            return


def _replace(folder: Path, new: Path, marker: str) -> None:
    old = folder / new.name.replace(_NEW, _OLD)
    old.mkdir()
    # The marker first: what is incomplete is not taken for a whole.
    for entry in sorted(_files(folder), key=lambda one: one.name != marker):
        entry.rename(old / entry.name)
    ready = new.rename(folder / new.name.replace(_NEW, _READY))
    _fill(folder, ready, marker)


def _fill(folder: Path, ready: Path, marker: str = '') -> None:
    for entry in sorted(ready.iterdir(), key=lambda one: one.name == marker):
        entry.rename(folder / entry.name)


def _files(folder: Path) -> list[Path]:
    """What a user sees in a folder."""
    hidden = (LOCK_NAME, *_OF_THE_DISK)
    return [one for one in folder.iterdir() if one.name[0] != '.' and one.name not in hidden]


def _make(target: Path, path: str | Path) -> list[Path]:
    """Makes a folder; returns what had to be made, the deepest first."""
    missing = [one for one in (target, *target.parents) if not one.exists()]
    with errors_naming(path, target):
        target.mkdir(parents=True, exist_ok=True)
    return missing


def _unmake(made: list[Path]) -> None:
    """Removes folders, the deepest first, as far as they stayed empty."""
    for folder in made:
        try:
            folder.rmdir()
        except OSError:
            break


@contextmanager
def _errors_in(new: Path, path: Path) -> Iterator[None]:
    """Lets errors name the file in the folder that a user knows, not in the hidden one."""
    try:
        yield
    except OSError as error:
        name = error.filename
        if isinstance(name, (str, os.PathLike)) and Path(name).is_relative_to(new):
            shown = str(path / Path(name).relative_to(new))
            raise OSError(error.errno, error.strerror, shown) from error
        raise
