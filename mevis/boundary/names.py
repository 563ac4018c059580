"""Names from outside become paths below a folder, or are refused.

A name that merely is unusual is kept as it is: spaces, colons, ``%03d``, ``~``, a leading dash and
every script are names like others.  Nothing is replaced, so two names never become one.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

from mevis.errors import UserError

LONGEST_PART = 250
"""Bytes; file systems allow 255, of which an ending such as ``.json`` takes five."""
LONGEST_PATH = 1000
"""Bytes; systems allow 4,096, or 1,024, with the folder before it."""

# Letters without ink: fillers of Hangul, the empty pattern of Braille, variation selectors.
_FILLERS = frozenset('\u115f\u1160\u2800\u3164\uffa0\u034f') | frozenset(
    map(chr, range(0xFE00, 0xFE10))
)
_LONGEST_DEVICE = 4
_DEVICES = {'con', 'prn', 'aux', 'nul'} | {
    f'{port}{number}' for port in ('com', 'lpt') for number in range(1, 10)
}


def check_part(name: str, place: str) -> str:
    """A name that may be one file or folder, such as the id of an expression.

    Args:
        name: What the file says.
        place: File and key, for the message.

    Returns:
        The same name.

    Raises:
        UserError: If it is empty, has a separator or a control character, begins with a dot, is too
            long, cannot be written as UTF-8 or is the name of a device.
    """
    reason = _refusal(name)
    if reason:
        raise UserError(f'{place}: the name {_shown(name)} cannot be that of a file: {reason}.')
    return name


def check_parts(names: Iterable[str], place: str) -> tuple[str, ...]:
    """Many names that each are a :func:`check_part`, such as the frames of a video.

    Args:
        names: What the file says.
        place: File and key, for the message.

    Returns:
        The same names.

    Raises:
        UserError: Names the first one that cannot be a file.
    """
    names = tuple(names)
    text, lengths = ''.join(names), set(map(len, names))
    if text.isascii() and text.isdecimal() and min(lengths) and max(lengths) <= LONGEST_PART:
        return names  # numbers, as of nearly all videos
    return tuple(check_part(name, place) for name in names)


def check_path(name: str, place: str) -> str:
    """A name whose parts are separated by ``/``, as datasets with folders in folders have it.

    Args:
        name: What the file says.
        place: File and key, for the message.

    Returns:
        The same name.

    Raises:
        UserError: If it is absolute or a part of it is no :func:`check_part`.
    """
    reason = 'it is absolute' if name.startswith('/') else ''
    if not reason:
        reason = next(filter(None, map(_refusal, name.split('/'))), '')
    if not reason and len(name.encode()) > LONGEST_PATH:
        reason = f'it is longer than {LONGEST_PATH} bytes'
    if reason:
        raise UserError(f'{place}: the name {_shown(name)} cannot be that of a folder: {reason}.')
    return name


def path_below(folder: str | Path, name: str, ending: str = '') -> Path:
    """``<folder>/<name><ending>``, which is below the folder whatever the name is.

    Raises:
        UserError: If the name is no :func:`check_path`.
    """
    return Path(folder) / f'{check_path(name, str(folder))}{ending}'


def check_distinct(names: Iterable[str], place: str) -> None:
    """Refuses names that would be one file somewhere, or of which one is the folder of another.

    Args:
        names: Of which each is a :func:`check_path`.
        place: File and key, for the message.

    Raises:
        UserError: Names two that clash.
    """
    spelled: dict[str, str] = {}
    for name in names:
        form = unicodedata.normalize('NFC', name)
        if form in spelled:
            raise UserError(
                f'{place}: the names {_shown(spelled[form])} and {_shown(name)} are the same'
                ' letters. Rename one.'
            )
        spelled[form] = name
    for form, name in spelled.items():
        for end in (index for index, letter in enumerate(form) if letter == '/'):
            if form[:end] in spelled:
                raise UserError(
                    f'{place}: {_shown(name)} lies inside of {_shown(spelled[form[:end]])}. Rename'
                    ' one.'
                )


def natural_key(name: str) -> list[tuple[int, str]]:
    """Sorts names as people count: ``2`` before ``10``."""
    parts = re.split(r'(\d+)', name)
    return [(int(part), '') if index % 2 else (-1, part) for index, part in enumerate(parts)]


def same_but_for_case(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Pairs of names that are one file where capitals do not count, as on Windows and macOS."""
    spelled: dict[str, str] = {}
    for name in names:
        form = unicodedata.normalize('NFC', name).casefold()
        if form in spelled:
            yield spelled[form], name
        spelled.setdefault(form, name)


def is_blank(text: str) -> bool:
    """Whether nothing can be read in a text: white space, control and zero-width characters."""
    return all(
        letter in _FILLERS or letter.isspace() or unicodedata.category(letter) in ('Cc', 'Cf')
        for letter in text
    )


def is_litter(name: str) -> bool:
    """Whether file managers leave such a file or folder: hidden, ``__MACOSX``, ``Thumbs.db``."""
    return name.startswith('.') or name in ('__MACOSX', 'Thumbs.db', 'desktop.ini')


def _refusal(name: str) -> str:
    """Why a name cannot be that of one file; empty if it can."""
    return '' if _is_plain(name) else _strange(name)


def _is_plain(name: str) -> bool:
    """Most are: frames and sentences of a dataset, by the hundred thousand."""
    short = len(name) <= LONGEST_PART and name.isascii() and name.isalnum()
    return short and (len(name) > _LONGEST_DEVICE or name.isdecimal())


def _strange(name: str) -> str:
    if not name:
        return 'it is empty, or a part of it is'
    if name in ('.', '..'):
        return f'{name!r} leads to another folder'
    if '/' in name or '\\' in name:
        return 'it has a separator of folders'
    if any(unicodedata.category(letter) in ('Cc', 'Zl', 'Zp') for letter in name):
        return 'it has a control character'
    if any(unicodedata.category(letter) == 'Cs' for letter in name):
        return 'it has half a character (a lone surrogate)'
    if name.startswith('.'):
        return 'hidden files, which begin with a dot, are temporary'
    if name.split('.')[0].rstrip().lower() in _DEVICES:
        return 'it is the name of a device'
    if len(name.encode()) > LONGEST_PART:
        return f'it is longer than {LONGEST_PART} bytes'
    return ''


def _shown(name: str) -> str:
    """A name as a message gives it: on one line, and not of any length."""
    text = ascii(name) if _refusal(name.replace('/', '')) else repr(name)
    return text if len(text) <= 80 else f'{text[:60]}...{text[-10:]}'
