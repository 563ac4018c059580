import numpy as np
import pytest

from mevis.structures.point_prompts import prompt_generator, sample_prompts


def ring(size=(40, 60)):
    mask = np.zeros(size, bool)
    mask[10:30, 20:45] = True
    mask[15:25, 28:38] = False
    return mask


def draw(mask, inside=10, outside=5, seed=0):
    return sample_prompts(mask, inside, outside, np.random.default_rng(seed))


def test_points_lie_inside_the_mask_and_outside_it_within_its_box():
    mask = ring()
    for seed in range(20):
        prompts = draw(mask, seed=seed)
        x, y = prompts.points.astype(int).T
        assert prompts.labels.tolist() == [1] * 10 + [0] * 5
        assert (mask[y, x] == prompts.labels.astype(bool)).all()
        assert (x >= 20).all()
        assert (x <= 44).all()
        assert (y >= 10).all()
        assert (y <= 29).all()
        assert len({*zip(x, y, strict=True)}) == 15
        assert prompts.box.tolist() == [20, 10, 44, 29]


def test_points_are_uniform():
    mask = ring()
    rng = np.random.default_rng(0)
    drawn = [sample_prompts(mask, 10, 5, rng) for _ in range(2000)]
    counts = np.zeros(mask.shape)
    for prompts in drawn:
        x, y = prompts.points.astype(int).T
        counts[y, x] += 1
    for region, number in ((mask, 10), (~mask[10:30, 20:45], 5)):
        window = counts if region is mask else counts[10:30, 20:45]
        expected = 2000 * number / region.sum()
        # Binomial counts: five standard deviations around the mean.
        assert (abs(window[region] - expected) < 5 * np.sqrt(expected)).all()


def test_a_mask_smaller_than_the_number_of_points_gives_all_its_pixels():
    mask = np.zeros((8, 8), bool)
    mask[3, 4] = mask[4, 5] = True
    prompts = draw(mask)
    assert sorted(map(tuple, prompts.points[prompts.labels == 1])) == [(4, 3), (5, 4)]
    assert sorted(map(tuple, prompts.points[prompts.labels == 0])) == [(4, 4), (5, 3)]


def test_a_mask_that_fills_its_box_has_no_outside():
    mask = np.zeros((8, 8), bool)
    mask[2:6, 1:7] = True
    prompts = draw(mask)
    assert prompts.labels.tolist() == [1] * 10


def test_a_mask_at_the_border_stays_within_the_frame():
    mask = np.tri(9, 12, -2, dtype=bool)
    prompts = draw(mask, 30, 30)
    x, y = prompts.points.astype(int).T
    assert x.min() >= 0
    assert y.max() <= 8
    assert prompts.box.tolist() == [0, 2, 6, 8]
    assert draw(np.ones((5, 4), bool)).box.tolist() == [0, 0, 3, 4]


def test_an_empty_mask_has_no_prompts():
    assert draw(np.zeros((5, 6), bool)) is None


def test_no_points_are_wanted():
    prompts = draw(ring(), 0, 0)
    assert prompts.points.shape == (0, 2)
    assert prompts.labels.shape == (0,)


@pytest.mark.parametrize(
    'other', [('w', '0', 'f'), ('v', '1', 'f'), ('v', '0', 'g'), ('v', '0f', '')]
)
def test_the_generator_follows_from_video_sentence_and_frame_alone(other):
    def numbers(*names, seed=0):
        return prompt_generator(*names, seed=seed).integers(0, 1 << 40, 4).tolist()

    assert numbers('v', '0', 'f') == numbers('v', '0', 'f')
    assert numbers('v', '0', 'f') != numbers(*other)
    assert numbers('v', '0', 'f') != numbers('v', '0', 'f', seed=1)
