"""ReVOS: types of sentence, masks of all splits in one file."""

import json
from pathlib import Path

import numpy as np
import pytest
from mmengine.config import Config

from mevis.datasets import ReVOSDataset
from mevis.errors import UserError
from mevis.registry import DATASETS
from mevis.structures import decode_rle
from mevis.testing import check_dataset
from mevis.testing.tiny_revos import SIZE, write_tiny_revos


def build(root: Path, pipeline: list) -> ReVOSDataset:
    return ReVOSDataset(str(root), 'valid', {'type': 'AllFramesSampler'}, pipeline, True)


def test_truth_and_types(tmp_path: Path, test_pipeline: list):
    tubes = write_tiny_revos(tmp_path)
    dataset = build(tmp_path, test_pipeline)
    check_dataset(dataset)
    (record,) = dataset.records
    assert record.name == 'source/valid'
    tags = [expression.tags for expression in record.expressions]
    assert tags == [('referring',), ('reasoning',), ('hallucination',)]
    for exp_id, tube in tubes.items():
        assert np.array_equal(decode_rle(dataset.gt_rles(record.name, exp_id), SIZE), tube)
    assert record.expressions[2].anno_ids == ()


def test_training_item_of_the_base_config(repo_root: Path, tmp_path: Path):
    write_tiny_revos(tmp_path)
    config = Config.fromfile(repo_root / 'configs/_base_/datasets/revos.py')
    config.train_dataloader.dataset.data_root = str(tmp_path)
    dataset = DATASETS.build(config.train_dataloader.dataset)
    assert dataset[0]['data_samples'].gt_masks.any()
    assert not dataset[2]['data_samples'].gt_masks.any()


def test_damage_is_named(tmp_path: Path):
    write_tiny_revos(tmp_path)
    path = tmp_path / 'meta_expressions_valid_.json'
    good = path.read_text()
    path.write_text(good.replace('"type_id": 1', '"type_id": 7'))
    with pytest.raises(UserError, match='expression 1: its "type_id" is 7, not 0, 1 or 2'):
        build(tmp_path, [])
    path.write_text(good)
    masks = json.loads((tmp_path / 'mask_dict.json').read_text())
    masks['2'].pop()
    (tmp_path / 'mask_dict.json').write_text(json.dumps(masks))
    with pytest.raises(UserError, match='anno_id 2 has 3 entries, but its video source/valid'):
        build(tmp_path, []).gt_rles('source/valid', '0')
    (tmp_path / 'mask_dict.json').unlink()
    with pytest.raises(UserError, match=r'mask_dict\.json: no such file'):
        build(tmp_path, [])
