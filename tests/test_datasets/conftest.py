"""A tiny dataset and what its transforms start from."""

import json
from pathlib import Path

import numpy as np
import pytest

from mevis.datasets import MeViSDataset
from mevis.registry import DATASETS
from mevis.structures import Expression, InstanceMasks, encode_rle
from mevis.testing.tiny_mevis import write_tiny_mevis

TRAIN_PIPELINE = [
    {'type': 'LoadClipFrames'},
    {'type': 'LoadClipMasks'},
    {'type': 'LoadInstanceMasks'},
    {'type': 'NormalizeExpression'},
    {'type': 'RandomFlipClip'},
    {'type': 'PhotometricDistortClip'},
    {
        'type': 'RandomSelectTransforms',
        'first': [{'type': 'RandomResizeClip', 'short_sides': [32, 40], 'max_long_side': 50}],
        'second': [
            {'type': 'RandomCropClip', 'min_size': 30, 'max_size': 60},
            {'type': 'RandomResizeClip', 'short_sides': [32, 40]},
        ],
    },
    {'type': 'PackRefVidSegInputs'},
]
TEST_PIPELINE = [
    {'type': 'LoadResizedFrames', 'short_side': 36, 'max_long_side': 64},
    {'type': 'LoadInstanceMasks'},
    {'type': 'NormalizeExpression'},
    {'type': 'PackRefVidSegInputs'},
]


@pytest.fixture
def train_pipeline() -> list:
    return TRAIN_PIPELINE


@pytest.fixture
def test_pipeline() -> list:
    return TEST_PIPELINE


@pytest.fixture
def mevis_root(tmp_path: Path) -> Path:
    write_tiny_mevis(tmp_path)
    write_tiny_mevis(tmp_path, 'valid', truth=False)
    return tmp_path


@pytest.fixture
def train(mevis_root: Path, train_pipeline: list):
    def build(**options) -> MeViSDataset:
        config = {
            'type': 'MeViSDataset',
            'data_root': str(mevis_root),
            'split': 'train',
            'frame_sampler': {'type': 'GlobalFrameSampler', 'num_frames': 3},
            'pipeline': train_pipeline,
        }
        return DATASETS.build({**config, **options})

    return build


@pytest.fixture
def testing(train, test_pipeline: list):
    def build(**options) -> MeViSDataset:
        sampler = {'type': 'AllFramesSampler'}
        config = {'test_mode': True, 'frame_sampler': sampler, 'pipeline': test_pipeline}
        return train(**{**config, **options})

    return build


@pytest.fixture
def change():
    """Changes a JSON file in place: the videos of annotations, or all masks."""

    def change(path: Path, function) -> None:
        data = json.loads(path.read_text())
        function(data['videos'] if path.name == 'meta_expressions.json' else data)
        path.write_text(json.dumps(data))

    return change


@pytest.fixture
def clip() -> dict:
    """Results of a clip after loading: noise, a blob, one track that equals the truth."""
    rng = np.random.default_rng(3)
    masks = np.zeros((3, 40, 60), bool)
    for frame in range(3):
        masks[frame, 5 + frame : 25, 10 : 30 + 5 * frame] = True
    masks[2] = False
    video_tracks = [[None, *encode_rle(masks[:1]), None, *encode_rle(masks[1:2]), None]]
    return {
        'video': 'bird',
        'frame_names': ['00001', '00003', '00004'],
        'frame_indices': [1, 3, 4],
        'num_video_frames': 5,
        'ori_shape': (40, 60),
        'img_shape': (40, 60),
        'flip': False,
        'expressions': [Expression('0', 'the bird on the Left flies right', (1,))],
        'frames': rng.integers(0, 256, (3, 40, 60, 3), dtype=np.uint8),
        'gt_masks': masks,
        'instances': InstanceMasks(video_tracks, [0.5], [-1], (40, 60)),
        'test_mode': False,
        'rng': np.random.default_rng(0),
    }
