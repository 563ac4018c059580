"""What libraries say when weights cannot be written."""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mevis.structures.atomic_write import errors_naming

_OF_TORCH = re.compile(r'PytorchStreamWriter failed|inline_container\.cc')
_OF_RUST = re.compile(r'\(os error (\d+)\)')


@contextmanager
def weights_errors(path: str | Path, temporary: Path) -> Iterator[None]:
    """Turns errors of torch and safetensors into those of the system, which name the file.

    Args:
        path: The file that a user knows.
        temporary: What is written until it is whole.

    Raises:
        OSError: If it cannot be written; torch does not say why, which is want of space as a rule.
    """
    try:
        with errors_naming(path, temporary):
            yield
    except OSError:
        raise
    except Exception as error:
        said = _OF_RUST.search(str(error))
        if said is None and not _OF_TORCH.search(str(error)):
            raise
        number = int(said[1]) if said else errno.ENOSPC
        raise OSError(number, os.strerror(number), str(path)) from error
