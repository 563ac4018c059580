"""The two constructions that carry the guarantees, exactly."""

import numpy as np
import pytest

from mevis.datasets.moving_shapes.motions import ORDERED_BY_NAME, ROAMING_PAIRS
from mevis.datasets.moving_shapes.paths import Arena, ordered_path, place, roam, roaming_offsets

ARENA = Arena(128, 192, 24)
ROAMING = sorted({motion for pair in ROAMING_PAIRS.values() for motion in pair})


class FixedChance:
    """Stands in for a generator whose next uniform number is known."""

    def __init__(self, value: float) -> None:
        self.value = value

    def uniform(self, low: float, high: float, size: int) -> np.ndarray:
        assert (low, high) == (0.0, 2.0)
        return np.full(size, self.value)


@pytest.mark.parametrize('motion', ROAMING)
@pytest.mark.parametrize('axis', ['x', 'y'])
def test_roaming_is_uniform_in_every_frame(motion, axis):
    # All phases on an even grid, enumerated: in each frame the places are an even grid again.
    rng, diameter, count = np.random.default_rng(4), 30.0, 500
    offsets = roaming_offsets(rng, ARENA, motion, axis, 70.0, diameter)
    phases = (np.arange(count) + 0.5) * 2 / count
    centres = np.stack(
        [roam(FixedChance(phase), ARENA, diameter, offsets).centres for phase in phases]
    )
    share = (np.sort(centres, axis=0) - diameter / 2) / (ARENA.size - diameter)
    even = (np.arange(count) + 0.5)[:, None, None] / count
    assert np.abs(share - even).max() <= 1.5 / count


@pytest.mark.parametrize('motion', ROAMING)
def test_roaming_stays_inside_and_keeps_its_size(motion):
    rng = np.random.default_rng(1)
    for _ in range(50):
        offsets = roaming_offsets(rng, ARENA, motion, 'x', 90.0, 40.0)
        path = roam(rng, ARENA, 40.0, offsets)
        assert (path.centres >= 20 - 1e-9).all()
        assert (path.centres <= ARENA.size - 20 + 1e-9).all()
        assert (path.scale == 1).all()


def test_both_members_of_a_roaming_pair_cover_the_same_length():
    # But for 'fast': no motion is told from its partner by how far it gets.
    rng = np.random.default_rng(2)
    for motion in ('move', 'steady', 'stop-and-go', 'slow'):
        offsets = roaming_offsets(rng, ARENA, motion, 'x', 70.0, 30.0)
        assert np.abs(np.diff(offsets, axis=0)).sum() == pytest.approx(70.0)


@pytest.mark.parametrize('name', sorted(ORDERED_BY_NAME))
def test_ordered_paths_fit_into_the_frame(name):
    rng = np.random.default_rng(3)
    for _ in range(60):
        motion = ORDERED_BY_NAME[name].draw(rng)
        path = ordered_path(rng, ARENA, motion, str(rng.choice(('x', 'y'))), 30.0)
        half = 15 * path.scale[:, None]
        inside = (path.centres >= half - 1e-6) & (path.centres <= ARENA.size - half + 1e-6)
        assert inside[0].all()
        assert inside[-1].all() == (name != 'leave')
        if name == 'leave':
            gone = (path.centres[-1] < -15) | (path.centres[-1] > ARENA.size + 15)
            assert gone.any()


def test_a_reversed_path_has_the_same_frames():
    path = ordered_path(np.random.default_rng(0), ARENA, 'grow', 'x', 30.0)
    back = path.reversed()
    assert (back.centres[::-1] == path.centres).all()
    assert (back.scale[::-1] == path.scale).all()
    assert back.top_speed == pytest.approx(path.top_speed)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match='does not fit'):
        place(np.random.default_rng(0), ARENA, 30.0, np.array([[0.0, 0.0], [180.0, 0.0]]))
