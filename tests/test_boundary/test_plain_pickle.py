"""Pickles from outside: plain values or nothing."""

import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from mevis.boundary.plain_pickle import read_plain_pickle
from mevis.errors import UserError

VALUE = [{'sent': 'the café', 'ids': [1, 2], 'box': (1.5, None, True)}]


@pytest.mark.parametrize('protocol', [0, 2, 5])
def test_plain_values(tmp_path: Path, protocol: int):
    path = tmp_path / 'refs.p'
    path.write_bytes(pickle.dumps(VALUE, protocol=protocol))
    assert read_plain_pickle(path) == VALUE


def test_text_of_python_2(tmp_path: Path):
    path = tmp_path / 'refs.p'
    path.write_bytes(b"(lp0\nS'caf\\xc3\\xa9'\np1\na.")
    assert read_plain_pickle(path) == ['café']


class Harmful:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize('protocol', [0, 2, 5])
def test_nothing_is_called(tmp_path: Path, protocol: int):
    path = tmp_path / 'refs.p'
    path.write_bytes(pickle.dumps([Harmful(tmp_path / 'made')], protocol=protocol))
    with pytest.raises(UserError, match=r'refs\.p: refused, since .*it asks for \w+\.mkdir'):
        read_plain_pickle(path)
    assert not (tmp_path / 'made').exists()


def test_arrays_are_not_plain(tmp_path: Path):
    path = tmp_path / 'refs.p'
    path.write_bytes(pickle.dumps(np.zeros(2)))
    with pytest.raises(UserError, match='refused'):
        read_plain_pickle(path)


@pytest.mark.parametrize('data', [b'', b'no pickle', pickle.dumps(VALUE)[:-9], b'\x80\x02.'])
def test_damage(tmp_path: Path, data: bytes):
    path = tmp_path / 'refs.p'
    path.write_bytes(data)
    with pytest.raises(UserError, match=r'refs\.p: no whole pickle'):
        read_plain_pickle(path)


def test_missing(tmp_path: Path):
    with pytest.raises(UserError, match=r'refs\.p: no such file\. Unpack it'):
        read_plain_pickle(tmp_path / 'refs.p', 'Unpack it.')
