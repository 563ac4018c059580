"""Reads a JSON object of any size, one entry at a time."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from mevis.errors import UserError

_SPACE = re.compile(r'\s*')
_BLOCK = 1 << 24


class _Buffer:
    """A window on the text that grows to the right and forgets what was read."""

    def __init__(self, stream: TextIO, path: Path, block: int) -> None:
        self.stream, self.path, self.block = stream, path, block
        self.text, self.position = '', 0

    def grow(self) -> bool:
        more = self.stream.read(self.block)
        self.text = self.text[self.position :] + more
        self.position = 0
        return bool(more)

    def peek(self) -> str:
        """The next character that is not white space; empty at the end of the file."""
        while True:
            self.position = _SPACE.match(self.text, self.position).end()  # type: ignore[union-attr]
            if self.position < len(self.text):
                return self.text[self.position]
            if not self.grow():
                return ''

    def expect(self, characters: str) -> str:
        found = self.peek()
        if not found or found not in characters:
            self.fail(
                f'{" or ".join(map(repr, characters))} expected, found {found or "the end"!r}'
            )
        self.position += 1
        return found

    def value(self, decoder: json.JSONDecoder) -> Any:
        """The next value; reads on until it is complete."""
        self.peek()
        while True:
            try:
                value, end = decoder.raw_decode(self.text, self.position)
            except json.JSONDecodeError as error:
                # Either the value is cut by the end of the window or the file is broken.
                if not self.grow():
                    self.fail(error.msg)
                continue
            # A number that the window cuts ("12" of "12.5") may go on behind it.
            if self.text[end : end + 1] not in (*',:}] \n\r\t',) and self.grow():
                continue
            self.position = end
            return value

    def fail(self, reason: str) -> None:
        raise UserError(
            f'{self.path}: not a complete JSON object ({reason}).'
            ' Download or generate the file again.'
        )


def iterate_json_object(path: str | Path, block: int = _BLOCK) -> Iterator[tuple[str, Any]]:
    """Yields the entries of the object in a file; holds about one entry and one block in memory.

    Args:
        path: A UTF-8 file whose top level is a JSON object.
        block: Characters that are read at once.

    Raises:
        UserError: If the file is not a complete JSON object.
        OSError: If the file cannot be read.
    """
    decoder = json.JSONDecoder()
    path = Path(path)
    with path.open(encoding='utf-8') as stream:
        buffer = _Buffer(stream, path, block)
        try:
            yield from _entries(buffer, decoder)
        except UnicodeDecodeError as error:
            buffer.fail(str(error))


def _entries(buffer: _Buffer, decoder: json.JSONDecoder) -> Iterator[tuple[str, Any]]:
    buffer.expect('{')
    if buffer.peek() == '}':
        return
    while True:
        if buffer.peek() != '"':
            buffer.fail('a key is expected')
        key = buffer.value(decoder)
        buffer.expect(':')
        yield key, buffer.value(decoder)
        if buffer.expect(',}') == '}':
            return
