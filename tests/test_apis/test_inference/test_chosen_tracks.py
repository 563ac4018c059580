import json

import numpy as np
import pytest

from mevis.apis.inference.chosen_tracks import chosen_tracks
from mevis.errors import UserError
from mevis.structures import VideoFrames, encode_rle
from mevis.track_sources import DVISTracks, MotionTracks

SIZE = (20, 30)


def video(num_frames: int, indices=None) -> VideoFrames:
    names = [str(t) for t in range(num_frames)]
    read = lambda at: np.zeros((len(at), *SIZE, 3), np.uint8)  # noqa: E731
    return VideoFrames('v', names, SIZE, read, indices)


@pytest.fixture
def boxes(tmp_path):
    """A square that moves to the right in frames 1 to 4 of a MOTChallenge file."""
    path = tmp_path / 'tracks.txt'
    path.write_text(''.join(f'{t},7,{2 * t},5,4,6,1,-1,-1,-1\n' for t in range(1, 5)))
    return path


def test_sources_are_known_by_name():
    assert isinstance(chosen_tracks('motion'), MotionTracks)
    assert isinstance(chosen_tracks('dvis'), DVISTracks)


def test_other_names_are_files():
    with pytest.raises(UserError, match=r'--tracks optical: neither a file .* motion, dvis'):
        chosen_tracks('optical')


def test_a_file_gives_the_tracks_of_the_video(boxes):
    tracks = chosen_tracks(str(boxes))(video(6))
    assert list(tracks.ids) == [7]
    assert [rle is not None for rle in tracks.rles[0]] == [True] * 4 + [False] * 2


def test_of_a_file_those_frames_are_taken_that_are_looked_at(boxes):
    find = chosen_tracks(str(boxes))
    every = find(video(6))
    chosen = find(video(3, [0, 2, 4]))
    assert chosen.rles[0] == [every.rles[0][0], every.rles[0][2], None]


def test_a_file_of_more_frames_than_the_video_is_another_videos(boxes):
    with pytest.raises(UserError, match='tracks.txt'):
        chosen_tracks(str(boxes))(video(3))


@pytest.fixture
def extracted(tmp_path):
    """A folder as ``tools/extract_instance_masks.py`` fills it: tracks of the videos v and w."""
    tube = [encode_rle(np.ones((1, *SIZE), bool))[0]] * 3
    for name in 'vw':
        content = dict(video=name, frames=['0', '1', '2'], size=SIZE, scores=[0.5], categories=[0])
        (tmp_path / f'{name}.json').write_text(json.dumps({**content, 'rles': [tube]}))
    return tmp_path


def test_of_a_folder_the_file_of_the_video_is_taken(extracted):
    assert len(chosen_tracks(str(extracted))(video(3))) == 1
    (extracted / 'v.json').unlink()
    with pytest.raises(UserError, match='v.json'):
        chosen_tracks(str(extracted))(video(3))


def test_tracks_of_another_video_are_refused_though_its_frames_are_called_the_same(extracted):
    with pytest.raises(UserError, match=r'w\.json: the tracks are those of video w, not of v\.'):
        chosen_tracks(str(extracted / 'w.json'))(video(3))


def test_of_results_of_several_videos_those_of_the_videos_name_are_taken(tmp_path):
    tube = [encode_rle(np.ones((1, *SIZE), bool))[0]] * 3
    track = dict(category_id=1, score=0.5, segmentations=tube)
    path = tmp_path / 'results.json'
    path.write_text(json.dumps([dict(track, video_id=name) for name in 'vvw']))
    assert len(chosen_tracks(str(path))(video(3))) == 2
    path.write_text(json.dumps([dict(track, video_id=name) for name in 'xw']))
    with pytest.raises(UserError, match='2 videos'):
        chosen_tracks(str(path))(video(3))
