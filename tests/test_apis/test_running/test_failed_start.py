import atexit

import pytest

from mevis.apis.running.failed_start import nothing_left_on_failure
from mevis.errors import UserError

LOGS = '20260102_030405'


@pytest.fixture
def at_exit(monkeypatch):
    """Runs what was registered for the end of the process, the last first."""
    registered = []
    monkeypatch.setattr(atexit, 'register', registered.append)
    return lambda: [action() for action in reversed(registered)]


def start(folder, error=None):
    """What a start writes, and the lock that goes at the end of the process."""
    with nothing_left_on_failure(folder, 'configs/a.py'):
        (folder / LOGS / 'vis_data').mkdir(parents=True)
        (folder / LOGS / 'log').write_text('')
        (folder / 'a.py').write_text('')
        lock = folder / 'lock'
        lock.touch()
        atexit.register(lock.unlink)
        if error:
            raise error


def test_a_refused_start_leaves_no_folder(tmp_path, at_exit):
    with pytest.raises(UserError):
        start(tmp_path / 'new/work', UserError('no'))
    at_exit()
    assert list(tmp_path.iterdir()) == []


def test_what_was_there_stays(tmp_path, at_exit):
    earlier = [tmp_path / 'iter_3.pth', tmp_path / '20250102_030405/log', tmp_path / 'mine.txt']
    for path in earlier:
        path.parent.mkdir(exist_ok=True)
        path.write_text('kept')
    with pytest.raises(UserError):
        start(tmp_path, UserError('no'))
    at_exit()
    assert sorted(path for path in tmp_path.rglob('*') if path.is_file()) == sorted(earlier)


@pytest.mark.parametrize('error', [None, ValueError('a defect, whose log is wanted')])
def test_a_start_that_goes_well_and_a_defect_keep_their_logs(tmp_path, at_exit, error):
    work = tmp_path / 'work'
    if error:
        with pytest.raises(ValueError, match='defect'):
            start(work, error)
    else:
        start(work)
    at_exit()
    assert (work / LOGS / 'log').exists()
    assert (work / 'a.py').exists()
