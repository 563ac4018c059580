"""A2D-Sentences: annotated frames of video files as images with sentences."""

import json
from pathlib import Path

import pytest
from mmengine.config import Config

from mevis.datasets import A2DSentencesDataset
from mevis.errors import UserError
from mevis.registry import DATASETS
from mevis.structures import decode_rle
from mevis.testing import check_dataset
from mevis.testing.tiny_a2d_sentences import SIZE, write_tiny_a2d_sentences


def build(root: Path, pipeline: list, split: str = 'test', **options) -> A2DSentencesDataset:
    options = {'test_mode': True, **options}
    return A2DSentencesDataset(str(root), split, {'type': 'AllFramesSampler'}, pipeline, **options)


def test_records_are_annotated_frames(tmp_path: Path, test_pipeline: list):
    truth = write_tiny_a2d_sentences(tmp_path)
    dataset = build(tmp_path, test_pipeline)
    check_dataset(dataset)
    assert [record.name for record in dataset.records] == list(truth)
    assert list(truth) == ['test_clip/00001', 'test_clip/00003']
    for record in dataset.records:
        assert [e.exp_id for e in record.expressions] == list(truth[record.name])
        for exp_id, mask in truth[record.name].items():
            assert (decode_rle(dataset.gt_rles(record.name, exp_id), SIZE)[0] == mask).all()


def test_a_frame_of_the_video_with_all_its_sentences(tmp_path: Path, test_pipeline: list):
    write_tiny_a2d_sentences(tmp_path)
    dataset = build(tmp_path, test_pipeline)
    assert [len(dataset[index]['data_samples'].gt_rles) for index in range(2)] == [2, 1]
    sample = dataset[1]['data_samples']
    assert sample.frame_names == ['00003']
    frame = sample.read_frames([0])[0]
    assert frame.shape == (*SIZE, 3)
    # The red square is five pixels further right in each frame.
    red = frame[12, :, 0].astype(int) - frame[12, :, 2] > 60
    assert abs(int(red.argmax()) - 14) <= 1


def test_the_base_config_trains_on_single_frames(repo_root: Path, tmp_path: Path):
    write_tiny_a2d_sentences(tmp_path)
    config = Config.fromfile(repo_root / 'configs/_base_/datasets/a2d_sentences.py')
    for part, items in (('train', 3), ('val', 2), ('test', 2)):
        dataset = config[f'{part}_dataloader'].dataset
        dataset.data_root = str(tmp_path)
        built = DATASETS.build(dataset)
        assert len(built) == items
        item = built[0]
        assert len(item['inputs']) == 1
        assert ('gt_masks' in item['data_samples']) == (part == 'train')


def test_two_sentences_about_one_object(tmp_path: Path):
    write_tiny_a2d_sentences(tmp_path)
    path = tmp_path / 'a2d_sentences_single_frame_test_annotations.json'
    entries = json.loads(path.read_text())
    path.write_text(json.dumps([*entries, ['the blue one', 'test_clip', 3, 4]]))
    record = build(tmp_path, []).records[1]
    assert [(e.exp_id, e.anno_ids) for e in record.expressions] == [('4', (4,)), ('4-2', (4,))]


@pytest.mark.parametrize(
    ('entry', 'said'),
    [
        ([' ', 'test_clip', 1, 1], 'entry 0 has no text'),
        (['a', '../x', 1, 1], r"entry 0: video.*'\.\./x'"),
        (['a', 'test_clip', 0, 1], 'entry 0: frame 0; frames are counted from 1'),
        (['a', 'test_clip', 1], r'\[0\]'),
        (['a', 'test_clip', '1', 1], r'\[0\]\[2\]'),
    ],
)
def test_damaged_sentences(tmp_path: Path, entry: list, said: str):
    write_tiny_a2d_sentences(tmp_path)
    path = tmp_path / 'a2d_sentences_single_frame_test_annotations.json'
    path.write_text(json.dumps([entry]))
    with pytest.raises(UserError, match=said):
        build(tmp_path, [])


def test_what_is_missing_is_named(tmp_path: Path, train_pipeline: list):
    write_tiny_a2d_sentences(tmp_path)
    with pytest.raises(UserError, match='single_frame_valid_annotations.json: no such file'):
        build(tmp_path, [], 'valid')
    dataset = build(tmp_path, train_pipeline, 'train', test_mode=False)
    path = tmp_path / 'text_annotations/a2d_annotation_with_instances/train_clip/00001.h5'
    path.write_bytes(path.read_bytes().replace(b'reMask', b'xxMask'))
    with pytest.raises(UserError, match='no array "reMask"'):
        dataset[0]
    path.with_name('00003.h5').rename(path)
    with pytest.raises(UserError, match=r'00001\.h5: no object 1, which sentence 1 is'):
        dataset[0]
