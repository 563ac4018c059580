import errno
import multiprocessing
import os
import signal
import subprocess
import sys

import pytest

from mevis.apis.cli import find_cache_folder, run
from mevis.errors import UserError
from mevis.registry import UnknownModuleError


def status(main) -> int:
    with pytest.raises(SystemExit) as caught:
        run(main)
    return caught.value.code


def raising(error: BaseException):
    def main() -> None:
        raise error

    return main


@pytest.mark.parametrize(
    ('error', 'expected'),
    [
        (UserError('clip.mp4: no frames. Name a video.'), 'clip.mp4: no frames. Name a video.'),
        (UnknownModuleError("'X' is not a registered model."), "'X' is not a registered model."),
        (FileNotFoundError(errno.ENOENT, 'gone', 'data/a.jpg'), 'data/a.jpg: no such file'),
        (PermissionError(errno.EACCES, 'no', 'out/b.png'), 'out/b.png: permission denied'),
        (OSError(errno.ENOSPC, 'full', 'out/b.png'), 'out/b.png: no space left'),
        (OSError(errno.ENOSPC, 'full'), 'output: no space left'),
        (OSError(errno.EROFS, 'ro', 'out'), 'out: the file system is read-only'),
    ],
)
def test_a_users_mistake_is_one_line_and_status_2(capsys, error, expected):
    assert status(raising(error)) == 2
    out, err = capsys.readouterr()
    assert out == ''
    assert err.startswith(f'error: {expected}')
    assert err.count('\n') == 1


def test_an_error_of_a_worker_loses_its_traceback(capsys):
    text = (
        'Caught UserError in DataLoader worker process 0.\n'
        'Original Traceback (most recent call last):\n  File "a.py", line 1, in f\n'
        'mevis.errors.UserError: frame.jpg: truncated. Copy it again.\n'
    )
    assert status(raising(UserError(text))) == 2
    assert capsys.readouterr().err == 'error: frame.jpg: truncated. Copy it again.\n'


def test_the_status_of_the_command_is_kept():
    assert status(lambda: None) == 0
    assert status(lambda: 1) == 1


def test_an_interrupt_is_130(capsys):
    assert status(raising(KeyboardInterrupt())) == 130
    assert capsys.readouterr().err == 'interrupted\n'


def test_a_defect_is_one_line_and_status_70(capsys, monkeypatch):
    monkeypatch.delenv('MEVIS_RAISE_DEFECTS')
    assert status(raising(ZeroDivisionError('by\nzero'))) == 70
    expected = 'ZeroDivisionError: by zero (this is a fault of mevis; --debug shows where)'
    assert capsys.readouterr().err == f'error: {expected}\n'


def test_a_defect_fails_tests():
    with pytest.raises(ZeroDivisionError):
        run(raising(ZeroDivisionError()))


def test_debug_shows_where(monkeypatch):
    monkeypatch.delenv('MEVIS_RAISE_DEFECTS')
    for error in (UserError('x'), ZeroDivisionError()):
        monkeypatch.setattr(sys, 'argv', ['tool', 'a', '--debug', 'b'])
        with pytest.raises(type(error)):
            run(raising(error))
        assert sys.argv == ['tool', 'a', 'b']


@pytest.mark.parametrize(
    ('error', 'expected'),
    [
        (OSError(errno.ENAMETOOLONG, 'x', 'a' * 300), 'too long'),
        (OSError(errno.ELOOP, 'x', 'a'), 'a: a link that leads to itself'),
        (OSError(errno.EFBIG, 'x', 'a'), 'ulimit -f'),
        (OSError(errno.EBUSY, 'x', 'a'), 'a: in use'),
        (MemoryError(), 'not enough memory'),
        (RuntimeError('CUDA out of memory. Tried to allocate 2 GiB'), 'not enough memory'),
        (RuntimeError('DataLoader worker (pid 7) is killed by signal: Killed. '), 'num_workers'),
        (
            RuntimeError(
                'DataLoader worker (pid 7) is killed by signal: Bus error. It is possible that'
                " dataloader's workers are out of shared memory."
            ),
            '/dev/shm',
        ),
        (RuntimeError('unable to write to file </torch_5_1_0>: No space left (28)'), '/dev/shm'),
        (
            OSError(
                'Caught OSError in DataLoader worker process 0.\nOriginal Traceback (most recent'
                ' call last):\nOSError: [Errno 24] Too many open files'
            ),
            'num_workers',
        ),
    ],
)
def test_what_the_system_refuses_is_no_defect(capsys, error, expected):
    assert status(raising(error)) == 2
    err = capsys.readouterr().err
    assert expected in err
    assert err.count('\n') == 1


