import errno
import subprocess
import sys

import pytest

from mevis.apis.cli import run
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


def test_a_defect_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError):
        run(raising(ZeroDivisionError()))


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
