"""Reads a JSON object of any size, one entry at a time."""

import codecs
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import numpy as np

from mevis.boundary.files import regular_file
from mevis.errors import UserError

_SPACE = re.compile(r'\s*')
_BLOCK = 1 << 22


class _Buffer:
    """A window on the text that grows to the right and forgets what was read."""

    def __init__(self, stream: BinaryIO, encoding: str, path: Path, block: int) -> None:
        self.stream, self.path, self.block = stream, path, block
        self.decode = codecs.getincrementaldecoder(encoding)().decode
        self.text, self.position, self.began, self.longest = '', 0, 0, 0
        self.ended = False

    def grow(self) -> bool:
        if self.ended:
            return False
        data = self.stream.read(self.block)
        self.ended = not data
        self.text = self.text[self.position :] + self.decode(data, final=self.ended)
        self.position = 0
        return not self.ended

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
        # An attempt on what the window cuts costs as much as the reading.
        if len(self.text) - self.position < min(2 * self.longest, self.block):
            self.grow()
        while True:
            try:
                value, end = decoder.raw_decode(self.text, self.position)
            except json.JSONDecodeError as error:
                # Either the value is cut by the end of the window or the file is broken.
                if not self.grow():
                    self.fail(error.msg)
                continue
            except ValueError as error:  # a number of thousands of digits
                self.fail(str(error))
            except RecursionError:
                self.fail('nested too deeply')
            # A number that the window cuts ("12" of "12.5") may go on behind it.
            if self.text[end : end + 1] not in (*',:}] \n\r\t',) and self.grow():
                continue
            self.began, self.position = self.position, end
            self.longest = max(self.longest, end - self.began)
            return value

    def count(self, text: str) -> int:
        """How often a text occurs in the last value."""
        part = self.text[self.began : self.position]
        if len(text) > 1 or not part.isascii():
            return part.count(text)
        # A quarter of the time of str.count, which looks at one letter after another.
        return int(np.count_nonzero(np.frombuffer(part.encode(), np.uint8) == ord(text)))

    def fail(self, reason: str) -> NoReturn:
        raise UserError(
            f'{self.path}: not a complete JSON object ({reason}).'
            ' Download or generate the file again.'
        )


def iterate_json_object(
    path: str | Path, block: int = _BLOCK
) -> Iterator[tuple[str, Any, Callable[[str], int]]]:
    """Yields the entries of the object in a file; holds about one entry and one block in memory.

    Args:
        path: A file whose top level is a JSON object, in UTF-8, or what its first bytes say.
        block: Bytes that are read at once.

    Yields:
        Key, value, and a function that says, until the next entry, how often a text occurs in that
        of the value: of two values with one key the last is yielded, and the count of the key tells
        that there were two.

    Raises:
        UserError: If the file is not a complete JSON object, or has a key twice.
        OSError: If the file cannot be read.
    """
    path = regular_file(path)
    with path.open('rb') as stream:
        encoding = json.detect_encoding(stream.read(4))
        stream.seek(0)
        buffer = _Buffer(stream, encoding, path, block)
        try:
            yield from _entries(buffer)
        except UnicodeError as error:
            buffer.fail(str(error))


def _entries(buffer: _Buffer) -> Iterator[tuple[str, Any, Callable[[str], int]]]:
    decoder, keys = json.JSONDecoder(), set()
    buffer.expect('{')
    is_last = buffer.peek() == '}'
    if is_last:
        buffer.expect('}')
    while not is_last:
        if buffer.peek() != '"':
            buffer.fail('a key is expected')
        key = buffer.value(decoder)
        if key in keys:
            buffer.fail(f'the key {ascii(key)[:60]} comes twice')
        keys.add(key)
        buffer.expect(':')
        value = buffer.value(decoder)
        yield key, value, buffer.count
        is_last = buffer.expect(',}') == '}'
    if buffer.peek():
        buffer.fail('text behind its end')
