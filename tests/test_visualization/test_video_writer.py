from fractions import Fraction

import av
import numpy as np
import pytest

from mevis.visualization.video_writer import best_codec, write_video


def clip(size=(50, 66), num_frames=7) -> list[np.ndarray]:
    """A bright square that moves over a smooth background."""
    frames = []
    for index in range(num_frames):
        frame = np.full((*size, 3), 60, np.uint8)
        frame[10:30, 4 * index : 4 * index + 20] = (200, 180, 160)
        frames.append(frame)
    return frames


def read_back(path):
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = [frame.to_ndarray(format='rgb24') for frame in container.decode(stream)]
        return frames, stream.average_rate, stream.codec_context.name


@pytest.mark.parametrize('codec', [None, 'mpeg4'])
@pytest.mark.parametrize('fps', [25, Fraction(30000, 1001), 2.5])
def test_frames_and_rate_come_back(tmp_path, codec, fps):
    with write_video(tmp_path / 'new/v.mp4', fps, codec) as writer:
        for frame in clip():
            writer.write(frame)
    frames, rate, name = read_back(tmp_path / 'new/v.mp4')
    assert rate == Fraction(fps)
    assert name == ('mpeg4' if codec else {'libx264': 'h264'}.get(best_codec(), best_codec()))
    errors = [np.abs(a.astype(int) - b).mean() for a, b in zip(frames, clip(), strict=True)]
    assert max(errors) < 6


def test_odd_sizes_lose_nothing(tmp_path):
    with write_video(tmp_path / 'v.mp4', 10) as writer:
        for frame in clip((51, 67)):
            writer.write(frame)
    frames, _, _ = read_back(tmp_path / 'v.mp4')
    assert frames[0].shape == (52, 68, 3)
    assert np.abs(frames[0][:51, :67].astype(int) - clip((51, 67))[0]).mean() < 6


def write_all(path, frames) -> None:
    with write_video(path, 10) as writer:
        for frame in frames:
            writer.write(frame)


def frames_that_end_in_an_error():
    yield clip()[0]
    raise RuntimeError


def test_an_error_leaves_the_old_file_and_no_half_of_a_new_one(tmp_path):
    path = tmp_path / 'v.mp4'
    path.write_bytes(b'old')
    with pytest.raises(RuntimeError):
        write_all(path, frames_that_end_in_an_error())
    assert path.read_bytes() == b'old'
    assert [item.name for item in tmp_path.iterdir()] == ['v.mp4']


def test_a_frame_of_another_size_is_refused(tmp_path):
    with pytest.raises(ValueError, match='after one of'):
        write_all(tmp_path / 'v.mp4', [clip()[0], clip((20, 20))[0]])
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_a_file_is_named(tmp_path):
    (tmp_path / 'file').write_text('')
    with pytest.raises(OSError, match='file'), write_video(tmp_path / 'file/v.mp4', 10):
        pass


@pytest.mark.parametrize('codec', ['mpeg4', None])
def test_times_and_the_shape_of_pixels_come_back(tmp_path, codec):
    times = [0, 0.1, 0.1, 1.5, 1.625]
    film = tmp_path / 'v.mp4'
    with write_video(film, 10, codec, pixel_aspect=Fraction(16, 11), times=times) as writer:
        for frame in clip(num_frames=5):
            writer.write(frame)
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        assert stream.sample_aspect_ratio == Fraction(16, 11)
        shown = [frame.time for frame in container.decode(stream)]
    assert shown == pytest.approx([0, 0.1, 0.101, 1.5, 1.625], abs=1e-4)
