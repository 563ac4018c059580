"""The command that makes MovingShapes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SMALL = ('--height', 48, '--width', 64, '--num-frames', 12, '--train', 3, '--valid-u', 2)


def run_tool(repo_root: Path, *arguments: object) -> subprocess.CompletedProcess:
    command = [sys.executable, str(repo_root / 'tools/make_moving_shapes.py'), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=repo_root)


def test_makes_splits_and_says_where(repo_root: Path, tmp_path: Path):
    folders = []
    for name, workers in (('one', 1), ('two', 2)):
        root = tmp_path / name
        run = run_tool(repo_root, root, *SMALL, '--test', 1, '--workers', workers)
        assert run.returncode == 0, run.stderr
        assert f'{root / "train"}: 3 videos' in run.stdout
        folders.append(root)
    for split, videos in (('train', 3), ('valid_u', 2), ('test', 1)):
        one, two = ((root / split / 'meta_expressions.json').read_bytes() for root in folders)
        assert one == two
        assert len(json.loads(one)['videos']) == videos
    assert not (folders[0] / 'valid').exists()


def test_options_reach_the_data(repo_root: Path, tmp_path: Path):
    options = ('--kinds', 'static', '--sentences', 1, 2, '--no-target', 0.4, '--youtube-vis')
    run = run_tool(repo_root, tmp_path, *SMALL, '--seed', 5, '--workers', 1, *options)
    assert run.returncode == 0, run.stderr
    recipe = json.loads((tmp_path / 'train/recipe.json').read_text())
    assert (recipe['seed'], recipe['kinds'], recipe['no_target']) == (5, ['static'], 0.4)
    videos = json.loads((tmp_path / 'train/meta_expressions.json').read_text())['videos']
    entries = [entry for video in videos.values() for entry in video['expressions'].values()]
    assert {entry['tags'][0] for entry in entries} <= {'static', 'no-target'}
    assert all(len(video['expressions']) <= 2 for video in videos.values())
    assert (tmp_path / 'train/instances.json').is_file()


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        (('--kinds', 'dance'), 'dance; known: static'),
        (('--height', 20), 'height and width must be from 48'),
        (('--num-frames', 3), 'motions need 12 frames'),
        (('--train', 0, '--valid-u', 0), 'nothing to make'),
    ],
)
def test_mistakes_end_in_one_line(repo_root: Path, tmp_path: Path, options, words):
    run = run_tool(repo_root, tmp_path / 'shapes', *options)
    assert run.returncode == 2
    assert words in run.stderr
    assert 'Traceback' not in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1
    assert not (tmp_path / 'shapes').exists()


def test_another_recipe_is_refused(repo_root: Path, tmp_path: Path):
    for seed, status in ((0, 0), (1, 2)):
        run = run_tool(repo_root, tmp_path, *SMALL, '--seed', seed, '--workers', 1)
        assert run.returncode == status, run.stderr
    assert 'was made with seed=0, now seed=1' in run.stderr
    assert 'Traceback' not in run.stderr
