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


@pytest.mark.parametrize('size', [(36, 64), (24, 20), (48, 64), (90, 100), (30, None), (30,)])
def test_resizing_while_reading_is_the_same(results: dict, size: tuple[int | None, ...]):
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


@pytest.fixture
def with_tracks(clip: dict, tmp_path: Path) -> tuple[dict, Path, dict]:
    """A clip, its file of tracks, and what it should hold."""
    path = tmp_path / 'bird.json'
    named = {'video': 'bird', 'frames': ['a', 'b', 'c', 'd', 'e']}
    clip['frame_names'] = [named['frames'][index] for index in clip['frame_indices']]
    return {**clip, 'instance_masks_path': str(path)}, path, named | clip['instances'].to_dict()


def test_instances(clip: dict, with_tracks: tuple[dict, Path, dict]):
    loading = LoadInstanceMasks(max_instances=1)
    assert loading(dict(clip)) == clip
    results, path, data = with_tracks
    path.write_text(json.dumps(data))
    loaded = loading(dict(results))['instances'].to_dict()
    assert loaded == clip['instances'].to_dict()
    # More tracks than there are: all of them.
    assert len(LoadInstanceMasks(max_instances=50)(dict(results))['instances']) == 1
    path.write_text(json.dumps(loaded))
    assert loading(dict(results))['instances'].to_dict() == loaded


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        ({'size': [4, 4]}, r'bird\.json: track 0, frame 1: the mask is of size \(40, 60\)'),
        ({'rles': [[None] * 5], 'size': [4, 4]}, r'the masks are of size \(4, 4\), the frames'),
        ({'rles': [[None]], 'frames': None}, 'the tracks have 1 frames, the video has 5'),
        ({'rles': [[None]]}, 'track 0: 1 masks, but the video has 5 frames'),
        ({'video': 'cat'}, 'the tracks are those of video cat, not of bird'),
        ({'frames': ['0', '1', '2', '3', '4']}, 'frame 1 is 1 there and b in the dataset'),
        ({'frames': 5}, 'frames: expected array'),
        ({'scores': []}, 'scores, categories, rles and ids differ in length'),
        ({'scores': ['high']}, r'scores\[0\]: expected float'),
        ({'rles': None}, 'rles: expected array, got null'),
    ],
)
def test_tracks_of_something_else(with_tracks: tuple, change: dict, message: str):
    results, path, data = with_tracks
    path.write_text(json.dumps(data | change))
    with pytest.raises(UserError, match=message) as caught:
        LoadInstanceMasks()(results)
    assert str(path) in str(caught.value)


def test_no_or_half_a_file_of_tracks(with_tracks: tuple):
    results, path, data = with_tracks
    with pytest.raises(UserError, match=r'bird\.json: no such file.*Run tools/'):
        LoadInstanceMasks()(results)
    path.write_text(json.dumps(data)[:-10])
    with pytest.raises(UserError, match=r'bird\.json: no complete JSON.*Run tools/'):
        LoadInstanceMasks()(results)


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
