"""Sizes and pixels equal torchvision's, which the official code uses."""

import numpy as np
import pytest
import torchvision.transforms.functional as F
from PIL import Image

from mevis.datasets.transforms.image_size import resize_frame, scaled_size, shortest_edge_size


@pytest.mark.parametrize(
    ('size', 'short_side', 'max_long_side', 'expected'),
    [
        ((720, 1280), 360, 640, (360, 640)),
        ((1280, 720), 360, 640, (640, 360)),
        ((480, 854), 360, 640, (360, 640)),
        ((480, 910), 360, 640, (338, 640)),
        ((500, 500), 360, 640, (360, 360)),
        ((360, 500), 360, 640, (360, 500)),
        ((100, 1000), 360, 640, (64, 640)),
        ((48, 64), 36, None, (36, 48)),
        ((1, 5000), 360, 640, (1, 640)),
        ((5000, 3), 360, 640, (640, 1)),
        ((1, 1), 360, 640, (360, 360)),
    ],
)
def test_scaled_size(size, short_side, max_long_side, expected):
    assert scaled_size(size, short_side, max_long_side) == expected


@pytest.mark.parametrize(
    ('size', 'short_side', 'max_long_side', 'expected'),
    [
        ((120, 213), 72, 1333, (72, 128)),
        ((100, 75), 120, 1333, (160, 120)),
        ((60, 300), 48, 160, (32, 160)),
        ((91, 163), 67, 1333, (67, 120)),
        ((50, 50), 64, None, (64, 64)),
        ((1, 5000), 64, 160, (1, 160)),
    ],
)
def test_shortest_edge_size_is_that_of_detectron2(size, short_side, max_long_side, expected):
    """The four that were recorded, and a square."""
    assert shortest_edge_size(size, short_side, max_long_side) == expected


def test_size_without_bound_is_that_of_torchvision():
    rng = np.random.default_rng(0)
    for _ in range(50):
        height, width, short_side = (int(side) for side in rng.integers(20, 200, 3))
        image = F.resize(Image.new('RGB', (width, height)), short_side)
        assert scaled_size((height, width), short_side, None) == (image.height, image.width)


@pytest.mark.parametrize('size', [(30, 40), (61, 83), (120, 150)])
def test_pixels_are_those_of_torchvision(size: tuple[int, int]):
    frame = np.random.default_rng(0).integers(0, 256, (61, 83, 3), dtype=np.uint8)
    expected = np.asarray(F.resize(Image.fromarray(frame), list(size)))
    assert (resize_frame(frame, size) == expected).all()
