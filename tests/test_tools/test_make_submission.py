"""tools/make_submission.py as a user runs it."""

import subprocess
import sys
import zipfile

import pytest

from mevis.datasets.mask_folders import export_masks
from mevis.testing.tiny_mevis import write_tiny_mevis


@pytest.fixture(scope='module')
def split(tmp_path_factory):
    """A split without truth, and predictions for it."""
    root = tmp_path_factory.mktemp('data')
    folder = write_tiny_mevis(root, 'valid', truth=False)
    export_masks(write_tiny_mevis(root, 'valid_u'), root / 'predictions', by='expression')
    return folder


def make_submission(repo_root, split, *arguments):
    command = [sys.executable, str(repo_root / 'tools/make_submission.py'), *map(str, arguments)]
    command += ['--annotations', str(split / 'meta_expressions.json')]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.fixture(scope='module')
def archive(repo_root, split):
    out = split.parent / 'valid.zip'
    done = make_submission(repo_root, split, split.parent / 'predictions', '--out', out)
    assert done.returncode == 0, done.stderr
    assert '2 videos, 27 masks, checked against the split' in done.stdout
    return out


def test_a_sound_archive_passes(repo_root, split, archive):
    done = make_submission(repo_root, split, '--check', archive)
    assert done.returncode == 0, done.stderr
    assert 'sound, 27 masks' in done.stdout


def test_a_faulty_archive_does_not(repo_root, split, archive, tmp_path):
    faulty = tmp_path / 'faulty.zip'
    with zipfile.ZipFile(archive) as whole, zipfile.ZipFile(faulty, 'w') as file:
        for name in whole.namelist()[3:]:
            file.writestr(name, whole.read(name))
    done = make_submission(repo_root, split, '--check', faulty, '--limit', 2)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0].startswith('bird/0/00000.png: the frame is missing')
    assert lines[2] == '… and 1 more (--limit)'
    assert lines[3].endswith('the server would not take it: 3 faults.')


def test_predictions_with_a_hole_make_no_archive(repo_root, split, tmp_path):
    for name in ('bird', 'cat'):
        (tmp_path / name).mkdir()
        (tmp_path / name / '0').symlink_to(split.parent / 'predictions' / name / '0')
    out = tmp_path / 'valid.zip'
    done = make_submission(repo_root, split, tmp_path, '--out', out)
    assert done.returncode == 2
    assert f'error: {tmp_path}/bird/1: no such folder' in done.stderr
    assert 'Traceback' not in done.stderr
    assert not out.exists()


@pytest.mark.parametrize(
    'arguments',
    [(), ('folder',), ('folder', '--check', 'x.zip'), ('--check', 'x.zip', '--out', 'y.zip')],
)
def test_what_is_asked_for_must_be_clear(repo_root, split, arguments):
    done = make_submission(repo_root, split, *arguments)
    assert done.returncode == 2
    assert 'usage:' in done.stderr
