"""A third party: a package of its own, installed apart from ours, used from a config elsewhere."""

import csv
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mevis.testing import check_dataset, check_metric, check_segmentor

pytestmark = pytest.mark.slow
SIZE = (64, 96)
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
LOADERS = """
_base_ = [{runtime!r}]
custom_imports = dict(imports=['acme_plugin'], allow_failed_imports=False)
train_dataloader = dict(
    batch_size=1, num_workers=0,
    sampler=dict(type='ResumableInfiniteSampler'),
    collate_fn=dict(type='pseudo_collate'),
    dataset=dict(
        type='AcmeTableDataset', data_root={root!r}, split='train',
        frame_sampler=dict(type='AcmeEvenFrameSampler', num_frames=3),
        pipeline=[
            dict(type='LoadClipFrames'), dict(type='LoadClipMasks'),
            {instances}
            dict(type='PackRefVidSegInputs'),
        ],
        {folder}
    ),
)
test_dataloader = dict(
    batch_size=1, num_workers=0,
    sampler=dict(type='CostBalancedSampler'),
    collate_fn=dict(type='pseudo_collate'),
    dataset=dict(
        type='AcmeTableDataset', data_root={root!r}, split='train', test_mode=True,
        frame_sampler=dict(type='AllFramesSampler'),
        pipeline=[dict(type='LoadClipFrames'), dict(type='PackRefVidSegInputs')],
    ),
)
val_dataloader = None
val_cfg = None
val_evaluator = None
test_evaluator = [dict(type='RefVidSegMetric'), dict(type='AcmeCoverageMetric')]
train_cfg = dict(type='IterBasedTrainLoop', max_iters=2)
optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='AdamW', lr=1e-3))
default_hooks = dict(checkpoint=dict(interval=2, save_best=None, rule=None))
"""
MUTR = """
model = dict(
    type='MUTR',
    backbone=dict(type='AcmeBackbone', width=8),
    text_encoder=dict(type='AcmeLetterTextEncoder', embed_dims=16),
    query_initializer=dict(type='AcmePooledQueryInitializer'),
    refiner=dict(type='AcmeGrowingRefiner', pixels=2),
    data_preprocessor=dict(type='RefVidSegDataPreprocessor', pad_size_divisor=32),
    criterion=dict(
        assigner=dict(type='SequenceHungarianAssigner'),
        weights=dict(loss_class=2.0, loss_bbox=5.0, loss_giou=2.0, loss_mask=2.0, loss_dice=5.0),
    ),
    embed_dims=32, num_queries=2, num_heads=2, feedforward_dims=64, mask_dims=16,
    transformer=dict(num_encoder_layers=1, num_decoder_layers=2),
    temporal_interaction=dict(num_encoder_layers=1, num_decoder_layers=1),
)
"""
SELECTOR = """
model = dict(
    type='AcmeTrackSelector',
    text_encoder=dict(type='AcmeLetterTextEncoder', embed_dims=16),
    refiner=dict(type='AcmeGrowingRefiner'),
    data_preprocessor=dict(type='RefVidSegDataPreprocessor'),
    track_source=dict(type='AcmeHalvesTracks'),
)
"""


def write_data(root: Path) -> None:
    """Two videos with a bright square in each half of the picture."""
    for video in ('one', 'two'):
        folder = root / 'train' / video
        for kind in ('frames', 'masks'):
            (folder / kind).mkdir(parents=True)
        for index in range(5):
            mask = np.zeros(SIZE, np.uint8)
            mask[8:24, 4 + 6 * index : 24 + 6 * index] = 1
            mask[40:56, 70 - 6 * index : 90 - 6 * index] = 2
            frame = np.where(mask[..., None] > 0, 220, 30).repeat(3, -1).astype(np.uint8)
            Image.fromarray(frame).save(folder / 'frames' / f'{index:05d}.png')
            Image.fromarray(mask).save(folder / 'masks' / f'{index:05d}.png')
        with (folder / 'sentences.csv').open('w', newline='') as file:
            rows = csv.writer(file)
            rows.writerows([('id', 'sentence', 'object'), ('0', 'moves to the right', 1)])
            rows.writerow(('1', 'moves to the left', 2))


