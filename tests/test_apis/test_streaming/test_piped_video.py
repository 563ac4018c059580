"""A video is read from a pipe, and nothing but it."""

import io

import av
import numpy as np
import pytest

from mevis.apis.streaming.piped_video import open_pipe
from mevis.errors import UserError


class Pipe:
    """Bytes that come once."""

    def __init__(self, data):
        self._data = io.BytesIO(data)

    def read(self, size=-1):
        return self._data.read(min(size, 1000) if size >= 0 else size)


def video(count=5, kind='matroska') -> bytes:
    stream = io.BytesIO()
    with av.open(stream, 'w', format=kind) as container:
        track = container.add_stream('mpeg4', rate=10)
        track.width, track.height, track.pix_fmt = 64, 48, 'yuv420p'
        for index in range(count):
            frame = np.full((48, 64, 3), 40 * (index % 6), np.uint8)
            container.mux(track.encode(av.VideoFrame.from_ndarray(frame, format='rgb24')))
        container.mux(track.encode())
    return stream.getvalue()


@pytest.mark.parametrize('kind', ['matroska', 'mpegts', 'nut'])
def test_frames_come_in_order(kind):
    with open_pipe(Pipe(video(kind=kind))) as piped:
        assert piped.fps == 10
        frames = list(piped)
    assert [frame.shape for frame in frames] == [(48, 64, 3)] * 5
    assert np.abs([frame.mean() - 40 * index for index, frame in enumerate(frames)]).max() < 8


def test_a_cut_stream_gives_what_came():
    data = video(30)
    with open_pipe(Pipe(data[: len(data) * 2 // 3])) as piped:
        assert 0 < len(list(piped)) < 30


@pytest.mark.parametrize(
    'data',
    [b'', b'no video at all' * 100, b'#EXTM3U\n#EXTINF:1,\n/etc/hostname\n#EXT-X-ENDLIST\n'],
)
def test_what_is_no_video_is_one_sentence(data):
    with pytest.raises(UserError, match='standard input: '), open_pipe(Pipe(data)) as piped:
        list(piped)
