"""A folder is replaced as a whole, and only if it is ours."""

import contextlib
import errno
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from mevis.errors import UserError
from mevis.structures import atomic_folder as module
from mevis.structures.atomic_folder import atomic_folder, check_folder
from mevis.structures.folder_lock import FolderLock


def fill(path: Path, name: str, fail: bool = False) -> None:
    with atomic_folder(path, 'marker') as folder:
        (folder / 'marker').write_text(name)
        (folder / name).write_text('')
        if fail:
            raise RuntimeError


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_nothing_of_an_older_run_stays(tmp_path):
    fill(tmp_path / 'deep/out', 'first')
    assert names(tmp_path / 'deep/out') == ['first', 'marker']
    fill(tmp_path / 'deep/out', 'second')
    assert names(tmp_path / 'deep/out') == ['marker', 'second']
    assert names(tmp_path / 'deep') == ['out']


def test_an_error_leaves_what_was_there_and_no_half(tmp_path):
    with pytest.raises(RuntimeError):
        fill(tmp_path / 'deep/out', 'first', fail=True)
    assert names(tmp_path) == []
    fill(tmp_path / 'out', 'first')
    with pytest.raises(RuntimeError):
        fill(tmp_path / 'out', 'second', fail=True)
    assert names(tmp_path / 'out') == ['first', 'marker']
    assert names(tmp_path) == ['out']


def test_the_current_folder_is_filled_and_stays_the_same(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = tmp_path.stat().st_ino
    fill(Path('.'), 'first')
    fill(Path('.'), 'second')
    assert os.listdir('.') != []
    assert names(tmp_path) == ['marker', 'second']
    assert Path('.').stat().st_ino == before


def test_a_link_stays_one(tmp_path):
    (tmp_path / 'disk').mkdir()
    (tmp_path / 'out').symlink_to('disk')
    for name in ('first', 'second'):
        fill(tmp_path / 'out', name)
    assert (tmp_path / 'out').is_symlink()
    assert names(tmp_path / 'disk') == ['marker', 'second']
    assert names(tmp_path) == ['disk', 'out']


def test_hidden_files_and_those_of_the_disk_stay(tmp_path):
    (tmp_path / '.config').write_text('mine')
    (tmp_path / 'lost+found').mkdir()
    fill(tmp_path, 'first')
    fill(tmp_path, 'second')
    assert names(tmp_path) == ['.config', 'lost+found', 'marker', 'second']


def test_the_files_of_others_are_not_replaced(tmp_path):
    (tmp_path / 'thesis.tex').write_text('years of work')
    with pytest.raises(UserError, match='holds other files'):
        fill(tmp_path, 'first')
    assert names(tmp_path) == ['thesis.tex']
    with pytest.raises(UserError, match='is a file'):
        fill(tmp_path / 'thesis.tex', 'first')


class Killed(BaseException):
    """Stands for the end of the process: nothing is cleared up after it."""


@pytest.mark.parametrize('step', range(12))
def test_a_kill_at_any_step_leaves_the_old_or_the_new(tmp_path, monkeypatch, step):
    """Each rename, and each removal, is once the last thing that happens."""
    out = tmp_path / 'out'
    fill(out, 'first')
    left, dead = step, False

    def dying(function):
        def call(*arguments, **options):
            nonlocal left, dead
            left -= 1
            if dead or left < 0:
                dead = True
                raise Killed
            return function(*arguments, **options)

        return call

    with monkeypatch.context() as patch:
        for name in ('rename', 'mkdir', 'rmdir'):
            patch.setattr(Path, name, dying(getattr(Path, name)))
        patch.setattr(module.shutil, 'rmtree', dying(shutil.rmtree))
        with contextlib.suppress(Killed):
            fill(out, 'second')
    (out / '.mevis.lock').unlink(missing_ok=True)
    module.recover(out)
    assert names(out) in (['first', 'marker'], ['marker', 'second'])
    assert (out / 'marker').read_text() in names(out)
    fill(out, 'third')
    assert names(out) == ['marker', 'third']


def test_what_an_earlier_version_left_between_two_renames_comes_back(tmp_path):
    fill(tmp_path / 'out', 'first')
    (tmp_path / 'out').rename(tmp_path / '.out-a8s_d7f2-older')
    with pytest.raises(RuntimeError):
        fill(tmp_path / 'out', 'second', fail=True)
    assert names(tmp_path / 'out') == ['first', 'marker']


def test_two_processes_do_not_fill_one_folder(tmp_path):
    code = (
        'from mevis.structures.atomic_folder import atomic_folder\n'
        f'with atomic_folder({str(tmp_path)!r}, "marker") as folder: (folder / "a").touch()'
    )
    with FolderLock(tmp_path):
        done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True)
    assert f'process {os.getpid()} on' in done.stderr
    assert names(tmp_path) == []


def test_errors_name_the_file_that_the_user_knows(tmp_path):
    with pytest.raises(OSError, match='full') as caught, atomic_folder(tmp_path, 'm') as folder:
        raise OSError(errno.ENOSPC, 'full', str(folder / 'overlay.mp4'))
    assert caught.value.filename == str(tmp_path / 'overlay.mp4')
    with pytest.raises(OSError, match='full') as caught, atomic_folder(tmp_path, 'm'):
        raise OSError(errno.ENOSPC, 'full')
    assert caught.value.filename == str(tmp_path)


def test_a_folder_that_cannot_be_written_is_found_before_the_work(tmp_path):
    check_folder(tmp_path / 'deep/new')
    assert names(tmp_path) == []
    (tmp_path / 'file').write_text('')
    with pytest.raises(OSError, match=re.escape(str(tmp_path / 'file'))):
        check_folder(tmp_path / 'file/out')


def test_rights_are_those_of_an_ordinary_folder(tmp_path):
    fill(tmp_path / 'out', 'first')
    (tmp_path / 'other').mkdir()
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ('out', 'other')]
    assert modes[0] == modes[1]


def test_a_file_beside_results_is_not_lost(tmp_path):
    fill(tmp_path, 'first')
    with atomic_folder(tmp_path, 'marker', ('marker', 'first')) as folder:
        (folder / 'marker').write_text('second')
    (tmp_path / 'notes').write_text('mine')
    with (
        pytest.raises(UserError, match='holds notes, which is no result'),
        atomic_folder(tmp_path, 'marker', ('marker', 'first')),
    ):
        pass
    assert names(tmp_path) == ['marker', 'notes']
