"""Files are whole or absent."""

import errno
import fcntl
import os
import re
import subprocess
import sys
import tempfile
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


def write_now(path: Path, text: str) -> None:
    """As a job does that has just started: it knows of no hidden files yet."""
    atomic_write._hidden.clear()
    atomic_write_text(path, text)


def is_locked(path: Path) -> bool:
    with path.open('rb') as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@pytest.fixture
def after_making(monkeypatch):
    """Lets something happen once, between the making of a temporary file and its locking."""
    make = tempfile.mkstemp

    def install(happens):
        def made(*arguments):
            handle, name = make(*arguments)
            monkeypatch.setattr(tempfile, 'mkstemp', make)
            happens(Path(name))
            return handle, name

        monkeypatch.setattr(tempfile, 'mkstemp', made)

    return install


def test_a_file_that_another_job_removed_before_it_was_locked_is_made_again(
    tmp_path: Path, after_making
):
    path, removed = tmp_path / 'file.txt', []

    def other_job(temporary: Path) -> None:
        write_now(path, 'other')
        removed.append(not temporary.exists())

    after_making(other_job)
    with atomic_path(path) as temporary:
        assert removed == [True]
        assert path.read_text() == 'other'
        assert temporary.exists()
        write_now(path, 'third')
        assert temporary.exists()
        temporary.write_text('own')
    assert path.read_text() == 'own'
    assert os.listdir(tmp_path) == ['file.txt']


def test_a_file_that_another_job_just_looks_at_is_locked_nevertheless(
    tmp_path: Path, after_making, monkeypatch
):
    lock, looking = fcntl.flock, []

    def other_job(temporary: Path) -> None:
        looking.append(temporary.open('rb'))
        lock(looking[0], fcntl.LOCK_EX | fcntl.LOCK_NB)

    def flock(file, operation: int) -> None:
        if not operation & fcntl.LOCK_NB:  # the other one ends while this one waits
            looking.pop().close()
        lock(file, operation)

    after_making(other_job)
    monkeypatch.setattr(fcntl, 'flock', flock)
    with atomic_path(tmp_path / 'file.txt') as temporary:
        assert not looking
        assert is_locked(temporary)


def test_a_leftover_is_locked_until_it_is_gone(tmp_path: Path, monkeypatch):
    left = tmp_path / '.file-abcd1234.part.txt'
    left.write_text('')
    unlink, seen = Path.unlink, []

    def watched(path: Path, missing_ok: bool = False) -> None:
        if path == left:
            seen.append(is_locked(path))
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, 'unlink', watched)
    write_now(tmp_path / 'file.txt', 'text')
    assert seen == [True]
    assert os.listdir(tmp_path) == ['file.txt']


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


def test_a_file_of_a_folder_that_is_read_is_not_replaced(tmp_path: Path):
    (tmp_path / 'data/split').mkdir(parents=True)
    (tmp_path / 'data/split/masks.json').write_text('{}')
    (tmp_path / 'beside.json').write_text('{}')
    (tmp_path / 'link.json').symlink_to(tmp_path / 'data/split/masks.json')
    inputs = (tmp_path / 'data',)
    for name in ('data/split/masks.json', 'link.json'):
        with pytest.raises(UserError, match='would replace what is read from .*data'):
            check_target(tmp_path / name, inputs)
    check_target(tmp_path / 'beside.json', inputs)
    check_target(tmp_path / 'data/split/new.json', inputs)
