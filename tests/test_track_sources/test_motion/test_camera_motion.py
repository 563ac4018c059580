import cv2
import numpy as np
import pytest

from mevis.testing.moving_squares import texture
from mevis.track_sources.motion.camera_motion import CameraPath, CameraTracker


def filmed(shifts) -> CameraPath:
    """The path of a camera that looks at a wall, shifted by (x, y) in each frame."""
    wall = cv2.cvtColor(texture((300, 400), 3), cv2.COLOR_RGB2GRAY)
    tracker = CameraTracker()
    for x, y in shifts:
        tracker.add(wall[80 + y : 200 + y, 80 + x : 280 + x])
    return tracker.path


def moved(transform: np.ndarray) -> np.ndarray:
    """Where the middle of the picture goes."""
    point = transform @ (100, 60, 1)
    return point[:2] / point[2] - (100, 60)


def test_shifts_are_found():
    path = filmed([(0, 0), (5, -3), (-8, 2)])
    assert moved(path.to_key[1]) == pytest.approx((5, -3), abs=0.3)
    assert moved(path.step(2)) == pytest.approx((13, -5), abs=0.3)
    assert moved(path.between(0, 2)) == pytest.approx((8, -2), abs=0.3)


def test_a_still_camera_is_exactly_still():
    path = filmed([(0, 0)] * 4)
    assert all(path.is_still(frame) for frame in range(4))
    assert path.segments() == [range(4)]


def test_keys_change_on_a_long_way_and_frames_stay_related():
    path = filmed([(6 * t, 0) for t in range(20)])
    assert len(set(path.keys)) > 1
    assert {path.shot(frame) for frame in range(20)} == {0}
    assert moved(path.between(19, 0)) == pytest.approx((114, 0), abs=2)
    assert [t for segment in path.segments() for t in segment] == list(range(20))


def test_a_cut_begins_a_shot():
    tracker = CameraTracker()
    for seed in (3, 3, 4, 4):
        tracker.add(cv2.cvtColor(texture((120, 200), seed), cv2.COLOR_RGB2GRAY))
    assert [tracker.path.shot(frame) for frame in range(4)] == [0, 0, 2, 2]
    assert tracker.path.segments() == [range(2), range(2, 4)]
