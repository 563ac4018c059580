"""Long-RVOS: PNGs per object, and types of sentence."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from mmengine.config import Config

from mevis.datasets import LongRVOSDataset
from mevis.errors import UserError
from mevis.registry import DATASETS
from mevis.structures import decode_rle
from mevis.testing.tiny_long_rvos import TYPES, write_tiny_long_rvos


def build(root: Path, pipeline: list, test_mode: bool = True) -> LongRVOSDataset:
    sampler = {'type': 'AllFramesSampler'}
    return LongRVOSDataset(str(root), 'valid', sampler, pipeline, test_mode)


def test_truth_and_types(tmp_path: Path, test_pipeline: list):
    tubes = write_tiny_long_rvos(tmp_path)
    sample = build(tmp_path, test_pipeline)[0]['data_samples']
    assert [e.tags for e in sample.expressions] == [(kind,) for kind in TYPES]
    for exp_id, key in (('0', '1'), ('1', '2'), ('2', '1')):
        assert np.array_equal(decode_rle(sample.gt_rles[exp_id], (40, 60)), tubes[key])
    assert sample.gt_rles['1'][4:] == [None, None]


def test_training_item_of_the_base_config(repo_root: Path, tmp_path: Path):
    write_tiny_long_rvos(tmp_path, 'train')
    config = Config.fromfile(repo_root / 'configs/_base_/datasets/long_rvos.py')
    config.train_dataloader.dataset.data_root = str(tmp_path)
    item = DATASETS.build(config.train_dataloader.dataset)[0]
    assert item['data_samples'].gt_masks.any()


def test_several_objects_are_united(tmp_path: Path, test_pipeline: list):
    tubes = write_tiny_long_rvos(tmp_path)
    path = tmp_path / 'valid/meta_expressions.json'
    meta = json.loads(path.read_text())
    meta['videos']['boats']['expressions']['0']['obj_id'] = ['1', 2]
    path.write_text(json.dumps(meta))
    found = build(tmp_path, test_pipeline).gt_rles('boats', '0')
    assert np.array_equal(decode_rle(found, (40, 60)), tubes['1'] | tubes['2'])


def test_damage_is_named(tmp_path: Path, test_pipeline: list):
    write_tiny_long_rvos(tmp_path)
    folder = tmp_path / 'valid/Annotations'
    shutil.rmtree(folder / 'boats/2')
    dataset = build(tmp_path, test_pipeline)
    with pytest.raises(UserError, match='boats/2: no such folder, but expression 1 refers'):
        dataset.gt_rles('boats', '1')
    (folder / 'boats/1/00002.png').write_bytes(b'x')
    with pytest.raises(UserError, match=r'1/00002\.png: the annotation cannot be read'):
        dataset.gt_rles('boats', '0')
    shutil.rmtree(folder)
    with pytest.raises(UserError, match='Annotations: no such folder'):
        build(tmp_path, [])
    path = tmp_path / 'valid/meta_expressions.json'
    content = path.read_text()
    path.write_text(content.replace('"static"', '"all"'))
    with pytest.raises(UserError, match='the name of the figures over all'):
        build(tmp_path, [])
    path.write_text(content.replace('"static"', '3'))
    with pytest.raises(UserError, match='expression 0: its "type" is 3'):
        build(tmp_path, [])
