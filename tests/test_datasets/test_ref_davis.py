"""Ref-DAVIS17 in place."""

import json
from pathlib import Path

import numpy as np
import pytest
from mmengine.config import Config

from mevis.datasets import RefDAVISDataset, RefYouTubeVOSDataset
from mevis.errors import UserError
from mevis.registry import DATASETS
from mevis.structures import decode_rle
from mevis.testing.tiny_davis import write_tiny_davis


def build(root: Path, pipeline: list, **options) -> RefDAVISDataset:
    sampler = {'type': 'AllFramesSampler'}
    return RefDAVISDataset(str(root), 'val', sampler, pipeline, True, **options)


def test_sentences_are_numbered_by_object_and_annotator(tmp_path: Path, test_pipeline: list):
    truth = write_tiny_davis(tmp_path)
    dataset = build(tmp_path, test_pipeline)
    car, tennis = dataset.records
    assert (car.name, tennis.name) == ('classic-car', 'tennis')
    assert [e.exp_id for e in car.expressions] == [str(number) for number in range(8)]
    assert [e.anno_ids for e in car.expressions] == [(1,)] * 4 + [(2,)] * 4
    assert [e.text for e in car.expressions[:4]] == ['the café car'] * 4
    assert car.expressions[6].text == 'the lower car, Davis17_annot2'
    assert car.expressions[6].tags == ('Davis17_annot2',)
    sample = dataset[0]['data_samples']
    found = decode_rle(sample.gt_rles['5'], (30, 40))
    assert np.array_equal(found, truth['classic-car'] == 2)


def test_base_config(repo_root: Path, tmp_path: Path):
    write_tiny_davis(tmp_path)
    config = Config.fromfile(repo_root / 'configs/_base_/datasets/ref_davis.py')
    config.test_dataloader.dataset.data_root = str(tmp_path)
    dataset = DATASETS.build(config.test_dataloader.dataset)
    assert dataset[1]['data_samples'].video == 'tennis'
    assert dataset[1]['inputs'].shape[0] == 4


@pytest.mark.parametrize(
    ('path', 'content', 'message'),
    [
        ('davis_text_annotations/Davis17_annot2.txt', None, 'no such file'),
        ('davis_text_annotations/Davis17_annot1.txt', 'tennis\n', 'line 1 is not of the form'),
        *(
            ('davis_text_annotations/Davis17_annot1.txt', f'tennis {line}\n', 'an object from 1')
            for line in ('0 "x"', '255 "x"', '\u0661 "x"', '1_0 "x"', f'{"9" * 5000} "x"')
        ),
        ('davis_text_annotations/Davis17_annot1.txt', 'tennis 1 "\u200b"\n', 'line 1 is not'),
        ('DAVIS/ImageSets/2017/val.txt', 'tennis\ntennis\n', 'lists video tennis twice'),
        ('DAVIS/JPEGImages/480p/tennis/00001.png', '', 'the names .00001. and .00001.'),
        ('davis_text_annotations/Davis17_annot2.txt', 'tennis 1 "x"\n', 'objects none'),
        ('DAVIS/ImageSets/2017/val.txt', None, 'Unpack DAVIS-2017-Unsupervised'),
        ('DAVIS/ImageSets/2017/val.txt', 'absent\n', 'absent'),
    ],
)
def test_damage_is_named(tmp_path: Path, path: str, content: str | None, message: str):
    write_tiny_davis(tmp_path)
    if content is None:
        (tmp_path / path).unlink()
    else:
        (tmp_path / path).write_text(content)
    with pytest.raises(UserError, match=message):
        build(tmp_path, [])


def test_the_converted_layout_says_the_same(tmp_path: Path, test_pipeline: list):
    write_tiny_davis(tmp_path)
    here = build(tmp_path, test_pipeline)
    root = tmp_path / 'converted'
    (root / 'meta_expressions/valid').mkdir(parents=True)
    (root / 'valid').mkdir()
    (root / 'valid/JPEGImages').symlink_to(tmp_path / 'DAVIS/JPEGImages/480p')
    (root / 'valid/Annotations').symlink_to(tmp_path / 'DAVIS/Annotations_unsupervised/480p')
    videos = {
        record.name: {
            'expressions': {
                e.exp_id: {'exp': e.text, 'obj_id': str(e.anno_ids[0])} for e in record.expressions
            },
            'frames': list(record.frame_names),
        }
        for record in here.records
    }
    path = root / 'meta_expressions/valid/meta_expressions.json'
    path.write_text(json.dumps({'videos': videos}))
    sampler = {'type': 'AllFramesSampler'}
    there = RefYouTubeVOSDataset(str(root), 'valid', sampler, test_pipeline, True)
    for first, second in zip(here.records, there.records, strict=True):
        assert first.name == second.name
        for expression in first.expressions:
            rles = here.gt_rles(first.name, expression.exp_id)
            assert any(rles)
            assert there.gt_rles(first.name, expression.exp_id) == rles
