"""Files are whole or absent."""

import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mevis.errors import UserError
from mevis.structures import atomic_write
from mevis.structures.atomic_write import (
    atomic_path,
    atomic_write_bytes,
    atomic_write_text,
    check_target,
)


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


def test_a_link_stays_one(tmp_path: Path):
    (tmp_path / 'real').write_text('old')
    (tmp_path / 'link').symlink_to('real')
    atomic_write_text(tmp_path / 'link', 'new')
    assert (tmp_path / 'link').is_symlink()
    assert (tmp_path / 'real').read_text() == 'new'


def test_what_a_killed_process_left_goes_and_what_another_writes_stays(tmp_path: Path):
    code = (
        'import os, sys\n'
        'from mevis.structures.atomic_write import atomic_path\n'
        f'with atomic_path({str(tmp_path / "file.txt")!r}) as path:\n'
        '    print(path, flush=True)\n'
        '    sys.stdin.read()\n'
        '    os._exit(9)\n'
    )
    pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    (tmp_path / '.file-mine.txt').write_text('')
    with subprocess.Popen([sys.executable, '-c', code], **pipes) as other:
        left = Path(other.stdout.readline().strip())
        atomic_write_text(tmp_path / 'file.txt', 'a')
        assert left.exists()
    atomic_write._hidden.clear()
    atomic_write_text(tmp_path / 'file.txt', 'b')
    assert sorted(os.listdir(tmp_path)) == ['.file-mine.txt', 'file.txt']


def test_errors_name_the_file_and_not_what_stands_for_it(tmp_path: Path):
    path = tmp_path / 'file.txt'
    with pytest.raises(OSError, match='full') as caught, atomic_path(path) as temporary:
        raise OSError(errno.ENOSPC, 'full', str(temporary))
    assert caught.value.filename == str(path)
    with pytest.raises(FileNotFoundError) as caught, atomic_path(path):
        (tmp_path / 'other').read_text()
    assert caught.value.filename == str(tmp_path / 'other')


@pytest.mark.parametrize('name', ['a' * 256, 'folder', 'folder/pipe', 'file/below', 'loop'])
def test_a_target_that_cannot_be_written_is_found_before_the_work(tmp_path: Path, name):
    (tmp_path / 'folder').mkdir()
    os.mkfifo(tmp_path / 'folder/pipe')
    (tmp_path / 'file').write_text('')
    (tmp_path / 'loop').symlink_to('loop')
    with pytest.raises((OSError, UserError), match=re.escape(str(tmp_path / name))):
        check_target(tmp_path / name)


def test_a_target_that_can_be_written_is_not_touched(tmp_path: Path):
    check_target(tmp_path / 'new/file')
    assert list((tmp_path / 'new').iterdir()) == []


def test_what_is_read_is_not_replaced(tmp_path: Path):
    (tmp_path / 'a.json').write_text('{}')
    (tmp_path / 'link.json').symlink_to(tmp_path / 'a.json')
    inputs = (None, tmp_path / 'a.json')
    for name in ('a.json', 'link.json', 'absent/../a.json'):
        with pytest.raises(UserError, match='would replace what is read from'):
            check_target(tmp_path / name, inputs)
    check_target(tmp_path / 'b.json', inputs)
    assert (tmp_path / 'a.json').read_text() == '{}'
