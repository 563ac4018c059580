"""A video is the same in whatever form it is in memory."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from mevis.apis.inference.video_source import open_video
from mevis.errors import UserError
from mevis.testing.video_files import write_video_file

FRAMES = np.random.default_rng(0).integers(0, 256, (4, 16, 20, 3), np.uint8)


def frames_of(video) -> np.ndarray:
    source = open_video(video)
    found = np.stack(list(source))
    np.testing.assert_array_equal(source.read([2, 0]), found[[2, 0]])
    return found


@pytest.mark.parametrize(
    'video',
    [
        FRAMES,
        torch.from_numpy(FRAMES),
        torch.from_numpy(FRAMES).permute(0, 3, 1, 2),
        list(FRAMES),
        tuple(Image.fromarray(frame) for frame in FRAMES),
        [torch.from_numpy(frame).permute(2, 0, 1) for frame in FRAMES],
    ],
    ids=['array', 'tensor', 'channels-first', 'list', 'pillow', 'tensors'],
)
def test_frames_in_memory(video):
    np.testing.assert_array_equal(frames_of(video), FRAMES)


def test_a_generator_and_image_files(tmp_path):
    np.testing.assert_array_equal(frames_of(frame for frame in FRAMES), FRAMES)
    paths = [tmp_path / f'{index}.png' for index in range(len(FRAMES))]
    for path, frame in zip(paths, FRAMES, strict=True):
        Image.fromarray(frame).save(path)
    np.testing.assert_array_equal(frames_of(paths), FRAMES)


def test_an_open_file_is_read_more_than_once(tmp_path):
    path = write_video_file(tmp_path / 'clip.mkv', FRAMES)
    with path.open('rb') as file:
        source = open_video(file)
    assert source.name == 'clip'
    for _ in range(2):
        np.testing.assert_array_equal(np.stack(list(source)), FRAMES)
    np.testing.assert_array_equal(frames_of(io.BytesIO(path.read_bytes())), FRAMES)


@pytest.mark.parametrize(
    ('video', 'message'),
    [
        (3, 'video: a int; needed'),
        (b'bytes', 'video: a bytes; needed'),
        ([], 'no frames'),
        (['text', 3], 'text'),
        ([FRAMES[0], 3], 'frame 1 is a int'),
        ([FRAMES[0], FRAMES[1].astype(float)], 'frame 1 is of shape .* float64'),
        ([FRAMES[0], FRAMES[1, :8]], r'frame 1 is 8x20 \(height x width\), the first one 16x20'),
        (torch.zeros(2, 3, 4, 5), 'an array of shape'),
        (io.StringIO('text'), 'reading bytes'),
        (io.BytesIO(), 'at its end'),
    ],
)
def test_what_is_no_video_is_one_line(video, message):
    with pytest.raises(UserError, match=message):
        open_video(video)
