import numpy as np
import pytest

from mevis.apis.inference.chosen_tracks import chosen_tracks
from mevis.errors import UserError
from mevis.structures import VideoFrames
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
