"""Photometric distortion: the same for all frames, within the range of a byte."""

import numpy as np

from mevis.datasets.transforms import PhotometricDistortClip


def distort(frames: np.ndarray, seed: int, **options) -> np.ndarray:
    transform = PhotometricDistortClip(**options)
    return transform({'frames': frames, 'rng': np.random.default_rng(seed)})['frames']


def colours() -> np.ndarray:
    return np.random.default_rng(5).integers(0, 256, (1, 8, 9, 3), dtype=np.uint8)


def test_one_decision_per_clip():
    frames = np.repeat(colours(), 4, axis=0)
    changed = 0
    for seed in range(20):
        out = distort(frames, seed)
        assert out.dtype == np.uint8
        assert (out == out[:1]).all()
        changed += bool((out != frames).any())
    assert changed > 15


def test_the_generator_alone_decides():
    assert (distort(colours(), 3) == distort(colours(), 3)).all()
    assert any((distort(colours(), 3) != distort(colours(), seed)).any() for seed in (4, 5))


def test_neutral_settings_change_nothing():
    neutral = {
        'brightness_delta': 0.0,
        'contrast_range': (1.0, 1.0),
        'saturation_range': (1.0, 1.0),
        'hue_delta': 0.0,
        'swap_channels': False,
    }
    for seed in range(10):
        assert (distort(colours(), seed, **neutral) == colours()).all()


def test_values_do_not_wrap_around():
    white = np.full((1, 4, 4, 3), 255, np.uint8)
    black = np.zeros((1, 4, 4, 3), np.uint8)
    for seed in range(30):
        assert distort(white, seed).min() > 90
        assert distort(black, seed).max() < 60


def test_colour_words_stay_true_without_hue_and_swap():
    red = np.zeros((1, 4, 4, 3), np.uint8)
    red[..., 0] = 200
    for seed in range(30):
        out = distort(red, seed, hue_delta=0.0, swap_channels=False)[0, 0, 0].astype(int)
        assert out[0] > out[1] + 30
        assert out[0] > out[2] + 30
