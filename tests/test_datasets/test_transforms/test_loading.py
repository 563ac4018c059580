"""Frames, masks and tracks from disk."""

import json
from pathlib import Path

import numpy as np
import pytest

from mevis.datasets.instance_dataset import AnnotatedTrack
from mevis.datasets.transforms import (
    LoadClipFrames,
    LoadClipInstances,
    LoadClipMasks,
    LoadInstanceMasks,
    LoadResizedFrames,
    ResizeClip,
)
from mevis.errors import UserError
from mevis.structures import encode_rle


@pytest.fixture
def results(mevis_root: Path) -> dict:
    folder = mevis_root / 'train/JPEGImages/bird'
    paths = [str(folder / f'{frame:05d}.jpg') for frame in (0, 2, 5)]
    return {'frame_paths': paths, 'num_video_frames': 6}


def test_frames(results: dict):
    loaded = LoadClipFrames()(dict(results))
    assert loaded['frames'].shape == (3, 48, 64, 3)
    assert loaded['frames'].dtype == np.uint8
    assert loaded['img_shape'] == loaded['ori_shape'] == (48, 64)
    # Object 0 is orange: red is the first channel.
    assert loaded['frames'][0, 8, 48, 0] > 200 > loaded['frames'][0, 8, 48, 2]
    assert (loaded['read_frames']([1, 2]) == loaded['frames'][1:]).all()


@pytest.mark.parametrize('size', [(36, 64), (24, 20), (48, 64), (90, 100)])
def test_resizing_while_reading_is_the_same(results: dict, size: tuple[int, int]):
    at_once = LoadResizedFrames(*size)(dict(results))
    after = ResizeClip(*size)(LoadClipFrames()(dict(results)))
    assert (at_once['frames'] == after['frames']).all()
    assert at_once['img_shape'] == after['img_shape']
    assert at_once['ori_shape'] == (48, 64)
    assert (at_once['read_frames']([1]) == after['read_frames']([1])).all()


def test_masks_of_another_size(clip: dict):
    clip['gt_rles'] = [None, {'size': [3, 3], 'counts': '9'}, None]
    with pytest.raises(
        UserError, match=r'bird: .*expression 0.*\(3, 3\).*\(40, 60\).*check_dataset'
    ):
        LoadClipMasks()(clip)


def test_instances(clip: dict, tmp_path: Path):
    loading = LoadInstanceMasks(max_instances=1)
    assert loading(dict(clip)) == clip
    path = tmp_path / 'bird.json'
    data = clip['instances'].to_dict()
    clip['instance_masks_path'] = str(path)
    path.write_text(json.dumps(data))
    assert loading(dict(clip))['instances'].to_dict() == data
    path.write_text(json.dumps({**data, 'size': [4, 4]}))
    with pytest.raises(UserError, match=r'bird\.json: the masks are of size \(4, 4\)'):
        loading(dict(clip))
    path.write_text(json.dumps({**data, 'rles': [[None]]}))
    with pytest.raises(UserError, match=r'bird\.json: the tracks have 1 frames, the video has 5'):
        loading(dict(clip))
    path.write_text('{')
    with pytest.raises(UserError, match=r'bird\.json: no file of instance masks'):
        loading(dict(clip))


def test_clip_instances(clip: dict):
    clip['gt_tracks'] = [
        AnnotatedTrack(8, 2, [None, *encode_rle(clip['gt_masks'][1:2]), None]),
        AnnotatedTrack(9, 0, [None, None, None]),
    ]
    loaded = LoadClipInstances()(dict(clip))
    assert loaded['gt_instance_masks'].shape == (2, 3, 40, 60)
    assert (loaded['gt_instance_masks'][0, 1] == clip['gt_masks'][1]).all()
    assert loaded['gt_instance_masks'].any((2, 3)).tolist() == [[False, True, False], [False] * 3]
    assert (loaded['gt_labels'].tolist(), loaded['gt_ids']) == ([2, 0], [8, 9])
    clip['gt_tracks'] = [AnnotatedTrack(8, 2, [{'size': [3, 3], 'counts': '9'}, None, None])]
    with pytest.raises(UserError, match=r'bird: the mask of object 8.*\(3, 3\).*one release'):
        LoadClipInstances()(clip)
