"""JSON from outside becomes values of declared types, or one line with file and key.

A format is written down once, as types (:mod:`mevis.boundary.formats`); nobody walks a parsed
document by hand.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from mevis.boundary.collection import no_garbage
from mevis.boundary.files import regular_file
from mevis.errors import UserError

T = TypeVar('T')

AGAIN = 'Download or generate the file again.'
_HALF_CHARACTER = re.compile(r'\\u[dD][89a-fA-F]')
_STEP = re.compile(r'\.([^.\[\]`]+)|\[(\d+|\.\.\.)\]')
_KEY_END = re.compile(rb'"\s*:')
_UNSURE = object()
_Path = tuple[str | int, ...]


def read_json(
    path: str | Path, kind: type[T], mend: str = AGAIN, missing: str = 'Check the path.'
) -> T:
    """Reads a file as a type.

    Args:
        path: UTF-8; what begins with a byte order mark, and UTF-16 and UTF-32, are read too.
        kind: What the file must hold, as :mod:`msgspec` takes types.
        mend: How to fix a damaged file.
        missing: What a user does if there is none.

    Raises:
        UserError: Names the file and the key.
    """
    with no_garbage():
        return checked_json(parse_json(read_bytes(path, missing), path, mend), kind, path, mend)


def read_bytes(path: str | Path, missing: str = 'Check the path.') -> bytes:
    """The content of a file.

    Raises:
        UserError: If there is none, it cannot be read or is no regular file.
    """
    try:
        return regular_file(path).read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UserError(f'{path}: no such file. {missing}') from error
    except OSError as error:
        raise UserError(f'{path}: cannot be read ({error.strerror}).') from error


def parse_json(data: bytes, path: str | Path, mend: str = AGAIN) -> Any:
    """Parses a document; refuses what is no JSON, or JSON that says two things.

    Args:
        data: The document.
        path: Its file, for messages.
        mend: How to fix it.

    Raises:
        UserError: If it is cut off, nested too deeply, not UTF-8, has NaN, Infinity, a number of
            thousands of digits, half a character or a key twice.
    """
    known = _parsed_fast(data)
    if known is not _UNSURE:
        return known
    try:
        text = data.decode(json.detect_encoding(data))
    except UnicodeDecodeError as error:
        raise UserError(
            f'{path}: byte {error.start} is not of {error.encoding.upper()} text. Save it as UTF-8.'
        ) from error
    try:
        value = decoder().decode(text)
    except RecursionError as error:
        raise UserError(f'{path}: not a JSON file of mevis: nested too deeply. {mend}') from error
    except ValueError as error:
        raise UserError(f'{path}: no complete JSON ({error}). {mend}') from error
    if _HALF_CHARACTER.search(text):
        for place, string in _strings(value, ()):
            if not _is_text(string):
                raise UserError(
                    f'{path}: {shown_path(place)}: has half a character (a lone surrogate). {mend}'
                )
    return value


def _parsed_fast(data: bytes) -> Any:
    """The document, where it is in order beyond doubt; a large one takes a third of the time.

    msgspec refuses what the decoder below refuses, but for a key that comes twice, of which it
    keeps the last: then there are more ends of keys in the text than keys.  A text may hold what
    looks like such an end, so the reverse is not certain.
    """
    try:
        value = msgspec.json.decode(data)
        return value if len(_KEY_END.findall(data)) == _num_keys(value) else _UNSURE
    except (msgspec.DecodeError, RecursionError, ValueError):
        return _UNSURE


def _num_keys(value: Any) -> int:
    if isinstance(value, dict):
        return len(value) + sum(map(_num_keys, value.values()))
    if isinstance(value, list):
        # Names and numbers, by far the most.
        return sum(_num_keys(part) for part in value if isinstance(part, (dict, list)))
    return 0


def decoder() -> json.JSONDecoder:
    """A decoder of the standard library that refuses what no JSON should say."""
    return json.JSONDecoder(
        object_pairs_hook=_without_duplicates, parse_constant=_refuse, parse_float=_finite
    )


def checked_json(value: Any, kind: type[T], path: str | Path, mend: str = AGAIN) -> T:
    """A parsed document as a type.

    Args:
        value: Of :func:`parse_json`.
        kind: What it must be.
        path: Its file, and where in it the value is, for messages.
        mend: How to fix it.

    Raises:
        UserError: Names the key whose value is missing or another.
    """
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        reason, place = _with_keys(value, kind, error)
        at = f'{shown_path(place)}: ' if place else ''
        raise UserError(f'{path}: {at}{reason}. {mend}') from error
    except RecursionError as error:
        raise UserError(f'{path}: nested too deeply. {mend}') from error


def shown_path(place: _Path) -> str:
    """``videos.bird.frames[3]``."""
    text = ''
    for step in place:
        if isinstance(step, int):
            text += f'[{step}]'
        elif re.fullmatch(r'[\w-]{1,60}', step):
            text += f'.{step}'
        else:
            text += f'[{ascii(step)[:60]}]'
    return text.removeprefix('.')


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entries = dict(pairs)
    if len(entries) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f'the key {ascii(twice)[:60]} comes twice in one object')
    return entries


def _refuse(text: str) -> None:
    raise ValueError(f'{text} is no number of JSON')


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f'{text[:30]} is too large a number')
    return value


def _is_text(string: str) -> bool:
    return not any('\ud800' <= letter <= '\udfff' for letter in string)


def _strings(value: Any, place: _Path) -> Iterator[tuple[_Path, str]]:
    """All texts of a document and where they are, keys included."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield (*place, key), key
            yield from _strings(part, (*place, key))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _strings(part, (*place, index))


def _reason(error: msgspec.ValidationError) -> tuple[str, _Path]:
    """What is wrong, and where as far as msgspec says: entries of mappings are '...'."""
    text, _, at = str(error).partition(' - at `$')
    place = tuple(
        int(index) if index.isdigit() else (name or index) for name, index in _STEP.findall(at)
    )
    return text[:1].lower() + text[1:].replace('`', ''), place


def _error_of(value: Any, kind: Any) -> msgspec.ValidationError | None:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        return error
    return None


def _with_keys(value: Any, kind: Any, error: msgspec.ValidationError) -> tuple[str, _Path]:
    """:func:`_reason` with the keys of the entries, found by reading them one at a time."""
    reason, place = _reason(error)
    keys: list[str] = []
    while place.count('...') > len(keys):
        at = [index for index, step in enumerate(place) if step == '...'][len(keys)]
        mapping, above = value, _filled(place[:at], keys)
        for step in above:
            mapping = mapping[step]
        for key, part in mapping.items():
            alone = _replaced(value, above, {key: part})
            wrong = _error_of(alone, kind)
            if wrong is not None and _reason(wrong)[1][: at + 1] == place[: at + 1]:
                value, (reason, place) = alone, _reason(wrong)
                keys.append(key)
                break
        else:
            break
    return reason, _filled(place, keys)


def _filled(place: _Path, keys: list[str]) -> _Path:
    left = iter(keys)
    return tuple(next(left, step) if step == '...' else step for step in place)


def _replaced(value: Any, place: _Path, part: Any) -> Any:
    """A copy of a document with another part at a place."""
    if not place:
        return part
    copy = list(value) if isinstance(value, list) else dict(value)
    copy[place[0]] = _replaced(copy[place[0]], place[1:], part)
    return copy
