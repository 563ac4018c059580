"""Files are whole or absent."""

import os
from pathlib import Path

import pytest

from mevis.structures.atomic_write import atomic_path, atomic_write_bytes, atomic_write_text


def test_writes_and_replaces(tmp_path: Path):
    path = tmp_path / 'new' / 'folder' / 'file.txt'
    atomic_write_text(path, 'é')
    assert path.read_bytes() == 'é'.encode()
    atomic_write_bytes(path, b'2')
    assert path.read_bytes() == b'2'
    assert os.listdir(path.parent) == ['file.txt']


def write_half(path: Path) -> None:
    with atomic_path(path) as temporary:
        assert temporary.suffix == path.suffix
        temporary.write_text('half')
        raise RuntimeError('killed')


def test_failure_leaves_the_old_file_and_no_rest(tmp_path: Path):
    path = tmp_path / 'file.txt'
    path.write_text('old')
    with pytest.raises(RuntimeError):
        write_half(path)
    assert path.read_text() == 'old'
    assert os.listdir(tmp_path) == ['file.txt']


def test_rights_are_those_of_an_ordinary_file(tmp_path: Path):
    atomic_write_text(tmp_path / 'a', '')
    (tmp_path / 'b').write_text('')
    assert (tmp_path / 'a').stat().st_mode == (tmp_path / 'b').stat().st_mode


def test_the_longest_name_that_a_file_system_takes_is_written(tmp_path: Path):
    path = tmp_path / f'{"视" * 83}.json'
    atomic_write_text(path, 'text')
    assert path.read_text() == 'text'
    assert len(list(tmp_path.iterdir())) == 1
