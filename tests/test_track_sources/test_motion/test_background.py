import numpy as np

from mevis.testing.moving_squares import film, texture
from mevis.track_sources.motion.background import build_background
from mevis.track_sources.motion.ghosts import without_ghosts


def still(frames: np.ndarray):
    eyes = [np.eye(3)] * len(frames)
    return build_background(list(frames), eyes, eyes)


def wall() -> np.ndarray:
    return texture((160, 240), 0)[20:140, 20:220]


def test_what_passes_by_is_not_in_the_median():
    background, _, _ = still(film([lambda t: (10 + 8 * t, 40)], num_frames=20).frames)
    assert np.abs(background.colour.astype(int) - wall()).max() < 12
    assert (background.known == 255).all()


def test_frames_are_aligned_and_places_that_few_saw_are_unknown():
    picture = texture((60, 80), 1)
    shift = np.array([[1, 0, 20], [0, 1, 0], [0, 0, 1.0]])
    frames = [picture[:, :60]] * 3 + [picture[:, 20:]]
    background, _, _ = build_background(frames, [np.eye(3)] * 3 + [shift], [np.eye(3), shift])
    assert background.colour.shape == (60, 80, 3)
    assert (background.known[:, :58] == 255).all()
    assert (background.known[:, 62:] == 0).all()
    view = background.seen_from(shift, (60, 60))
    assert np.abs(view.colour[:, :36].astype(int) - picture[:, 20:56]).max() <= 1
    assert not view.known[:, 45:].any()


def test_what_came_and_stayed_is_taken_out_again():
    scene = film([lambda t: (min(10 + 10 * t, 90), 40)], num_frames=24)
    median, stack, seen = still(scene.frames)
    place = np.s_[44:54, 94:104]
    assert np.abs(median.colour[place].astype(int) - wall()[place]).mean() > 40
    mended = without_ghosts(median, stack, seen, 0, 12)
    assert np.abs(mended.colour[place].astype(int) - wall()[place]).mean() < 6


def test_a_background_without_ghosts_stays_as_it_is():
    median, stack, seen = still(film([lambda t: (10 + 8 * t, 40)], num_frames=20).frames)
    assert np.array_equal(without_ghosts(median, stack, seen, 0, 12).colour, median.colour)
