"""Ref-YouTube-VOS: truth from palette PNGs."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mevis.datasets import RefYouTubeVOSDataset
from mevis.errors import UserError
from mevis.structures import decode_rle
from mevis.testing.tiny_ref_youtube_vos import write_tiny_ref_youtube_vos


@pytest.fixture
def objects(tmp_path: Path) -> np.ndarray:
    return write_tiny_ref_youtube_vos(tmp_path)


@pytest.fixture
def root(tmp_path: Path, objects: np.ndarray) -> Path:
    return tmp_path


def build(root: Path, pipeline: list, split: str = 'train', test_mode: bool = False):
    sampler = {'type': 'AllFramesSampler'}
    return RefYouTubeVOSDataset(str(root), split, sampler, pipeline, test_mode=test_mode)


def test_truth_is_the_pixels_of_the_object(root: Path, objects: np.ndarray, test_pipeline: list):
    dataset = build(root, test_pipeline, test_mode=True)
    for exp_id, obj_id in (('0', 1), ('1', 2)):
        truth = decode_rle(dataset.gt_rles('fish', exp_id), (20, 30))
        assert (truth == (objects == obj_id)).all()
    assert dataset.gt_rles('fish', '1')[2] is None


def test_training_item(root: Path, train_pipeline: list):
    dataset = build(root, train_pipeline)
    assert len(dataset) == 2
    sample = dataset[1]['data_samples']
    assert sample.gt_masks[:2].any()
    assert not sample.gt_masks[2].any()
    assert sample.frame_indices == [0, 1, 2]


def test_valid_has_no_truth(root: Path, test_pipeline: list):
    dataset = build(root, test_pipeline, 'valid', test_mode=True)
    assert dataset.gt_rles('fish', '0') is None
    assert len(dataset[0]['data_samples'].expressions) == 2


def test_damaged_annotation(root: Path, train_pipeline: list):
    path = root / 'train/Annotations/fish/00005.png'
    Image.open(path).convert('RGB').save(path)
    with pytest.raises(UserError, match=r'00005\.png.*palette'):
        build(root, train_pipeline)[0]
    path.unlink()
    with pytest.raises(UserError, match=r'00005\.png'):
        build(root, train_pipeline)[0]
