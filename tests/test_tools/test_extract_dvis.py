"""tools/extract_instance_masks.py with a DVIS and with what goes wrong in practice."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from PIL import Image

from mevis.apis.configs.loading import load_config
from mevis.errors import UserError
from mevis.registry import DATASETS
from mevis.structures import InstanceMasks
from mevis.testing.parity.dvis_recordings import build
from mevis.testing.tiny_mevis import TINY_SIZE, write_tiny_mevis

pytestmark = pytest.mark.slow
CONFIG = """
_base_ = [
    '{root}/configs/dvis_r50_offline.py',
]
part = dict(mask_dims=32, num_layers=1, num_heads=2, feedforward_dims=32)
model = dict(
    segmenter=dict(
        backbone=dict(depth=18, base_channels=8),
        backbone_channels=[8, 16, 32, 64],
        num_queries=6,
        head=dict(
            mask_dims=32,
            num_heads=2,
            encoder_layers=1,
            encoder_feedforward_dims=32,
            decoder_layers=2,
            feedforward_dims=32,
        ),
    ),
    tracker=part,
    refiner=part,
    num_classes=40,
    embed_dims=32,
)
test_dataloader = dict(
    num_workers=0,
    dataset=dict(
        _delete_=True,
        type='MeViSInstanceDataset',
        data_root='data/mevis',
        split='train',
        test_mode=True,
        frame_sampler=dict(type='AllFramesSampler'),
        pipeline=[
            dict(type='LoadResizedFrames', short_side=64, max_long_side=96),
            dict(type='PackRefVidSegInputs'),
        ],
    ),
)
"""


@pytest.fixture
def config(tmp_path, repo_root) -> Path:
    path = tmp_path / 'small.py'
    path.write_text(CONFIG.format(root=repo_root))
    return path


@pytest.fixture
def data_root(tmp_path) -> Path:
    """Videos of six frames and of one; in the first the last frame is of another size."""
    folder = write_tiny_mevis(tmp_path / 'data')
    path = folder / 'meta_expressions.json'
    content = json.loads(path.read_text())
    content['videos']['cat']['frames'] = ['00000']
    path.write_text(json.dumps(content))
    path = folder / 'mask_dict.json'
    masks = json.loads(path.read_text())
    path.write_text(json.dumps({**masks, '2': masks['2'][:1]}))
    last = folder / 'JPEGImages/bird/00005.jpg'
    Image.open(last).resize((60, 40)).save(last)
    return tmp_path / 'data'


def weights(config: Path, path: Path, **options: int) -> Path:
    """Weights of the model of a config, made without training."""
    torch.manual_seed(0)
    cfg: Config = load_config(config)
    model = build({**cfg.model, **options})
    torch.nn.init.normal_(model.segmenter.head.query_feat.weight, std=3.0)
    torch.save({'state_dict': model.state_dict()}, path)
    return path


@pytest.fixture
def extract(repo_root, config, data_root, tmp_path) -> Callable:
    def start(weights: Path, out: Path, *options: str) -> subprocess.CompletedProcess:
        command = [sys.executable, 'tools/extract_instance_masks.py', str(config), str(weights)]
        command += ['--out', str(out), '--work-dir', str(tmp_path / 'logs'), '--top-k', '4']
        command += ['--cfg-options', f'test_dataloader.dataset.data_root={data_root}', *options]
        env = {**os.environ, 'OMP_NUM_THREADS': '1', 'CUDA_VISIBLE_DEVICES': ''}
        return subprocess.run(command, cwd=repo_root, env=env, capture_output=True, text=True)

    return start


def refusal(done: subprocess.CompletedProcess) -> str:
    """The last line of a run that ended as a user's mistake does."""
    assert done.returncode == 2, done.stderr[-3000:]
    assert 'Traceback' not in done.stderr
    return done.stderr.splitlines()[-1]


def tracks(path: Path) -> InstanceMasks:
    return InstanceMasks.from_dict(json.loads(path.read_text()))


def test_frames_of_changing_size_then_mended(extract, config, data_root, tmp_path):
    model, out = weights(config, tmp_path / 'model.pth'), tmp_path / 'out'
    message = refusal(extract(model, out))
    assert 'bird/00005.jpg: the frame is 40x60' in message
    assert 'others of its video are 48x64' in message
    assert not (out / 'bird.json').exists()

    frames = data_root / 'train/JPEGImages/bird'
    (frames / '00005.jpg').write_bytes((frames / '00004.jpg').read_bytes())
    done = extract(model, out)
    assert done.returncode == 0, done.stderr[-3000:]
    assert 'tracks per video: 4.0 on average' in done.stdout
    bird, cat = (tracks(out / f'{name}.json') for name in ('bird', 'cat'))
    assert (bird.num_frames, cat.num_frames) == (6, 1)
    assert bird.size == cat.size == TINY_SIZE
    assert 0 < bird.decode(range(6)).float().mean() < 1

    # Whoever reads a file that a crash of the machine cut off is told.
    whole = (out / 'bird.json').read_text()
    dataset = DATASETS.build(
        dict(
            type='MeViSDataset',
            data_root=str(data_root),
            split='train',
            test_mode=True,
            frame_sampler=dict(type='AllFramesSampler'),
            instance_masks_dir=str(out),
            pipeline=[dict(type='LoadClipFrames'), dict(type='LoadInstanceMasks')],
        )
    )
    assert len(dataset[0]['instances']) == 4
    for length in (0, len(whole) // 2, len(whole) - 3):
        (out / 'bird.json').write_text(whole[:length])
        with pytest.raises(UserError, match=r'bird\.json: no complete JSON.*Run tools/'):
            dataset[0]


def test_a_video_may_hold_nothing(extract, config, data_root, tmp_path):
    (data_root / 'train/JPEGImages/bird/00005.jpg').write_bytes(
        (data_root / 'train/JPEGImages/bird/00004.jpg').read_bytes()
    )
    out = tmp_path / 'out'
    done = extract(weights(config, tmp_path / 'model.pth'), out, 'model.min_score=1.0')
    assert done.returncode == 0, done.stderr[-3000:]
    assert 'tracks per video: 0.0 on average, 0 to 0' in done.stdout
    for name in ('bird', 'cat'):
        assert len(tracks(out / f'{name}.json')) == 0
        assert tracks(out / f'{name}.json').size == TINY_SIZE


def test_a_checkpoint_of_another_data_set_says_which(extract, config, tmp_path):
    message = refusal(
        extract(weights(config, tmp_path / 'ovis.pth', num_classes=25), tmp_path / 'out')
    )
    assert 'ovis.pth: a checkpoint of model DVIS offline' in message
    assert 'trained for 25 classes (OVIS)' in message
    assert not (tmp_path / 'out').exists() or not list((tmp_path / 'out').iterdir())


def test_more_tracks_than_the_model_gives(extract, config, tmp_path):
    done = extract(
        weights(config, tmp_path / 'weights.pth'), tmp_path / 'out', 'model.num_instances=3'
    )
    assert '--top-k 4: the model gives 3 tracks at most' in refusal(done)
    assert not list((tmp_path / 'out').glob('*'))
