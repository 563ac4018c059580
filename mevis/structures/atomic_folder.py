"""Folders that are either whole or absent, whenever the process is killed."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mevis.errors import UserError


@contextmanager
def atomic_folder(path: str | Path, marker: str) -> Iterator[Path]:
    """Yields an empty folder, which takes the place of ``path`` if the block succeeds.

    Args:
        path: The folder.
        marker: A file of every folder that is written here; without it an older folder is
            somebody else's, and is not replaced.

    Raises:
        UserError: If there is a folder with other files.
        OSError: If the folder cannot be written; what was there before is intact.
    """
    target = Path(path)
    check_replaceable(target, marker)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=target.parent, prefix=f'.{target.name}-'))
    older = temporary.with_name(f'{temporary.name}-older')
    try:
        yield temporary
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o777 & ~umask)
        if target.exists():
            target.rename(older)
        try:
            temporary.rename(target)
        except OSError:
            if older.exists():
                older.rename(target)
            raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.rmtree(older, ignore_errors=True)


def check_replaceable(path: str | Path, marker: str) -> None:
    """Finds out before the work whether its results may take the place of what is there.

    Raises:
        UserError: If the path is a file, or a folder with other files.
    """
    path = Path(path)
    if path.exists() and not path.is_dir():
        raise UserError(f'{path}: is a file; name a folder.')
    if path.is_dir() and any(path.iterdir()) and not (path / marker).is_file():
        raise UserError(
            f'{path}: holds other files (no {marker}), which would be lost; choose another folder.'
        )
