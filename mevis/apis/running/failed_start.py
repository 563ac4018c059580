"""A start that fails leaves nothing behind."""

import atexit
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mevis.errors import UserError

_LOGS = re.compile(r'\d{8}_\d{6}')


@contextmanager
def nothing_left_on_failure(folder: str | Path, config: str | Path | None = None) -> Iterator[None]:
    """Removes what was made in a work folder if what is done inside is refused.

    Only what this start made goes: its folder of logs, the copy of the config, and folders that
    did not exist before and are empty.  What was there stays.

    Args:
        folder: The work folder; enter before it is claimed, since the lock in it ends last.
        config: The config, a copy of which the engine writes.
    """
    root = Path(os.path.abspath(folder))
    before = {path.name for path in root.iterdir()} if root.is_dir() else set()
    made = [path for path in (root, *root.parents) if not path.exists()]
    failed = False

    def remove_empty() -> None:
        with suppress(OSError):  # not empty, or gone
            for path in made if failed else ():
                path.rmdir()

    atexit.register(remove_empty)
    try:
        yield
    except UserError:
        failed = True
        copy = Path(config).name if config else None
        for path in list(root.iterdir()) if root.is_dir() else []:
            if path.name in before:
                continue
            if _LOGS.fullmatch(path.name):
                shutil.rmtree(path, ignore_errors=True)
            elif path.name == copy:
                path.unlink(missing_ok=True)
        raise
