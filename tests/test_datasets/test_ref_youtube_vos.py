"""Ref-YouTube-VOS: truth from palette PNGs."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mevis.datasets import RefYouTubeVOSDataset
from mevis.errors import UserError
from mevis.structures import decode_rle


@pytest.fixture
def objects() -> np.ndarray:
    ids = np.zeros((3, 20, 30), np.uint8)
    ids[:, 2:8, 3:9] = 1
    ids[:2, 10:18, 12:20] = 2
    return ids


@pytest.fixture
def root(tmp_path: Path, objects: np.ndarray) -> Path:
    for split in ('train', 'valid'):
        expressions = {'0': {'exp': 'a fish'}, '1': {'exp': 'another fish'}}
        if split == 'train':
            expressions['0']['obj_id'], expressions['1']['obj_id'] = '1', '2'
        names = ['00000', '00005', '00010']
        meta = {'videos': {'fish': {'expressions': expressions, 'frames': names}}}
        folder = tmp_path / 'meta_expressions' / split
        folder.mkdir(parents=True)
        (folder / 'meta_expressions.json').write_text(json.dumps(meta))
        frames = tmp_path / split / 'JPEGImages' / 'fish'
        annotations = tmp_path / split / 'Annotations' / 'fish'
        frames.mkdir(parents=True)
        annotations.mkdir(parents=True)
        for name, ids in zip(names, objects, strict=True):
            Image.fromarray(np.zeros((20, 30, 3), np.uint8)).save(frames / f'{name}.jpg')
            image = Image.fromarray(ids, 'P')
            image.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0])
            image.save(annotations / f'{name}.png')
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
