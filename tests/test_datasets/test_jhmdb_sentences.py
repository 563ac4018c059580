"""JHMDB-Sentences: sampled frames as images with one sentence each."""

import json
from pathlib import Path

import pytest
from mmengine.config import Config

from mevis.datasets import JHMDBSentencesDataset
from mevis.datasets.jhmdb_sentences import FILE
from mevis.errors import UserError
from mevis.registry import DATASETS
from mevis.structures import decode_rle
from mevis.testing import check_dataset
from mevis.testing.tiny_jhmdb_sentences import SIZE, write_tiny_jhmdb_sentences


def build(root: Path, pipeline: list, split: str = 'test') -> JHMDBSentencesDataset:
    return JHMDBSentencesDataset(
        str(root), split, {'type': 'AllFramesSampler'}, pipeline, test_mode=True
    )


def test_records_are_sampled_frames(tmp_path: Path, test_pipeline: list):
    truth = write_tiny_jhmdb_sentences(tmp_path)
    dataset = build(tmp_path, test_pipeline)
    check_dataset(dataset)
    assert [record.name for record in dataset.records] == list(truth)
    for name, mask in truth.items():
        assert (decode_rle(dataset.gt_rles(name, '0'), SIZE)[0] == mask).all()
    sample = dataset[1]['data_samples']
    assert sample.frame_names == ['00004']
    frame = sample.read_frames([0])[0]
    assert ((frame[..., 0] > 200) == truth['run/one/00004']).all()


def test_the_config_tests_alone(repo_root: Path, tmp_path: Path):
    write_tiny_jhmdb_sentences(tmp_path)
    config = Config.fromfile(repo_root / 'configs/mutr_r50_jhmdb.py')
    config.test_dataloader.dataset.data_root = str(tmp_path)
    assert len(DATASETS.build(config.test_dataloader.dataset)) == 4
    assert config.train_dataloader.dataset.type == 'A2DSentencesDataset'


def test_other_beginnings_of_paths(tmp_path: Path):
    truth = write_tiny_jhmdb_sentences(tmp_path)
    path = tmp_path / FILE
    path.write_text(path.read_text().replace('"jhmdb_sentences/', '"data/jhmdb_sentences/'))
    dataset = build(tmp_path, [])
    assert [record.name for record in dataset.records] == list(truth)
    assert dataset.gt_rles('run/one/00002', '0')[0] is not None


@pytest.mark.parametrize(
    ('position', 'value', 'said'),
    [
        (4, ' ', r'sample 0 \(one\) has no text'),
        (1, 'Rename_Images/run/00002.png', 'is not Rename_Images/<class>/<video>/<file>'),
        (1, 'Rename_Images/run/../00002.png', r'sample 0 \(one\): file'),
        (1, 'Rename_Images/run/one/x.png', "frame 'x' is not a number from 1 on"),
        (1, 'jhmdb_sentences/Rename_Images/run/one/00004.png', 'frame run/one/00004 comes twice'),
        (2, 'masks/run/one/puppet_mask.mat', 'is not puppet_mask/<class>/<video>/<file>'),
        (3, -1, r'\[0\]\[3\]'),
    ],
)
def test_damaged_samples(tmp_path: Path, position: int, value: object, said: str):
    write_tiny_jhmdb_sentences(tmp_path)
    samples = json.loads((tmp_path / FILE).read_text())
    samples[0][position] = value
    (tmp_path / FILE).write_text(json.dumps(samples))
    with pytest.raises(UserError, match=said):
        build(tmp_path, [])


def test_other_splits_and_masks_that_are_too_short(tmp_path: Path):
    write_tiny_jhmdb_sentences(tmp_path)
    with pytest.raises(UserError, match="no split 'train'"):
        build(tmp_path, [], 'train')
    path = tmp_path / FILE
    path.write_text(path.read_text().replace('/run/one/00004.png', '/run/one/00005.png'))
    with pytest.raises(UserError, match=r'\.mat: masks of 4 frames; the sample is frame 5'):
        build(tmp_path, []).gt_rles('run/one/00005', '0')
