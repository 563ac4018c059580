"""MeViS v2 by its own file names, its frames in a folder or still in their archive."""

import json
import pickle
import shutil
import tarfile
from pathlib import Path

import pytest
import torch

from mevis.datasets.integrity import annotation_files, check_split, find_splits
from mevis.errors import UserError
from mevis.registry import DATASETS
from mevis.testing.tiny_mevis import write_tiny_mevis
from mevis.testing.tiny_mevis_v2 import write_tiny_mevis_v2

SPLITS = ('train', 'valid_u', 'valid', 'test')


@pytest.fixture
def build(train_pipeline: list, test_pipeline: list):
    def make(root: Path, split: str, kind: str = 'MeViSV2Dataset'):
        training = split == 'train'
        return DATASETS.build(
            {
                'type': kind,
                'data_root': str(root),
                'split': split,
                'frame_sampler': {'type': 'GlobalFrameSampler', 'num_frames': 3},
                'pipeline': train_pipeline if training else test_pipeline,
                'test_mode': not training,
            }
        )

    return make


@pytest.mark.parametrize('split', SPLITS)
def test_archive_and_folder_give_the_same_items(tmp_path: Path, build, split: str):
    write_tiny_mevis_v2(tmp_path / 'tar', split)
    write_tiny_mevis_v2(tmp_path / 'folder', split, tar=False)
    tar, folder = build(tmp_path / 'tar', split), build(tmp_path / 'folder', split)
    assert len(tar) == len(folder) == (5 if split == 'train' else 2)
    for index in range(len(tar)):
        assert torch.equal(tar[index]['inputs'], folder[index]['inputs'])
    assert all(map(tar.frame_size, tar.records))
    sample = pickle.loads(pickle.dumps(tar))[0]['data_samples']
    assert sample.expressions[0].has_truth == (split in ('train', 'valid_u'))
    if split != 'train':
        assert sample.read_frames([0]).shape == (1, 48, 64, 3)


def test_a_sentence_without_target_is_trained_and_tested_on(tmp_path: Path, build):
    write_tiny_mevis_v2(tmp_path, 'train')
    write_tiny_mevis_v2(tmp_path, 'valid_u')
    clips = [build(tmp_path, 'train')[index]['data_samples'] for index in range(5)]
    without = [clip for clip in clips if clip.expressions[0].exp_id == '3']
    assert len(without) == 1
    assert not without[0].gt_masks.any()
    sample = build(tmp_path, 'valid_u')[0]['data_samples']
    assert sample.expressions[3].anno_ids == ()
    assert set(sample.gt_rles['3']) == {None}
    assert any(sample.gt_rles['0'])


def test_v1_and_v2_beside_one_another(tmp_path: Path, build):
    folder = write_tiny_mevis_v2(tmp_path, 'valid_u', tar=False)
    path = folder / 'meta_expressions_v2.json'
    content = json.loads(path.read_text())
    content['videos']['bird']['expressions'].pop('3')
    (folder / 'meta_expressions.json').write_text(json.dumps(content))
    counts = {
        kind: len(build(tmp_path, 'valid_u', kind).records[0].expressions)
        for kind in ('MeViSDataset', 'MeViSV2Dataset')
    }
    assert counts == {'MeViSDataset': 3, 'MeViSV2Dataset': 4}
    assert [file.name for file in annotation_files(folder)] == ['meta_expressions.json', path.name]
    reports = [check_split(folder, annotations=file) for file in annotation_files(folder)]
    assert [report.counts['expressions'] for report in reports] == [4, 5]
    assert all(report.sound for report in reports)


def test_the_reader_of_v1_takes_v2_where_nothing_else_is(tmp_path: Path, build):
    write_tiny_mevis_v2(tmp_path, 'valid')
    assert len(build(tmp_path, 'valid', 'MeViSDataset').records) == 2


def test_v1_alone_is_refused(tmp_path: Path, build):
    write_tiny_mevis(tmp_path, 'train')
    with pytest.raises(UserError, match='sentences of MeViS v1.*type=MeViSDataset'):
        build(tmp_path, 'train')
    with pytest.raises(UserError, match=r'valid/meta_expressions_v2\.json'):
        build(tmp_path, 'valid')


def test_a_damaged_archive_is_named_before_the_first_item(tmp_path: Path, build):
    archive = write_tiny_mevis_v2(tmp_path, 'valid') / 'JPEGImages.tar'
    archive.write_bytes(archive.read_bytes()[:5000])
    with pytest.raises(UserError, match=r'JPEGImages\.tar: .*Download it again'):
        build(tmp_path, 'valid')


@pytest.mark.parametrize('tar', [True, False])
@pytest.mark.parametrize('fast', [True, False])
def test_check(tmp_path: Path, tar: bool, fast: bool):
    for split in SPLITS:
        write_tiny_mevis_v2(tmp_path, split, tar)
    assert find_splits(tmp_path) == sorted(SPLITS)
    for split in SPLITS:
        report = check_split(tmp_path / split, fast)
        assert report.sound, report.problems
        assert not report.problems
        assert report.counts['frames'] == 9
        assert report.counts['expressions without target'] == (split in ('train', 'valid_u'))
        assert any('in place' in note for note in report.notes) == tar


def test_check_finds_damage_in_an_archive(tmp_path: Path):
    folder = write_tiny_mevis_v2(tmp_path, 'valid', tar=False)
    (folder / 'JPEGImages/bird/00001.jpg').write_bytes(b'')
    (folder / 'JPEGImages/bird/00002.jpg').unlink()
    (folder / 'JPEGImages/bird/extra.jpg').write_bytes(b'x')
    (folder / 'JPEGImages/cat/00000.jpg').write_bytes(b'no picture')
    (folder / 'JPEGImages/dog').mkdir()
    (folder / 'JPEGImages/dog/0.jpg').write_bytes(b'x')
    plain = check_split(folder)
    with tarfile.open(folder / 'JPEGImages.tar', 'w') as archive:
        archive.add(folder / 'JPEGImages', 'JPEGImages')
    shutil.rmtree(folder / 'JPEGImages')
    packed = check_split(folder)
    kinds = sorted(problem.kind for problem in packed.problems)
    assert kinds == sorted(problem.kind for problem in plain.problems)
    assert kinds == [
        'frame empty',
        'frame missing',
        'frame undecodable',
        'unknown video folder',
        'unlisted frame',
    ]
    assert all('JPEGImages.tar' in problem.place for problem in packed.problems)
