"""Files that are either whole or absent, whenever the process is killed."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def atomic_path(path: str | Path) -> Iterator[Path]:
    """Yields a temporary path beside ``path``, which replaces it if the block succeeds.

    Raises:
        OSError: If the folder cannot be made or written; ``path`` is then untouched.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    # Only the start of the name, for a long one has no room for a dot and a random part.
    start = target.stem.encode(errors='ignore')[:40].decode(errors='ignore')
    handle, name = tempfile.mkstemp(
        dir=target.parent, prefix=f'.{start}-', suffix=target.suffix[-20:]
    )
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def atomic_write_bytes(path: str | Path, data: bytes) -> None:
    """Writes a file atomically."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(data)


def atomic_write_text(path: str | Path, text: str) -> None:
    """Writes a UTF-8 text file atomically."""
    atomic_write_bytes(path, text.encode('utf-8'))
