"""Masks in one JSON file, and what can be wrong with it."""

import json
from pathlib import Path

import pytest

from mevis.datasets.own_masks.coco_masks import CocoMasks
from mevis.errors import UserError
from mevis.testing.own_masks import write_own_masks

SIZE = (48, 64)


@pytest.mark.parametrize(
    ('form', 'change', 'message'),
    [
        ('coco', {'track_id': None}, r'annotation 0: has no track_id'),
        ('coco', {'image_id': 99}, r'annotation 0: its image_id is 99'),
        ('coco', {'track_id': 2}, r'object 2 of video boat has two masks in frame 00000'),
        ('coco', {'segmentation': [[1, 2, 3]]}, 'at least three points'),
        ('coco', {'segmentation': [[0, 0, 1e9, 0, 5, 5]]}, 'far outside of the picture'),
        ('coco', {'segmentation': [[0, 0, 10**30, 0, 5, 5]]}, 'far outside of the picture'),
        ('coco', {'segmentation': [[True] * 6]}, 'no RLE, null or list of polygons'),
        ('coco', {'segmentation': {'size': [2, 2], 'counts': [4]}}, r'size \(2, 2\)'),
        ('coco', {'segmentation': {'size': [48, 64], 'counts': [4]}}, 'do not add up'),
        ('youtube_vis', {'segmentations': []}, 'annotation 1: 0 segmentations for 6 frames'),
        ('youtube_vis', {'video_id': 'x'}, 'annotation 1: its video_id is x'),
    ],
)
def test_damage_is_named(tmp_path: Path, form: str, change: dict, message: str):
    write_own_masks(tmp_path, form)
    path = tmp_path / 'masks.json'
    content = json.loads(path.read_text())
    content['annotations'][0].update(change)
    path.write_text(json.dumps(content))
    with pytest.raises(UserError, match=message) as error:
        CocoMasks(path).tracks('boat', ['00000'], SIZE)
    assert str(path) in str(error.value)


@pytest.mark.parametrize(('form', 'key'), [('coco', 'images'), ('youtube_vis', 'videos')])
def test_an_id_that_comes_twice(tmp_path: Path, form: str, key: str):
    write_own_masks(tmp_path, form)
    path = tmp_path / 'masks.json'
    content = json.loads(path.read_text())
    content[key][1]['id'] = content[key][0]['id']
    path.write_text(json.dumps(content))
    with pytest.raises(UserError, match=r'(image|video) \d+: comes twice'):
        CocoMasks(path)


def test_tracks_of_cvat(tmp_path: Path):
    write_own_masks(tmp_path, 'coco')
    path = tmp_path / 'masks.json'
    content = json.loads(path.read_text())
    for entry in content['annotations']:
        entry['attributes'] = {'track_id': entry.pop('track_id')}
    path.write_text(json.dumps(content))
    source = CocoMasks(path)
    assert list(source.tracks('boat', ['00000'], SIZE)) == ['1', '2']
    assert len(source.annotated_frames('kite')) == 6
    with pytest.raises(UserError, match='no video cat'):
        source.annotated_frames('cat')


def test_files_that_are_neither(tmp_path: Path):
    path = tmp_path / 'masks.json'
    path.write_text('{"annotations": []}')
    with pytest.raises(UserError, match='no videos and no images'):
        CocoMasks(path)
    path.write_text('{"annotations": [], "images": [{"id": 1, "file_name": "0.jpg"}]}')
    with pytest.raises(UserError, match='has no folder'):
        CocoMasks(path)
