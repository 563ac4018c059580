"""Tracks on frames."""

import json

import av
import numpy as np
import pytest
from PIL import Image

from mevis.apis.drawing.instances import at_least, draw_instances, read_tracks
from mevis.apis.inference.video_source import open_video
from mevis.errors import UserError
from mevis.structures import InstanceMasks, encode_rle
from mevis.visualization import colour_of


@pytest.fixture
def source():
    return open_video(np.full((4, 40, 60, 3), 128, np.uint8))


@pytest.fixture
def tracks() -> InstanceMasks:
    masks = np.zeros((2, 4, 40, 60), bool)
    masks[0, :, :20] = True
    masks[1, :2, 25:] = True
    rles = [encode_rle(masks[0]), [*encode_rle(masks[1, :2]), None, None]]
    return InstanceMasks(rles, [0.9, 0.4], [1, -1], (40, 60))


def test_film_and_sheet(source, tracks, tmp_path):
    film, sheet = draw_instances(source, tracks, tmp_path / 'out', ('cube', 'ball'))
    with av.open(str(film)) as container:
        frames = [picture.to_ndarray(format='rgb24') for picture in container.decode(video=0)]
    assert len(frames) == 4
    first, last = (frame[:, : frame.shape[1]].astype(int) for frame in (frames[0], frames[-1]))
    tinted = np.abs(np.asarray(colour_of(0)) - 128).argmax()
    scale = first.shape[1] // 60
    assert abs(first[10 * scale, 30 * scale, tinted] - 128) > 20
    below = np.s_[35 * scale, 30 * scale]
    assert np.abs(first[below] - 128).max() > 20  # the second track is there
    assert np.abs(last[below] - 128).max() < 10  # and absent at the end
    assert Image.open(sheet).size[0] > 4 * 200


def test_no_track(source, tmp_path):
    none = InstanceMasks([], [], [], (40, 60))
    assert all(path.is_file() for path in draw_instances(source, none, tmp_path))


def test_tracks_of_another_video(source, tracks, tmp_path):
    short = open_video(np.zeros((3, 40, 60, 3), np.uint8))
    with pytest.raises(UserError, match=r'3 frames of 40x60.*4 frames of 40x60'):
        draw_instances(short, tracks, tmp_path)
    large = open_video(np.zeros((4, 80, 60, 3), np.uint8))
    with pytest.raises(UserError, match=r'80x60.*another video'):
        draw_instances(large, tracks, tmp_path)


def test_scores(tracks):
    assert list(at_least(tracks, 0.4).scores) == [0.9, 0.4]
    best = at_least(tracks, 0.5)
    assert (list(best.categories), len(best.rles)) == ([1], 1)


def test_files(tracks, tmp_path):
    (tmp_path / 'bird.json').write_text(json.dumps(tracks.to_dict()))
    assert read_tracks(tmp_path, 'bird') == read_tracks(tmp_path / 'bird.json', 'x') == tracks
    with pytest.raises(UserError, match=r'cat\.json: no such file'):
        read_tracks(tmp_path, 'cat')
    (tmp_path / 'cat.json').write_text('{"rles"')
    with pytest.raises(UserError, match=r'cat\.json: no complete JSON'):
        read_tracks(tmp_path, 'cat')
