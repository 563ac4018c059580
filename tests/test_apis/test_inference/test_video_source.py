"""Frames from files, folders and arrays, and what is said where there are none."""

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from mevis.apis.inference.video_source import open_video
from mevis.errors import UserError


def clip(num_frames: int = 12, size: tuple[int, int] = (32, 48)) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (num_frames, *size, 3), dtype=np.uint8)


def write_lossless(path: Path, frames: np.ndarray, fps: int = 5) -> Path:
    """FFV1 in RGB, which gives back every bit."""
    with av.open(str(path), 'w') as container:
        stream = container.add_stream('ffv1', rate=fps)
        stream.height, stream.width = frames.shape[1:3]
        stream.pix_fmt = 'bgr0'
        for frame in frames:
            picture = av.VideoFrame.from_ndarray(frame, format='rgb24').reformat(format='bgr0')
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    return path


def write_folder(folder: Path, frames: np.ndarray) -> Path:
    """Frames numbered without leading zeros, as some tools write them."""
    folder.mkdir()
    for index, frame in enumerate(frames):
        Image.fromarray(frame).save(folder / f'{index}.png')
    return folder


@pytest.fixture(params=['file', 'folder', 'array'])
def video(request, tmp_path):
    writers = {
        'file': lambda: write_lossless(tmp_path / 'v.mkv', clip()),
        'folder': lambda: write_folder(tmp_path / 'v', clip()),
        'array': clip,
    }
    return writers[request.param]()


def test_every_source_gives_the_same_frames_in_order(video):
    source = open_video(video)
    assert np.array_equal(np.stack(list(source)), clip())
    assert len(source.frame_names(12)) == 12


@pytest.mark.parametrize('positions', [[0, 1, 2], [7], [5, 2, 5], [11, 0]])
def test_frames_can_be_read_again_in_any_order(video, positions):
    source = open_video(video)
    assert np.array_equal(source.read([3]), clip()[[3]])
    assert np.array_equal(source.read(positions), clip()[positions])


def test_the_rate_of_a_file_is_kept(tmp_path):
    assert open_video(write_lossless(tmp_path / 'v.mkv', clip(), fps=5)).fps == 5


def test_an_image_is_a_video_of_one_frame(tmp_path):
    Image.fromarray(clip()[0]).save(tmp_path / 'v.png')
    assert np.array_equal(np.stack(list(open_video(tmp_path / 'v.png'))), clip()[:1])


def truncated(tmp_path: Path) -> Path:
    path = tmp_path / 'cut.mp4'
    with av.open(str(path), 'w', options={'movflags': 'faststart'}) as container:
        stream = container.add_stream('mpeg4', rate=5)
        stream.height, stream.width, stream.pix_fmt = 64, 96, 'yuv420p'
        for frame in clip(40, (64, 96)):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format='rgb24')))
        container.mux(stream.encode())
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


def text_file(tmp_path: Path) -> Path:
    (tmp_path / 'notes.mp4').write_text('no video at all\n' * 50)
    return tmp_path / 'notes.mp4'


def sizes(tmp_path: Path) -> Path:
    folder = write_folder(tmp_path / 'sizes', clip(2))
    Image.fromarray(clip(1, (20, 20))[0]).save(folder / '2.png')
    return folder


@pytest.mark.parametrize(
    ('make', 'says'),
    [
        (lambda folder: folder / 'absent.mp4', 'absent.mp4: no such file'),
        (text_file, 'notes.mp4: not a video'),
        (truncated, 'cut.mp4: .*truncated'),
        (sizes, '2.png: the frame is 20x20'),
        (lambda folder: folder, 'no frames in this folder'),
        (lambda _: clip().astype(np.float32), 'float32'),
        (lambda _: clip(0), 'no frames'),
        (lambda _: clip()[0], r'\(32, 48, 3\)'),
    ],
)
def test_what_is_no_video_is_named(tmp_path, make, says):
    with pytest.raises(UserError, match=says):
        list(open_video(make(tmp_path)))


def test_the_former_name_is_the_same_function():
    from mevis.apis import video_source

    assert video_source.open_video is open_video