@pytest.fixture(scope='module')
def stranger(repo_root, tmp_path_factory) -> Path:
    """A folder outside the repository: the installed package, data, tracks and configs."""
    folder = tmp_path_factory.mktemp('stranger')
    source = repo_root / 'tests' / 'data' / 'acme_plugin'
    copy = folder / 'source'  # building leaves files beside the sources
    subprocess.run(['cp', '-r', source, copy], check=True)
    install = [sys.executable, '-m', 'pip', 'install', '--quiet', '--no-deps', '--no-index']
    install += ['--no-build-isolation', '--target', str(folder / 'site'), str(copy)]
    subprocess.run(install, check=True, capture_output=True)
    assert (folder / 'site' / 'acme_plugin' / 'track_selector.py').is_file()
    write_data(folder / 'data')
    names = dict(
        runtime=str(repo_root / 'configs' / '_base_' / 'default_runtime.py'),
        root=str(folder / 'data'),
    )
    tracks = f'instance_masks_dir={str(folder / "tracks")!r},'
    mutr = LOADERS.format(**names, instances='', folder='') + MUTR
    (folder / 'mutr.py').write_text(mutr)
    load = "dict(type='LoadInstanceMasks'),"
    selector = LOADERS.format(**names, instances=load, folder=tracks) + SELECTOR
    (folder / 'selector.py').write_text(selector)
    return folder


@pytest.fixture(scope='module')
def run(repo_root, stranger) -> Path:
    """Both models trained for two steps, tested, and submitted, by our tools."""
    meta = {}
    for video in ('one', 'two'):
        expressions = {'0': {'exp': 'moves to the right'}, '1': {'exp': 'moves to the left'}}
        frames = [f'{index:05d}' for index in range(5)]
        meta[video] = {'expressions': expressions, 'frames': frames}
    (stranger / 'meta_expressions.json').write_text(json.dumps({'videos': meta}))
    extract = ['tools/extract_instance_masks.py', str(stranger / 'tracks.py'), '--split', 'train']
    (stranger / 'tracks.py').write_text(
        f'_base_ = [{str(stranger / "mutr.py")!r}]\n'
        "model = dict(_delete_=True, type='TrackFinder',\n"
        "    data_preprocessor=dict(type='RefVidSegDataPreprocessor'),\n"
        "    source=dict(type='AcmeHalvesTracks'))\n"
    )
    commands = [[*extract, '--out', str(stranger / 'tracks')]]
    for name in ('mutr', 'selector'):
        config, work = str(stranger / f'{name}.py'), str(stranger / name)
        commands.append(['tools/train.py', config, '--work-dir', work])
        test = ['tools/test.py', config, f'{work}/iter_2.pth', '--work-dir', f'{work}_test']
        commands.append([*test, '--out', f'{work}.json'])
        submit = ['tools/make_submission.py', f'{work}_test', '--out', f'{work}.zip']
        meta_file = str(stranger / 'meta_expressions.json')
        commands.append([*submit, '--annotations', meta_file])
    path = os.pathsep.join([str(stranger / 'site'), str(repo_root)])
    done = subprocess.run(
        [sys.executable, '-c', DRIVER, json.dumps(commands)],
        cwd=repo_root,
        env={**os.environ, 'PYTHONPATH': path, 'CUDA_VISIBLE_DEVICES': ''},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return stranger


@pytest.mark.parametrize('name', ['mutr', 'selector'])
def test_it_is_trained_tested_scored_and_submitted(run, name):
    scores = json.loads((run / f'{name}.json').read_text())
    assert {'J&F', 'coverage'} <= set(scores)
    with zipfile.ZipFile(run / f'{name}.zip') as archive:
        assert 'one/1/00004.png' in archive.namelist()


def test_tracks_of_its_own_source_are_what_training_reads(run):
    tracks = json.loads((run / 'tracks' / 'one.json').read_text())
    assert tracks['video'] == 'one'
    assert len(tracks['rles']) == 2


@pytest.fixture
def parts(stranger, monkeypatch):
    monkeypatch.syspath_prepend(stranger / 'site')
    from mmengine.config import Config
    from mmengine.registry import init_default_scope

    init_default_scope('mevis')
    return lambda name: Config.fromfile(stranger / f'{name}.py')


def test_its_datasets_metric_and_models_hold_the_contracts(parts):
    import mevis.models
    import mevis.refiners  # noqa: F401 - register what configs name
    from mevis.registry import DATASETS, METRICS, MODELS

    config = parts('mutr')
    check_dataset(DATASETS.build(config.train_dataloader.dataset))
    check_dataset(DATASETS.build(config.test_dataloader.dataset))
    check_metric(METRICS.build(config.test_evaluator[1]))
    for name in ('mutr', 'selector'):
        check_segmentor(MODELS.build(parts(name).model))
