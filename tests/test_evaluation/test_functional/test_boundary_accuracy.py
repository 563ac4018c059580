"""F equals the definition, whichever way it is counted."""

import numpy as np
import pytest

from mevis.evaluation.functional import boundary_accuracy, boundary_tolerance
from mevis.evaluation.functional.boundary_accuracy import boundary_map
from mevis.testing.parity.davis_reference import reference_boundary_accuracy, reference_boundary_map

# 75x100 and 300x400: 0.008 times the diagonal is a whole number; its last bit decides.
SIZES = [(1, 1), (1, 7), (6, 1), (2, 2), (3, 5), (37, 53), (75, 100), (120, 91), (300, 400)]


def some_masks(size: tuple[int, int]) -> dict[str, np.ndarray]:
    """Masks of every awkward kind."""
    height, width = size
    rng = np.random.default_rng(height * 1000 + width)
    y, x = np.mgrid[:height, :width]
    empty = np.zeros(size, bool)
    masks = {'empty': empty, 'full': ~empty, 'noise': rng.random(size) < 0.5}
    masks['dust'] = rng.random(size) < 0.02
    for name, place in {'first': (0, 0), 'last': (-1, -1), 'corner': (0, -1)}.items():
        masks[name] = empty.copy()
        masks[name][place] = True
    masks['middle'] = (y == height // 2) & (x == width // 2)
    masks['last row'], masks['last column'] = y == height - 1, x == width - 1
    masks['stripes'] = x % 2 == 0
    masks['hole'] = ~masks['middle']
    for index in range(3):
        centre, radius = rng.random(2) * size, rng.uniform(0.1, 0.5) * min(size)
        masks[f'disk {index}'] = np.hypot(y - centre[0], x - centre[1]) < radius
    return masks


@pytest.mark.parametrize('size', SIZES)
def test_equals_the_plain_algorithm_on_every_pair(size):
    masks = some_masks(size)
    scores = []
    for first, prediction in masks.items():
        for second, truth in masks.items():
            score = boundary_accuracy(prediction, truth)
            expected = reference_boundary_accuracy(prediction, truth)
            assert abs(score - expected) <= 1e-12, (first, second)
            scores.append(score)
    assert len(scores) == 15**2
    assert min(scores) >= 0
    assert max(scores) <= 1


def test_equals_pairwise_distances():
    rng = np.random.default_rng(5)
    for _ in range(40):
        size = tuple(rng.integers(8, 200, 2))
        prediction, truth = (some_masks(size)['disk 0'], np.roll(some_masks(size)['disk 1'], 3, 1))
        found, wanted = (np.argwhere(boundary_map(mask)) for mask in (prediction, truth))
        if not len(found) or not len(wanted):
            continue
        distance = np.linalg.norm(found[:, None] - wanted[None], axis=-1)
        near = distance <= np.ceil(0.008 * np.linalg.norm(size))
        precision, recall = near.any(1).mean(), near.any(0).mean()
        harmonic = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        assert boundary_accuracy(prediction, truth) == pytest.approx(harmonic, abs=1e-12)


@pytest.mark.parametrize('size', [(1, 1), (2, 1), (5, 8), (31, 17)])
def test_boundary_map_equals_the_plain_one(size):
    for mask in some_masks(size).values():
        assert (boundary_map(mask) == reference_boundary_map(mask)).all()


def test_a_full_mask_has_no_boundary_and_so_equals_an_empty_one():
    full = np.ones((20, 30), bool)
    assert boundary_accuracy(full, ~full) == 1
    assert boundary_accuracy(full, full) == 1


def test_a_crop_scores_as_the_whole_frame_with_its_tolerance():
    masks = some_masks((300, 400))
    prediction, truth = np.zeros((2, 300, 400), bool)
    prediction[140:180, 200:250] = truth[143:185, 196:250] = True
    whole = boundary_accuracy(prediction, truth)
    crop = (slice(100, 200), slice(150, 300))
    cropped = boundary_accuracy(prediction[crop], truth[crop], boundary_tolerance((300, 400)))
    assert cropped == whole
    assert 0 < boundary_accuracy(prediction[crop], truth[crop]) < whole < 1
    assert boundary_accuracy(masks['disk 0'], masks['disk 0']) == 1


def test_scores_do_not_depend_on_memory_order():
    masks = some_masks((37, 53))
    prediction, truth = masks['disk 0'], masks['noise']
    columns = boundary_accuracy(np.asfortranarray(prediction), np.asfortranarray(truth))
    assert columns == boundary_accuracy(prediction, truth)


def test_tolerance_grows_with_the_frame():
    sizes = [(1, 1), (75, 100), (480, 854), (720, 1280), (1080, 1920)]
    assert [boundary_tolerance(size) for size in sizes] == [1, 1, 8, 12, 18]


def test_other_sizes_are_refused():
    with pytest.raises(ValueError, match='sizes differ'):
        boundary_accuracy(np.zeros((4, 5), bool), np.zeros((5, 4), bool))
