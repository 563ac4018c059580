"""Results of instance segmentors, in every form of mask."""

import json

import numpy as np
import pytest
from pycocotools import mask as coco_mask

from mevis.errors import UserError
from mevis.structures import encode_rle
from mevis.track_sources.youtube_vis_results import YouTubeVISResults

MASKS = np.random.default_rng(0).random((3, 5, 7)) < 0.4


def uncompressed(mask: np.ndarray) -> dict:
    runs, last, length = [], 0, 0
    for value in mask.T.reshape(-1).astype(int).tolist():
        if value != last:
            runs, last, length = [*runs, length], value, 0
        length += 1
    return {'size': list(mask.shape), 'counts': [*runs, length]}


def entry(**changes) -> dict:
    rles = [*encode_rle(MASKS), None]
    return {'video_id': 3, 'category_id': 1, 'score': 0.5, 'segmentations': rles} | changes


def results(tmp_path, *entries) -> YouTubeVISResults:
    path = tmp_path / 'results.json'
    path.write_text(json.dumps(entries))
    return YouTubeVISResults(path)


def test_compressed_and_not(tmp_path):
    plain = [*map(uncompressed, MASKS), None]
    second = entry(score=0.9, category_id=4, segmentations=plain)
    found = results(tmp_path, entry(), second, entry(video_id=8))
    assert found.videos == ['3', '8']
    tracks = found.tracks(3)
    assert (tracks.ids, tracks.scores, tracks.categories) == ([1, 0], [0.9, 0.5], [3, 0])
    assert tracks.size == (5, 7)
    decoded = tracks.decode(range(4)).numpy()
    assert (decoded[:, :3] == MASKS).all()
    assert not decoded[:, 3].any()
    assert len(found.tracks(99, size=(5, 7))) == 0


def test_polygons(tmp_path):
    square = [[1, 1, 4, 1, 4, 3, 1, 3]]
    found = results(tmp_path, entry(segmentations=[square, [], None]))
    with pytest.raises(UserError, match='no RLE of video 3 says the size'):
        found.tracks(3)
    tracks = found.tracks(3, size=(5, 7))
    assert coco_mask.area(tracks.rles[0][0]) == 6
    assert tracks.rles[0][1:] == [None, None]
    for wrong in ([[1, 2, 3]], [['a'] * 6], [[1e9] * 6]):
        with pytest.raises(UserError, match=r'entry 0 \(video 3\), frame 0: .*polygon'):
            results(tmp_path, entry(segmentations=[wrong])).tracks(3, size=(5, 7))


def test_which_video(tmp_path):
    assert results(tmp_path, entry()).only_video() == '3'
    with pytest.raises(UserError, match=r'results\.json: tracks of 2 videos \(3, 8\)'):
        results(tmp_path, entry(), entry(video_id=8)).only_video()


RLE = encode_rle(MASKS)[0]


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        ({'segmentations': [{**RLE, 'counts': RLE['counts'][:-1]}]}, 'frame 0: the runs'),
        ({'segmentations': [{'size': [5, 7], 'counts': [5, 7]}]}, 'frame 0: the runs'),
        ({'segmentations': [{'size': [5, 7], 'counts': [40, -5]}]}, 'frame 0: the runs'),
        ({'segmentations': [None, {'size': [5, 7]}]}, 'frame 1: no RLE'),
        ({'segmentations': [None, 'x']}, 'frame 1: no RLE'),
        ({'segmentations': [None, RLE, {**RLE, 'size': [7, 5]}]}, r'frame 2: .*size \(7, 5\)'),
        ({'segmentations': [RLE] * 2}, '2 masks, but the video has 4 frames'),
    ],
)
def test_damaged_masks(tmp_path, changes, message):
    given = changes['segmentations']
    padded = given if given == [RLE] * 2 else [*given, *[None] * (4 - len(given))]
    found = results(tmp_path, entry(), entry(segmentations=padded))
    with pytest.raises(UserError, match=rf'results\.json: entry 1 \(video 3\).*{message}'):
        found.tracks(3)


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        ('{"a": 1}', 'expected array, got object'),
        ('[]', 'an empty list'),
        ('[{"video_id": 1', 'no complete JSON'),
        ('[3]', r'\[0\]: expected object, got int'),
        ('[{"video_id": 1, "score": NaN, "segmentations": [null]}]', 'NaN'),
        (
            '[{"video_id": 1, "score": 7, "segmentations": [null]}]',
            r'\[0\].score: expected float <= 1',
        ),
        (
            '[{"video_id": 1, "score": 1, "segmentations": []}]',
            'array of length >= 1',
        ),
        ('[{"video_id": 1, "score": 1}]', r'\[0\]: .*field segmentations'),
    ],
)
def test_no_results(tmp_path, content, message):
    path = tmp_path / 'results.json'
    path.write_text(content)
    with pytest.raises(UserError, match=rf'results\.json: .*{message}'):
        YouTubeVISResults(path)
    with pytest.raises(UserError, match=r'absent\.json: no such file'):
        YouTubeVISResults(tmp_path / 'absent.json')
