"""Video files as players show them: sound ones of every kind are read, cut ones refused."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from mevis.apis.inference.file_source import upright
from mevis.apis.inference.video_source import open_video
from mevis.boundary import pictures
from mevis.errors import UserError
from mevis.testing.video_files import write_video_file


def clip(num_frames: int = 12, size: tuple[int, int] = (32, 48)) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (num_frames, *size, 3), dtype=np.uint8)


def write_at_times(path: Path, times: list[float], codec: str = 'mpeg4') -> Path:
    """A film whose frames are shown at these seconds."""
    with av.open(str(path), 'w') as container:
        stream = container.add_stream(codec, rate=60)
        stream.height, stream.width, stream.pix_fmt = 32, 48, 'yuv420p'
        for time, frame in zip(times, clip(len(times)), strict=True):
            picture = av.VideoFrame.from_ndarray(frame, format='rgb24')
            picture.pts, picture.time_base = round(60 * time), Fraction(1, 60)
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    return path


@pytest.mark.parametrize('ending', ['mkv', 'avi', 'mp4', 'webm'])
def test_frames_of_varying_rate_keep_their_times(tmp_path, ending):
    times = [0, 0.1, 0.2, 1.2, 1.3, 4.3]
    codec = 'libvpx' if ending == 'webm' else 'mpeg4'
    source = open_video(write_at_times(tmp_path / f'a.{ending}', times, codec))
    assert len(list(source)) == 6
    assert source.frame_times(6) == pytest.approx(times, abs=0.002)


@pytest.mark.parametrize('ending', ['mp4', 'mkv', 'avi'])
@pytest.mark.parametrize('share', [0.3, 0.6, 0.9])
def test_a_cut_file_is_refused(tmp_path, ending, share):
    options = {'movflags': 'faststart'} if ending == 'mp4' else None
    path = tmp_path / f'a.{ending}'
    write_video_file(path, clip(60), 'mpeg4', 'yuv420p', options=options)
    assert len(list(open_video(path))) == 60
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(UserError, match='truncated'):
        list(open_video(path))


def test_joined_transport_streams_are_whole(tmp_path):
    one = write_video_file(tmp_path / 'a.ts', clip(20), 'mpeg2video', 'yuv420p', rate=25)
    (tmp_path / 'b.ts').write_bytes(one.read_bytes() * 2)
    source = open_video(tmp_path / 'b.ts')
    assert len(list(source)) == 40
    times = source.frame_times(40)
    assert times == sorted(set(times))


@pytest.mark.parametrize('name', ['a:b.mkv', 'http:x.mkv', '%03d.mkv', '~x.mkv', '-i.mkv'])
def test_names_are_no_addresses(tmp_path, monkeypatch, name):
    write_video_file(tmp_path / 'x.mkv', clip(2)).rename(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    assert len(list(open_video(name))) == 2


def test_metadata_of_another_encoding(tmp_path):
    path = tmp_path / 'a.mkv'
    with av.open(str(path), 'w') as container:
        container.metadata['title'] = 'XXXXXXXX'
        stream = container.add_stream('ffv1', rate=10)
        stream.height, stream.width, stream.pix_fmt = 32, 48, 'bgr0'
        container.mux(stream.encode(av.VideoFrame.from_ndarray(clip(1)[0], format='rgb24')))
        container.mux(stream.encode())
    path.write_bytes(path.read_bytes().replace(b'XXXXXXXX', b'\xb2\xe2\xca\xd4\xb2\xe2\xca\xd4'))
    assert len(list(open_video(path))) == 1


@pytest.mark.parametrize('turn', [0, 90, 180, 270])
@pytest.mark.parametrize('mirrored', [False, True])
def test_all_eight_display_matrices(turn, mirrored):
    rows, columns = np.indices((4, 6))
    frame = np.stack([rows * 40, columns * 40, rows * 0], -1).astype(np.uint8)
    shown = np.rot90(frame, turn // 90)[:, :: -1 if mirrored else 1]
    # (x, y) -> (a x + c y, b x + d y): counterclockwise by the angle, then left to right.
    a, b, c, d = {0: (1, 0, 0, 1), 90: (0, -1, 1, 0), 180: (-1, 0, 0, -1), 270: (0, 1, -1, 0)}[turn]
    sign = -1 if mirrored else 1
    matrix = np.array([sign * a, b, 0, sign * c, d, 0, 0, 0, 1], np.int32) << 16

    class Picture:
        side_data = {'DISPLAYMATRIX': matrix.tobytes()}

        def to_ndarray(self, format):
            return frame

    assert np.array_equal(upright(Picture()), shown)


def test_turned_files_are_shown_upright(tmp_path):
    for turn in (90, 180, 270):
        path = write_video_file(tmp_path / f'{turn}.mkv', clip(1), turn=turn)
        assert np.array_equal(next(iter(open_video(path))), np.rot90(clip(1)[0], turn // 90))


def test_the_cover_of_a_record_is_no_film(tmp_path):
    path = tmp_path / 'a.mp3'
    with av.open(str(path), 'w') as container:
        sound = container.add_stream('mp3', rate=44100)
        cover = container.add_stream('png', rate=1)
        cover.height, cover.width, cover.pix_fmt = 32, 48, 'rgb24'
        cover.disposition = av.stream.Disposition.attached_pic
        container.mux(cover.encode(av.VideoFrame.from_ndarray(clip(1)[0], format='rgb24')))
        samples = av.AudioFrame.from_ndarray(np.zeros((1, 1152), np.float32), 'fltp', 'mono')
        samples.sample_rate = 44100
        container.mux(sound.encode(samples))
        container.mux(sound.encode())
    with pytest.raises(UserError, match=r'a\.mp3: not a video, only the cover of a record'):
        open_video(path)


def test_a_playlist_is_no_video(tmp_path):
    write_video_file(tmp_path / 'a.ts', clip(5), 'mpeg2video', 'yuv420p', rate=25)
    (tmp_path / 'list.mp4').write_text('#EXTM3U\n#EXTINF:1,\na.ts\n#EXT-X-ENDLIST\n')
    with pytest.raises(UserError, match='not a video'):
        open_video(tmp_path / 'list.mp4')


def test_frames_have_a_limit(tmp_path, monkeypatch):
    path = write_video_file(tmp_path / 'a.mkv', clip(1))
    monkeypatch.setenv(pictures.LIMIT_VARIABLE, '1000')
    with pytest.raises(UserError, match='32x48 .* more than 1000 pixels'):
        open_video(path)
