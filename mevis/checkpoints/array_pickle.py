"""Pickles of numpy arrays, as detectron2 publishes its weights, read without numpy's unpickling.

A pickle calls what it names.  Here the few names that arrays need stand for classes of this module
that hold bytes, a shape and a type; any other name is refused.
"""

import mmap
import pickle
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

_NUMBERS = 'biufc'
_LARGEST_NAME = 16


def read_array_pickle(path: str | Path) -> Any:
    """Plain values and arrays of a pickle.

    Returns:
        What was saved; arrays as ``numpy.ndarray``.

    Raises:
        pickle.UnpicklingError: If it asks for anything else.
        Exception: Of almost any kind if it is damaged.
    """
    with (
        Path(path).open('rb') as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
    ):
        return _arrays_in(_Unpickler(data).load(), {})


class _Type:
    """A type of numbers."""

    def __init__(self, name: Any, *_: Any) -> None:
        if not isinstance(name, str) or len(name) > _LARGEST_NAME:
            raise pickle.UnpicklingError('an array has no type of numbers')
        self.dtype = np.dtype(name)
        if self.dtype.kind not in _NUMBERS:
            raise pickle.UnpicklingError(f'an array of {self.dtype.name} holds no numbers')

    def __setstate__(self, state: tuple) -> None:
        if state[1] in ('<', '>'):
            self.dtype = self.dtype.newbyteorder(state[1])


class _Array:
    """Numbers in a shape."""

    value = np.zeros(0)

    def __setstate__(self, state: tuple) -> None:
        _, shape, kind, is_fortran, data = state
        self.value = _array(data, kind, shape, 'F' if is_fortran else 'C')


def _array(data: Any, kind: Any, shape: Any, order: str = 'C') -> np.ndarray:
    # Of Python 2 bytes arrive as text.
    data = data.encode('latin1') if isinstance(data, str) else data
    return np.frombuffer(data, kind.dtype).reshape(tuple(shape), order=order)


def _names() -> dict[tuple[str, str], Callable]:
    """What a pickle may name; created for each, so that none can change it for the next."""

    class Type(_Type):
        pass

    class Array(_Array):
        pass

    def reconstruct(*_: Any) -> _Array:
        return Array()

    def from_buffer(data: Any, kind: Any, shape: Any, order: str) -> _Array:
        array = Array()
        array.value = _array(data, kind, shape, 'F' if order == 'F' else 'C')
        return array

    def scalar(kind: Any, data: Any) -> Any:
        return _array(data, kind, ()).item()

    def encode(text: str, encoding: str = 'latin1') -> bytes:
        if encoding not in ('latin1', 'latin-1'):
            raise pickle.UnpicklingError(f'text in {encoding}')
        return text.encode('latin1')

    def no_bytes() -> bytes:
        return b''

    names: dict[tuple[str, str], Callable] = {
        ('numpy', 'ndarray'): Array,
        ('numpy', 'dtype'): Type,
        ('_codecs', 'encode'): encode,
        ('__builtin__', 'bytes'): no_bytes,
        ('collections', 'OrderedDict'): OrderedDict,
    }
    for package in ('numpy.core', 'numpy._core'):
        names[f'{package}.multiarray', '_reconstruct'] = reconstruct
        names[f'{package}.multiarray', 'scalar'] = scalar
        names[f'{package}.numeric', '_frombuffer'] = from_buffer
    return names


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: Any) -> None:
        super().__init__(file, encoding='latin1')
        self._names = _names()

    def find_class(self, module: str, name: str) -> Any:
        known = self._names.get((module, name))
        if known is None:
            raise pickle.UnpicklingError(f'GLOBAL {module}.{name}: more than arrays')
        return known

    def persistent_load(self, _: Any) -> Any:
        raise pickle.UnpicklingError('it refers to another file')


def _arrays_in(value: Any, seen: dict[int, Any], depth: int = 8) -> Any:
    """The value with numpy's arrays; a pickle may contain itself."""
    if isinstance(value, _Array):
        return value.value
    if not isinstance(value, (Mapping, list)) or not depth:
        return value
    if id(value) not in seen:
        if isinstance(value, Mapping):
            seen[id(value)] = result = {}
            result.update({k: _arrays_in(part, seen, depth - 1) for k, part in value.items()})
        else:
            seen[id(value)] = result = []
            result += [_arrays_in(part, seen, depth - 1) for part in value]
    return seen[id(value)]
