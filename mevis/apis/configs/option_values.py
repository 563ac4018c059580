"""What the VALUE of a ``KEY=VALUE`` means.

The engine's reading takes ``'0004'`` for the number 4, ``{...}`` for text, and removes spaces, also
those of sentences and paths.
"""

import re
from collections.abc import Iterator
from typing import Any

_PAIRS = {'[': ']', '(': ')', '{': '}'}
_QUOTES = ('"', "'")
# Names such as those of videos and frames; no number is written so.
_ZEROS = re.compile(r'[+-]?0\d+')
_CALL = re.compile(r'dict\((.*)\)', re.DOTALL)
_DEEPEST = 50
_UNMATCHED = 'its brackets do not match; quote the pair: KEY="[1,2]"'


def read_value(text: str) -> Any:
    """Reads a value: number, True, False, None, text, list, tuple or section.

    ``'...'`` and ``"..."`` are text whatever they hold, and so are digits behind a leading zero.
    ``[a, b]`` and ``a,b`` are lists, ``(a, b)`` is a tuple, ``{key: value}`` and
    ``dict(key=value)`` are sections; quotes around names are optional, since shells remove them.

    Args:
        text: What stands behind the first ``=``.

    Raises:
        ValueError: If brackets or quotes do not match, or a section has an entry without a value.
    """
    return _read(text.strip(), _DEEPEST, top=True)


def _read(text: str, depth: int, top: bool = False) -> Any:
    if depth == 0:
        raise ValueError('its brackets are too deep')
    parts = [part.strip() for part in _split(text, ',')]
    if top and len(parts) > 1:
        return [_read(part, depth - 1) for part in _without_last_empty(parts)]
    if top and _is_quoted(text) and text[1:2] in _PAIRS:
        return _read(text[1:-1].strip(), depth - 1)  # a whole value in quotes that no shell removed
    if _is_quoted(text):
        return text[1:-1]
    if call := _CALL.fullmatch(text):
        return _section(call[1], '=', depth)
    if text[:1] in _PAIRS and text[-1] == _PAIRS[text[0]]:
        inner = text[1:-1]
        if text[0] == '{':
            return _section(inner, ':', depth)
        values = [_read(part, depth - 1) for part in _entries(inner)]
        return tuple(values) if text[0] == '(' else values
    return _scalar(text)


def _section(inner: str, separator: str, depth: int) -> dict[str, Any]:
    section = {}
    for entry in _entries(inner):
        key, *rest = _split(entry, separator)
        name = key.strip()
        name = name[1:-1] if _is_quoted(name) else name
        if not rest or not name:
            form = 'key: value' if separator == ':' else 'key=value'
            raise ValueError(f'{entry[:40]!r} in a section must be {form}')
        section[name] = _read(separator.join(rest).strip(), depth - 1)
    return section


def _scalar(text: str) -> Any:
    if _ZEROS.fullmatch(text):
        return text
    for number in (int, float):
        try:
            return number(text)
        except ValueError:
            continue
    named = {'true': True, 'false': False}.get(text.lower(), text)
    return None if text == 'None' else named


def _is_quoted(text: str) -> bool:
    """Whether one pair of quotes holds it all."""
    return len(text) > 1 and text[0] in _QUOTES and text.find(text[0], 1) == len(text) - 1


def _entries(inner: str) -> list[str]:
    return _without_last_empty([part.strip() for part in _split(inner, ',')])


def _without_last_empty(parts: list[str]) -> list[str]:
    """``(a,)`` has one entry."""
    return parts if parts[-1] else parts[:-1]


def _split(text: str, separator: str) -> list[str]:
    places = [place for place, letter in _outside(text) if letter == separator]
    starts, ends = [0, *(place + 1 for place in places)], [*places, len(text)]
    return [text[start:end] for start, end in zip(starts, ends, strict=True)]


def _outside(text: str) -> Iterator[tuple[int, str]]:
    """The letters outside brackets and quotes.

    A quote opens at the beginning of an entry only: elsewhere it is an apostrophe.
    """
    closing: list[str] = []
    for place, letter in _unquoted(text):
        if letter in _PAIRS:
            closing.append(_PAIRS[letter])
        elif letter in _PAIRS.values():
            if not closing or closing.pop() != letter:
                raise ValueError(_UNMATCHED)
        elif not closing:
            yield place, letter
        if len(closing) > _DEEPEST:
            raise ValueError('its brackets are too deep')
    if closing:
        raise ValueError(_UNMATCHED)


def _unquoted(text: str) -> Iterator[tuple[int, str]]:
    quote, fresh = '', True
    for place, letter in enumerate(text):
        if quote:
            quote = '' if letter == quote else quote
        elif letter in _QUOTES and fresh:
            quote = letter
        else:
            yield place, letter
        fresh = letter in (',', ':', '=', *_PAIRS) or (fresh and letter == ' ')
    if quote:
        raise ValueError(f'a quote ({quote}) is not closed')
