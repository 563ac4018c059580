import numpy as np
import pytest

from mevis.errors import UserError
from mevis.registry import TRACK_SOURCES
from mevis.structures import VideoFrames


def test_a_video_has_no_tracks_of_its_size():
    source = TRACK_SOURCES.build(dict(type='NoTracks'))
    video = VideoFrames('v', ['0', '1'], (20, 30), lambda at: np.zeros((len(at), 20, 30, 3)))
    tracks = source(video)
    assert len(tracks) == 0
    assert tracks.size == (20, 30)
    assert len(video) == 2


def test_a_source_of_whole_videos_cannot_stream():
    with pytest.raises(UserError, match='NoTracks finds tracks in whole videos only'):
        TRACK_SOURCES.build(dict(type='NoTracks')).stream()
