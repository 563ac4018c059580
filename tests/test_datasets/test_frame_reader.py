"""A frame is read whole or not at all."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mevis.datasets.frame_reader import FrameReader, read_frame
from mevis.errors import UserError


@pytest.fixture
def frame_file(tmp_path: Path) -> Path:
    path = tmp_path / 'a.jpg'
    noise = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path, quality=95)
    return path


def test_every_kind_of_picture_becomes_rgb(tmp_path: Path):
    for mode in ('L', 'P', 'RGBA', 'CMYK'):
        path = tmp_path / f'{mode}.tif'
        Image.new(mode, (5, 4)).save(path)
        assert read_frame(path).shape == (4, 5, 3)


@pytest.mark.parametrize('share', [0.0, 0.01, 0.3, 0.9, 0.99])
def test_truncated(frame_file: Path, share: float):
    data = frame_file.read_bytes()
    frame_file.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(UserError, match=r'a\.jpg: the frame cannot be read.*again'):
        read_frame(frame_file)


def test_missing(tmp_path: Path):
    with pytest.raises(UserError, match=r'b\.jpg: the frame is missing.*check_dataset'):
        read_frame(tmp_path / 'b.jpg')


def test_reader(frame_file: Path):
    reader = FrameReader([str(frame_file)] * 2, (40, 50))
    assert reader([1, 0, 1]).shape == (3, 40, 50, 3)
    assert reader([]).shape == (0, 40, 50, 3)
    with pytest.raises(UserError, match=r'a\.jpg: the frame is 40x50'):
        FrameReader([str(frame_file)], (40, 51))([0])
