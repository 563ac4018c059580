"""Frames in a video file are read in place; what is no whole video is refused in one line."""

from pathlib import Path

import numpy as np
import pytest

from mevis.boundary.pictures import picture_size, read_rgb
from mevis.boundary.tar_members import open_stored, stored_bytes
from mevis.boundary.video_frames import split_frame
from mevis.errors import UserError
from mevis.testing.video_files import write_video_file


@pytest.fixture
def video(tmp_path: Path) -> Path:
    """Frame n is grey of value 40 n."""
    frames = np.stack([np.full((32, 48, 3), 40 * number, np.uint8) for number in range(1, 6)])
    return write_video_file(tmp_path / 'clip.mp4', frames, 'mpeg4', 'yuv420p')


def test_frames_are_counted_from_one(video: Path):
    for number in (5, 1, 3):
        frame = read_rgb(video / f'{number:05d}')
        assert frame.shape == (32, 48, 3)
        assert abs(float(frame.mean()) - 40 * number) < 3
    assert picture_size(video / '2') == (32, 48)
    with open_stored(video / '2') as file:
        assert len(file.read()) == stored_bytes(video / '2')


def test_a_video_that_has_changed_is_read_again(video: Path):
    before = read_rgb(video / '1')
    write_video_file(video, np.full((1, 16, 16, 3), 200, np.uint8), 'mpeg4', 'yuv420p')
    assert read_rgb(video / '1').shape != before.shape


@pytest.mark.parametrize('number', ['0', '6', '999999999'])
def test_a_frame_that_is_not_there(video: Path, number: str):
    with pytest.raises(UserError, match=f'clip.mp4: frame {int(number)} is asked for, it has 5'):
        read_rgb(video / number)


def test_no_video(tmp_path: Path):
    path = tmp_path / 'clip.mp4'
    with pytest.raises(UserError, match=r'clip\.mp4/1: the frame is missing'):
        read_rgb(path / '1', 'frame')
    path.write_bytes(b'none')
    with pytest.raises(UserError, match=r'clip\.mp4: the video cannot be read \(.*Download'):
        read_rgb(path / '1')


def test_other_paths_are_left_alone(tmp_path: Path):
    (tmp_path / 'folder.mp4').mkdir()
    assert split_frame(tmp_path / 'folder.mp4/00001') is None
    assert split_frame('clip.mp4/cover') is None
    assert split_frame('clip.mp4') is None
    assert split_frame('clips/00001.jpg') is None
    assert split_frame('a/clip.mp4/00012') == (Path('a/clip.mp4'), 12)