def test_control_characters_do_not_reach_the_terminal(capsys):
    assert status(raising(UserError('video \x1b[2J\r\u202e: no frames'))) == 2
    assert capsys.readouterr().err == 'error: video \\x1b[2J \\u202e: no frames\n'


CHILD = """
import os, sys, time
from mevis.apis.cli import find_cache_folder, run
def main():
    child = os.fork()
    os.write(1, b'ready\\n')
    time.sleep(60)
run(main, 'go on by --resume')
"""


@pytest.mark.parametrize('name', ['SIGINT', 'SIGTERM', 'SIGHUP'])
def test_signals_end_it_as_an_interrupt_does_and_forked_workers_silently(name):
    process = subprocess.Popen(
        [sys.executable, '-c', CHILD],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert [process.stdout.readline() for _ in range(2)] == ['ready\n'] * 2
    os.killpg(process.pid, getattr(signal, name))
    _, err = process.communicate(timeout=30)
    assert err == 'interrupted; go on by --resume\n'
    assert process.returncode == 128 + getattr(signal, name)


@pytest.mark.parametrize('encoding', ['ascii', 'latin-1', 'utf-8'])
def test_any_text_can_be_printed_on_any_terminal(encoding):
    code = (
        'from mevis.apis.cli import run\nrun(lambda: print(chr(0x7ea2), chr(0x1f600), chr(0xdcb2)))'
    )
    environment = {**os.environ, 'PYTHONIOENCODING': encoding}
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith(b'\\udcb2\n')


def test_a_traceback_on_demand(monkeypatch):
    monkeypatch.setenv('MEVIS_TRACEBACK', '1')
    with pytest.raises(UserError):
        run(raising(UserError('x')))


def test_it_is_light():
    code = (
        'import sys, mevis.apis.cli, mevis.apis.configs.loading;'
        'sys.exit(bool({"torch", "mmdet", "transformers"} & set(sys.modules)))'
    )
    assert subprocess.run([sys.executable, '-c', code]).returncode == 0


def test_without_a_home_caches_go_to_the_temporary_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(os.path, 'expanduser', lambda path: path)  # nobody knows the user
    monkeypatch.setattr('tempfile.tempdir', str(tmp_path))
    monkeypatch.setenv('XDG_CACHE_HOME', '')
    find_cache_folder()
    assert os.environ['XDG_CACHE_HOME'] == str(tmp_path / f'mevis-cache-{os.getuid()}')
    monkeypatch.setenv('XDG_CACHE_HOME', '')
    find_cache_folder()
    assert os.environ['XDG_CACHE_HOME'] == str(tmp_path / f'mevis-cache-{os.getuid()}')
    (tmp_path / f'mevis-cache-{os.getuid()}').rmdir()
    (tmp_path / f'mevis-cache-{os.getuid()}').symlink_to(tmp_path)  # somebody's trap
    monkeypatch.setenv('XDG_CACHE_HOME', '')
    find_cache_folder()
    assert os.environ['XDG_CACHE_HOME'] != str(tmp_path / f'mevis-cache-{os.getuid()}')


def test_locks_without_room_are_said_to_want_shared_memory(capsys, monkeypatch):
    def full(*args):
        raise OSError(errno.ENOSPC, 'No space left on device')

    monkeypatch.setattr('multiprocessing.synchronize.SemLock._make_name', full)
    assert status(lambda: multiprocessing.Lock() and None) == 2
    assert capsys.readouterr().err.startswith('error: the loader has too little shared memory')
