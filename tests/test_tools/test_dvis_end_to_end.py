"""DVIS through the tools, as the guide tells it: three stages, their figures, tracks as files."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mevis.datasets.moving_shapes import Recipe, write_split
from mevis.evaluation.score_file import read_figures
from mevis.structures import InstanceMasks

pytestmark = pytest.mark.slow
STAGES = ('minvis', 'online', 'offline')
NUM_VIDEOS, NUM_FRAMES = 3, 12
# One process runs all commands: loading mmdet takes longer than what they do here.
DRIVER = """
import json, runpy, sys
for command in json.loads(sys.argv[1]):
    sys.argv = command
    try:
        runpy.run_path(command[0], run_name='__main__')
    except SystemExit as end:
        if end.code:
            raise
"""


@pytest.fixture(scope='module')
def work(repo_root: Path, tmp_path_factory) -> Path:
    """A folder with a work folder per stage, ``scores.json`` and ``tracks``."""
    folder = tmp_path_factory.mktemp('dvis')
    for split in ('train', 'valid_u'):
        recipe = Recipe(NUM_VIDEOS, height=64, width=96, num_frames=NUM_FRAMES)
        write_split(folder / 'data', split, recipe, youtube_vis=True)
    loaders = ('train_dataloader', 'val_dataloader', 'test_dataloader')
    data = [f'{name}.dataset.data_root={folder / "data"}' for name in loaders]
    short = ['train_cfg.max_iters=2', 'train_cfg.val_interval=2', 'train_dataloader.batch_size=1']
    short += ['train_dataloader.num_workers=0', 'train_dataloader.persistent_workers=False']
    short += ['default_hooks.logger.interval=1']
    commands, before = [], None
    for stage in STAGES:
        config = f'configs/dvis_tiny_moving_shapes_{stage}.py'
        options = [*data, *short]
        if before is not None:
            options += [f'load_from={folder / before}/iter_2.pth']
            options += ['train_dataloader.dataset.frame_sampler.num_frames=3']
        work_dir = ['--work-dir', str(folder / stage)]
        commands.append(['tools/train.py', config, *work_dir, '--cfg-options', *options])
        before = stage
    model = [config, str(folder / 'offline/iter_2.pth')]
    logs = ['--work-dir', str(folder / 'logs'), '--cfg-options', *data]
    commands.append(['tools/test.py', *model, '--out', str(folder / 'scores.json'), *logs])
    out = ['--split', 'valid_u', '--out', str(folder / 'tracks')]
    commands.append(['tools/extract_instance_masks.py', *model, *out, *logs])
    done = subprocess.run(
        [sys.executable, '-c', DRIVER, json.dumps(commands)],
        cwd=repo_root,
        env={**os.environ, 'OMP_NUM_THREADS': '1', 'CUDA_VISIBLE_DEVICES': ''},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    assert f'{NUM_VIDEOS} videos (0 were done already), {NUM_VIDEOS * NUM_FRAMES} frames' in (
        done.stdout
    )
    return folder


def weights(work: Path, stage: str) -> dict:
    from mevis.checkpoints.loading import read_checkpoint

    return read_checkpoint(work / stage / 'iter_2.pth')['state_dict']


@pytest.mark.parametrize(
    ('before', 'stage', 'kept'),
    [('minvis', 'online', ('segmenter',)), ('online', 'offline', ('segmenter', 'tracker'))],
)
def test_a_stage_starts_from_the_one_before_and_keeps_it(work, before, stage, kept):
    first, second = weights(work, before), weights(work, stage)
    old = {key for key in second if key.split('.')[0] in kept}
    assert old == set(first)
    assert all(first[key].equal(second[key]) for key in old)
    assert len(second) > len(old)


@pytest.mark.parametrize('stage', STAGES)
def test_losses_and_figures_of_the_validation_are_logged(work, stage):
    (path,) = (work / stage).glob('*/vis_data/scalars.json')
    entries = [json.loads(line) for line in path.read_text().splitlines()]
    losses = [entry['loss'] for entry in entries if 'loss' in entry]
    assert len(losses) == 2
    assert all(0 < loss < 1000 for loss in losses)
    assert sum('instance_recall@10' in entry and 'AP' in entry for entry in entries) == 1


def test_the_test_gives_both_kinds_of_figures(work):
    scores = read_figures(work / 'scores.json')
    assert {'AP', 'AP50', 'AR10', 'instance_recall@1', 'instance_iou@20'} <= set(scores)
    assert all(0 <= value <= 100 for value in scores.values())
    assert scores['instance_iou@1'] <= scores['instance_iou@10'] <= scores['instance_iou@20']


def test_tracks_are_written_and_can_be_read(work):
    truth = json.loads((work / 'data/valid_u/instances.json').read_text())
    names = {Path(video['file_names'][0]).parent.name for video in truth['videos']}
    files = {path.stem: path for path in (work / 'tracks').glob('*.json')}
    assert set(files) == names
    assert len(names) == NUM_VIDEOS
    for path in files.values():
        tracks = InstanceMasks.from_dict(json.loads(path.read_text()))
        assert len(tracks) == 10
        assert (tracks.num_frames, tuple(tracks.size)) == (NUM_FRAMES, (64, 96))
        assert list(tracks.scores) == sorted(tracks.scores, reverse=True)
        assert {0 <= category < 6 for category in tracks.categories} == {True}
