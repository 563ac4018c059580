import numpy as np
import pytest

from mevis.visualization.overlay import draw_mask, resize_frame, resize_mask


@pytest.fixture
def frame() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)


@pytest.fixture
def mask() -> np.ndarray:
    mask = np.zeros((60, 80), bool)
    mask[20:40, 10:30] = True
    return mask


def test_the_inside_is_tinted_and_the_outside_stays(frame, mask):
    drawn = frame.copy()
    draw_mask(drawn, mask, (255, 0, 0), opacity=0.5, thickness=0)
    assert np.array_equal(drawn[~mask], frame[~mask])
    expected = frame[mask] / 2 + np.array([127.5, 0, 0])
    assert np.abs(drawn[mask] - expected).max() <= 0.5


def test_the_contour_has_the_full_colour_and_a_light_edge(frame, mask):
    drawn = frame.copy()
    draw_mask(drawn, mask, (1, 2, 3), opacity=0.0, thickness=1)
    border = mask.copy()
    border[21:39, 11:29] = False
    assert (drawn[border] == (1, 2, 3)).all()
    assert (drawn[19, 12:28] == 255).all()
    assert np.array_equal(drawn[24:36, 14:26], frame[24:36, 14:26])
    assert np.array_equal(drawn[44:], frame[44:])


def test_holes_have_a_contour_too(frame, mask):
    mask[28:32, 18:22] = False
    drawn = frame.copy()
    draw_mask(drawn, mask, (1, 2, 3), opacity=0.0, thickness=1)
    assert (drawn[27, 18:22] == (1, 2, 3)).all()


def test_an_empty_mask_changes_nothing(frame, mask):
    drawn = frame.copy()
    draw_mask(drawn, np.zeros_like(mask), (255, 0, 0))
    assert np.array_equal(drawn, frame)


def test_a_full_mask_can_be_drawn(frame, mask):
    draw_mask(frame, np.ones_like(mask), (9, 9, 9), opacity=1.0, thickness=1)
    assert (frame[5:-5, 5:-5] == 9).all()
    assert (frame[[0, -1]] == 9).all()


def test_enlarging_repeats_pixels_and_masks_stay_on_their_frame(frame, mask):
    large = resize_frame(frame, (120, 160))
    assert np.array_equal(large[::2, ::2], frame)
    assert np.array_equal(resize_mask(mask, (120, 160))[1::2, 1::2], mask)
    assert resize_frame(frame, (30, 40)).shape == (30, 40, 3)


def test_a_frame_of_the_right_size_is_copied(frame):
    assert not np.shares_memory(resize_frame(frame, (60, 80)), frame)
