"""tools/evaluate.py as a user runs it."""

import json
import subprocess
import sys

import pytest

from mevis.datasets.mask_folders import export_masks
from mevis.evaluation.score_file import read_score_file
from mevis.testing.tiny_mevis import write_tiny_mevis


@pytest.fixture(scope='module')
def split(tmp_path_factory):
    root = tmp_path_factory.mktemp('data')
    folder = write_tiny_mevis(root, 'valid_u')
    path = folder / 'meta_expressions.json'
    meta = json.loads(path.read_text())
    meta['videos']['bird']['expressions']['0']['tags'] = ['motion']
    path.write_text(json.dumps(meta))
    export_masks(folder, root / 'predictions', by='expression')
    return folder


def evaluate(repo_root, split, *arguments, predictions=None):
    command = [sys.executable, str(repo_root / 'tools/evaluate.py')]
    command += ['--annotations', str(split / 'meta_expressions.json')]
    command += ['--masks', str(split / 'mask_dict.json'), *map(str, arguments)]
    command += ['--predictions', str(predictions or split.parent / 'predictions')]
    return subprocess.run(command, capture_output=True, text=True)


def test_prints_a_table_and_writes_every_score(repo_root, split, tmp_path):
    out = tmp_path / 'new' / 'scores.json'
    official = tmp_path / 'official.json'
    done = evaluate(repo_root, split, '--scores', out, '--out', official, '--workers', 2)
    assert done.returncode == 0, done.stderr
    rows = [line.replace('│', ' ').split() for line in done.stdout.splitlines()]
    assert ['all', '5', '100.00', '100.00', '100.00'] in rows
    assert ['motion', '1', '100.00', '100.00', '100.00'] in rows
    assert 'N-acc' in done.stdout
    written = read_score_file(out)
    assert (
        written.figures['J&F'] == written.figures['J&F/motion'] == written.figures['N-acc'] == 100
    )
    assert {video: list(rows) for video, rows in written.videos.items()} == {
        'bird': ['0', '1', '2', '3'],
        'cat': ['0'],
    }
    assert written.videos['bird']['0'].tags == ['motion']
    assert all(
        (scores.similarity, scores.accuracy) == (1, 1)
        for rows in written.videos.values()
        for scores in rows.values()
    )
    assert not written.missing
    keys = [f'{video}_{exp_id}' for video, rows in written.videos.items() for exp_id in rows]
    assert json.loads(official.read_text()) == dict.fromkeys(keys, [1, 1])


def test_videos_without_predictions_are_named(repo_root, split, tmp_path):
    (tmp_path / 'cat').mkdir()
    (tmp_path / 'cat' / '0').symlink_to(split.parent / 'predictions' / 'cat' / '0')
    out = tmp_path / 'scores.json'
    done = evaluate(repo_root, split, '--scores', out, predictions=tmp_path)
    assert done.returncode == 0, done.stderr
    assert '1 videos have no predictions and score 0: bird' in done.stderr
    assert read_score_file(out).missing == ['bird']


def test_the_two_files_are_not_one(repo_root, split, tmp_path):
    out = tmp_path / 'scores.json'
    done = evaluate(repo_root, split, '--scores', out, '--out', out)
    assert done.returncode == 2
    assert f'{out}: would replace' in done.stderr
    assert not out.exists()


def test_a_mistake_is_one_line(repo_root, split, tmp_path):
    (tmp_path / 'cat' / '0').mkdir(parents=True)
    done = evaluate(repo_root, split, predictions=tmp_path)
    assert done.returncode == 2
    assert done.stderr.strip().splitlines()[-1].startswith('error: ')
    assert 'cat/0/00000.png: the mask is missing' in done.stderr
    assert 'Traceback' not in done.stderr
