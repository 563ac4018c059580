"""Pickles of texts, numbers, lists and dicts, read without calling anything that they name."""

import pickle
from pathlib import Path
from typing import Any

from mevis.boundary.collection import no_garbage
from mevis.boundary.files import regular_file
from mevis.errors import UserError


def read_plain_pickle(path: str | Path, missing: str = 'Check the path.') -> Any:
    """Reads a pickle that holds plain values alone; text of Python 2 is taken as UTF-8.

    A pickle calls the functions that it names.  Here every name is refused, so nothing is called.

    Args:
        path: The file.
        missing: What a user does if there is none.

    Raises:
        UserError: If there is no such file, it is damaged, or asks for anything but plain values.
    """
    try:
        with no_garbage(), regular_file(path).open('rb') as file:
            return _PlainUnpickler(file, encoding='utf-8', errors='replace').load()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UserError(f'{path}: no such file. {missing}') from error
    except _NotPlainError as error:
        raise UserError(
            f'{path}: refused, since loading it would run code ({error}). The released file holds'
            ' plain values alone; download it again, or convert it to JSON.'
        ) from error
    except OSError as error:
        raise UserError(f'{path}: cannot be read ({error.strerror}).') from error
    except Exception as error:  # damaged bytes raise almost anything
        reason = ' '.join(str(error).split())[:100] or type(error).__name__
        raise UserError(f'{path}: no whole pickle ({reason}). Download it again.') from error


class _NotPlainError(pickle.UnpicklingError):
    pass


class _PlainUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        raise _NotPlainError(f'it asks for {module}.{name}'[:100])

    def persistent_load(self, _: Any) -> Any:
        raise _NotPlainError('it refers to another file')
