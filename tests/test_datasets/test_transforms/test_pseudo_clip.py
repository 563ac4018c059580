"""Clips made of single images."""

import numpy as np
import pytest

from mevis.datasets.transforms import ImageToPseudoClip
from mevis.structures import Expression


def image_results(seed: int = 0) -> dict:
    rng = np.random.default_rng(3)
    mask = np.zeros((60, 80), bool)
    mask[20:40, 30:60] = True
    image = np.full((60, 80, 3), 90, np.uint8) + rng.integers(0, 9, (60, 80, 3), dtype=np.uint8)
    image[mask] = (220, 40, 40)
    return {
        'frames': image[None],
        'gt_masks': mask[None],
        'frame_names': ['a'],
        'frame_paths': ['a.jpg'],
        'frame_indices': [0],
        'num_video_frames': 1,
        'expressions': [Expression('0', 'the red one', (1,))],
        'test_mode': False,
        'rng': np.random.default_rng(seed),
    }


def test_shapes_and_names():
    results = ImageToPseudoClip(num_frames=4)(image_results())
    assert results['frames'].shape == (4, 60, 80, 3)
    assert results['frames'].dtype == np.uint8
    assert results['gt_masks'].shape == (4, 60, 80)
    assert results['gt_masks'].dtype == bool
    assert results['frame_indices'] == [0, 1, 2, 3]
    assert results['num_video_frames'] == len(results['frame_names']) == 4


def test_the_image_is_one_of_the_frames_at_any_place():
    places = set()
    for seed in range(20):
        image = image_results(seed)
        clip = ImageToPseudoClip(num_frames=3)(image_results(seed))
        same = [np.array_equal(frame, image['frames'][0]) for frame in clip['frames']]
        assert sum(same) == 1
        places.add(same.index(True))
        assert np.array_equal(clip['gt_masks'][same.index(True)], image['gt_masks'][0])
    assert places == {0, 1, 2}


def test_masks_follow_the_picture():
    """Where the object went, its colour is; elsewhere it is not."""
    for seed in range(10):
        clip = ImageToPseudoClip(num_frames=3, blur_prob=0)(image_results(seed))
        for frame, mask in zip(clip['frames'].astype(int), clip['gt_masks'], strict=True):
            red = frame[..., 0] - frame[..., 1] > 60
            assert (red & mask).sum() / (red | mask).sum() > 0.9


def test_views_stay_within_their_bounds():
    still = ImageToPseudoClip(5, rotation=0, translation=0, perspective=0, blur_prob=0)
    clip = still(image_results())
    assert (clip['gt_masks'] == clip['gt_masks'][0]).all()
    change = np.abs(clip['frames'].astype(int) - image_results()['frames'].astype(int))
    assert 0 < change.max() <= 60
    moved = ImageToPseudoClip(5, rotation=0, translation=0.1, perspective=0)
    for seed in range(5):
        for mask in moved(image_results(seed))['gt_masks']:
            rows, columns = np.nonzero(mask)
            assert abs(rows.mean() - 29.5) <= 7
            assert abs(columns.mean() - 44.5) <= 9


def test_the_same_random_numbers_give_the_same_clip():
    first, again = (ImageToPseudoClip(num_frames=4)(image_results(7)) for _ in range(2))
    assert np.array_equal(first['frames'], again['frames'])
    other = ImageToPseudoClip(num_frames=4)(image_results(8))
    assert not np.array_equal(first['frames'], other['frames'])


def test_one_frame_is_the_image():
    clip = ImageToPseudoClip(num_frames=1)(image_results())
    assert np.array_equal(clip['frames'], image_results()['frames'])


def test_blur_keeps_the_mean_brightness():
    image = image_results()['frames'][0]
    blurred = ImageToPseudoClip(2)._blur(image, np.random.default_rng(0))
    assert not np.array_equal(blurred, image)
    assert abs(float(blurred.mean()) - float(image.mean())) < 2


def test_videos_and_tests_are_refused():
    transform = ImageToPseudoClip(num_frames=3)
    results = image_results()
    with pytest.raises(ValueError, match='datasets of images'):
        transform({**results, 'frames': np.repeat(results['frames'], 2, 0)})
    with pytest.raises(ValueError, match='datasets of images'):
        transform({**results, 'test_mode': True})
    with pytest.raises(ValueError, match='at least 1'):
        ImageToPseudoClip(num_frames=0)
    with pytest.raises(ValueError, match='odd'):
        ImageToPseudoClip(num_frames=2, blur_sizes=(8,))
