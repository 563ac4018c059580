"""Seeded damage to bytes, JSON and text."""

import copy
import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

Mutate = Callable[[bytes, random.Random], bytes]

_DEEP, _LONG, _FAR = '@deep@', '@long@', '@far@'
_RAW = {_DEEP: b'[' * 100_000 + b']' * 100_000, _LONG: b'9' * 5000, _FAR: b'1e999'}
_STRANGE_TEXT = (
    *('', ' ', '\0', '\n', '..', '../../../x', '/abs', 'a/b', 'a\\b', '~', '-', '%03d', '.hidden'),
    *('con', 'x' * 300, '\ud800', '视频', '🐦', '\u202e', '[red]', '[/]', '00000', '0', 'NaN'),
)
_STRANGE_VALUES = (
    *(None, True, False, 0, 1, -1, 2**31, 2**63, 10**30, 0.5, -0.0, 1e308, float('nan')),
    *(float('inf'), [], {}, [None], {'': None}, [[]], _DEEP, _LONG, _FAR),
)
_BYTES = (b'\0', b'\xff', b'\x7f', b'\x80', b'\xff\xff\xff\xff', b'\0\0\0\0', b'\x7f\xff\xff\xff')
_ENCODINGS = ('utf-16', 'utf-8-sig', 'utf-32', 'latin-1', 'utf-16-le')
_KEY = re.compile(rb'"[^"\\]{1,40}": ')
_MOST_STEPS = 4


def mutate_bytes(data: bytes, rng: random.Random) -> bytes:
    """Flips, cuts, inserts, doubles and moves bytes."""
    for _ in range(rng.randint(1, _MOST_STEPS)):
        data = rng.choice(_STEPS)(data, rng)
    return data


def mutate_json(data: bytes, rng: random.Random) -> bytes:
    """Another value, key or order somewhere in a document; or damage to its text."""
    if rng.random() < 0.2:
        return mutate_bytes(data, rng)
    value = json.loads(data)
    for _ in range(rng.randint(1, 2)):
        value = _changed(value, rng)
    text = json.dumps(value).encode()
    for mark, raw in _RAW.items():
        text = text.replace(f'"{mark}"'.encode(), raw)
    if rng.random() < 0.05:
        text = _key_twice(text, rng)
    if rng.random() < 0.05:
        text = text.decode('utf-8', 'replace').encode(rng.choice(_ENCODINGS), 'replace')
    return text + rng.choice((b'',) * 20 + (b'x', b'{}', b'\0'))


def mutate_lines(data: bytes, rng: random.Random) -> bytes:
    """Other numbers, columns and lines in text; or damage to its bytes."""
    if rng.random() < 0.3:
        return mutate_bytes(data, rng)
    lines = data.decode('utf-8', 'replace').split('\n')
    for _ in range(rng.randint(1, 3)):
        place = rng.randrange(len(lines))
        parts = re.split(r'([\s,=:\[\]{}()]+)', lines[place])
        part = rng.randrange(len(parts))
        parts[part] = rng.choice(
            (str(rng.choice(_STRANGE_VALUES)), rng.choice(_STRANGE_TEXT), '', parts[part] * 2)
        )
        lines[place] = ''.join(parts)
        if rng.random() < 0.2:
            lines.insert(rng.randrange(len(lines) + 1), rng.choice(lines))
    return '\n'.join(lines).encode('utf-8', 'surrogatepass')


def of_files(mutate: Mutate) -> Mutate:
    """The mutation, or none of it but a cut or nothing at all, which files suffer most."""

    def cut_or_mutate(data: bytes, rng: random.Random) -> bytes:
        if rng.random() < 0.15:
            return data[: rng.randrange(len(data) + 1)]
        return mutate(data, rng)

    return cut_or_mutate


def _flip(data: bytes, rng: random.Random) -> bytes:
    if not data:
        return data
    place = rng.randrange(len(data))
    return data[:place] + bytes([data[place] ^ (1 << rng.randrange(8))]) + data[place + 1 :]


def _overwrite(data: bytes, rng: random.Random) -> bytes:
    place, new = rng.randrange(len(data) + 1), rng.choice(_BYTES)
    return data[:place] + new + data[place + len(new) :]


def _insert(data: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(data) + 1)
    new = rng.choice((*_BYTES, rng.randbytes(rng.randint(1, 16))))
    return data[:place] + new + data[place:]


def _remove(data: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(data) + 1)
    return data[:place] + data[place + rng.choice((1, 2, 4, 16, 256)) :]


def _double(data: bytes, rng: random.Random) -> bytes:
    place, length = rng.randrange(len(data) + 1), rng.choice((1, 4, 16, 256))
    return data[:place] + data[place : place + length] + data[place:]


def _swap(data: bytes, rng: random.Random) -> bytes:
    first, second = sorted(rng.randrange(len(data) + 1) for _ in range(2))
    end = rng.randrange(second, len(data) + 1)
    return data[:first] + data[second:end] + data[first:second] + data[end:]


def _number(data: bytes, rng: random.Random) -> bytes:
    """Another number in place of four bytes, as headers have them."""
    place = rng.randrange(len(data) + 1)
    number = rng.choice((0, 1, 2**16 - 1, 2**31 - 1, 2**32 - 1, rng.randrange(2**32)))
    order = rng.choice(('little', 'big'))
    return data[:place] + number.to_bytes(4, order) + data[place + 4 :]


_STEPS = (_flip, _flip, _overwrite, _insert, _remove, _double, _swap, _number)


def _places(value: Any, place: tuple = ()) -> Iterator[tuple]:
    yield place
    parts: Sequence = ()
    if isinstance(value, dict):
        parts = list(value.items())
    elif isinstance(value, list):
        parts = list(enumerate(value))
    for key, part in parts:
        yield from _places(part, (*place, key))


def _changed(value: Any, rng: random.Random) -> Any:
    """A document with one thing changed; the document itself is used up."""
    *above, key = rng.choice(list(_places(value))) or (None,)
    if key is None:
        return copy.deepcopy(rng.choice((*_STRANGE_VALUES, [value], {'videos': value})))
    node = value
    for step in above:
        node = node[step]
    what = rng.random()
    if what < 0.15:
        del node[key]
    elif what < 0.25 and isinstance(node, dict):
        node[rng.choice(_STRANGE_TEXT)] = node.pop(key)
    elif what < 0.35 and isinstance(node, list):
        node.insert(rng.randrange(len(node) + 1), node[key])
    else:
        node[key] = _other(node[key], rng)
    return value


def _other(value: Any, rng: random.Random) -> Any:
    if isinstance(value, str) and value and rng.random() < 0.5:
        place = rng.randrange(len(value))
        letter = chr(rng.choice((rng.randrange(32, 127), rng.randrange(1, 0xD800))))
        return value[:place] + rng.choice(('', letter, letter * 2)) + value[place + 1 :]
    if isinstance(value, (int, float)) and rng.random() < 0.5:
        return rng.choice((value + 1, value - 1, -value, value * 10, value + 0.5, str(value)))
    # Of its own: a second change may put something into it.
    return copy.deepcopy(rng.choice((*_STRANGE_VALUES, *_STRANGE_TEXT)))


def _key_twice(text: bytes, rng: random.Random) -> bytes:
    keys = list(_KEY.finditer(text))
    if not keys:
        return text
    found = rng.choice(keys)
    return text[: found.start()] + found[0] + b'null, ' + text[found.start() :]
