"""One process per folder, and others are told which."""

import json
import os
import subprocess
import sys
from contextlib import contextmanager

import pytest

from mevis.errors import UserError
from mevis.structures.folder_lock import LOCK_NAME, FolderLock, part_lock_name

HOLD = """
import sys
from mevis.structures.folder_lock import FolderLock
sys.argv = ['tools/train.py', 'a config.py']
FolderLock(sys.argv.pop() and {folder!r}, {part!r}).acquire()
print('held', flush=True)
sys.stdin.read()
"""


@contextmanager
def holding(folder, part=''):
    """A process that holds the folder, or a part of it."""
    code = HOLD.format(folder=str(folder), part=part)
    pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with subprocess.Popen([sys.executable, '-c', code], **pipes) as process:
        assert process.stdout.readline() == 'held\n'
        yield process
        process.kill()


@pytest.fixture
def other(tmp_path):
    """A process that holds the folder."""
    with holding(tmp_path / 'out') as process:
        yield process


def test_the_other_process_is_named(tmp_path, other):
    lock = FolderLock(tmp_path / 'out')
    with pytest.raises(UserError) as caught:
        lock.acquire()
    text = str(caught.value)
    assert text.startswith(f'{tmp_path / "out"}: train.py (process {other.pid} on ')
    assert 'since 20' in text
    assert 'choose another folder' in text


def test_the_lock_of_a_killed_process_is_no_lock(tmp_path, other):
    other.kill()
    other.wait()
    assert (tmp_path / 'out' / LOCK_NAME).is_file()
    with FolderLock(tmp_path / 'out'):
        about = json.loads((tmp_path / 'out' / LOCK_NAME).read_text())
        assert about['pid'] == os.getpid()
    assert os.listdir(tmp_path / 'out') == []


def test_a_link_to_the_folder_is_the_same_folder(tmp_path, other):
    (tmp_path / 'link').symlink_to('out')
    with pytest.raises(UserError, match='writes into this folder'):
        FolderLock(tmp_path / 'link').acquire()


def test_a_process_can_lock_its_folder_again(tmp_path):
    first, second = FolderLock(tmp_path), FolderLock(tmp_path)
    first.acquire()
    with second:
        pass
    assert (tmp_path / LOCK_NAME).is_file()
    first.release()
    assert os.listdir(tmp_path) == []


def test_a_forked_worker_does_not_keep_it(tmp_path):
    code = (
        'import os, sys\n'
        'from mevis.structures.folder_lock import FolderLock\n'
        f'FolderLock({str(tmp_path)!r}).acquire()\n'
        'if os.fork() == 0:\n'
        '    sys.stdin.read()\n'
        '    os._exit(0)\n'
        'print("forked", flush=True)\n'
        'os._exit(0)\n'
    )
    pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with subprocess.Popen([sys.executable, '-c', code], **pipes) as one:
        assert one.stdout.readline() == 'forked\n'
        one.wait()
        with FolderLock(tmp_path):
            pass


def test_a_folder_is_held_until_the_process_ends(tmp_path):
    code = f'from mevis.structures.folder_lock import hold_folder; hold_folder({str(tmp_path)!r})'
    with FolderLock(tmp_path):
        done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True)
    assert 'writes into this folder' in done.stderr
    subprocess.run([sys.executable, '-c', code], check=True)
    assert os.listdir(tmp_path) == []


def test_parts_exclude_themselves_and_the_whole_but_not_one_another(tmp_path):
    out = tmp_path / 'out'
    with holding(out, 'shard-1-of-2') as other:
        with FolderLock(out, 'shard-2-of-2'):
            assert (out / part_lock_name('shard-2-of-2')).is_file()
        assert (out / LOCK_NAME).is_file(), 'the other part still holds it'
        assert not (out / part_lock_name('shard-2-of-2')).exists()
        for part in ('shard-1-of-2', ''):
            with pytest.raises(UserError, match='writes into this folder'):
                FolderLock(out, part).acquire()
        other.kill()
        other.wait()
        with FolderLock(out):
            pass
    with FolderLock(out, 'shard-1-of-2'):
        pass
    assert os.listdir(out) == []


def test_a_part_waits_for_the_whole(tmp_path, other):
    with pytest.raises(UserError, match=f'process {other.pid} '):
        FolderLock(tmp_path / 'out', 'shard-1-of-2').acquire()
