"""One decision per clip; frames, masks, tracks and words stay together."""

import numpy as np
import pytest

from mevis.datasets.transforms import (
    RandomCropClip,
    RandomFlipClip,
    RandomResizeClip,
    RandomSelectTransforms,
    ResizeClip,
)


def track_of(results: dict) -> np.ndarray:
    """The only track in the sampled frames at the size of the clip; equals the truth."""
    return results['instances'].decode(results['frame_indices'], results['img_shape'])[0].numpy()


def test_flip_commutes_with_everything_it_touches(clip: dict):
    frames, masks = clip['frames'].copy(), clip['gt_masks'].copy()
    flipped = RandomFlipClip(prob=1.0)(clip)
    assert flipped['flip']
    assert (flipped['frames'] == frames[:, :, ::-1]).all()
    assert (flipped['gt_masks'] == masks[:, :, ::-1]).all()
    assert (track_of(flipped) == flipped['gt_masks']).all()
    assert flipped['expressions'][0].text == 'the bird on the Right flies left'


def test_flip_twice_is_no_flip(clip: dict):
    frames, text = clip['frames'].copy(), clip['expressions'][0].text
    twice = RandomFlipClip(1.0)(RandomFlipClip(1.0)(clip))
    assert not twice['flip']
    assert (twice['frames'] == frames).all()
    assert (track_of(twice) == twice['gt_masks']).all()
    assert twice['expressions'][0].text == text


def test_flip_probability(clip: dict):
    assert not RandomFlipClip(0.0)(dict(clip))['flip']
    flips = [RandomFlipClip(0.5)(dict(clip))['flip'] for _ in range(200)]
    assert 60 < sum(flips) < 140


@pytest.mark.parametrize('flip', [0.0, 1.0])
def test_crop_keeps_all_together(clip: dict, flip: float):
    for _ in range(20):
        cut = RandomCropClip(10, 35)(RandomFlipClip(flip)(dict(clip)))
        height, width = cut['img_shape']
        assert 10 <= height <= 35
        assert 10 <= width <= 35
        assert cut['frames'].shape == (3, height, width, 3)
        assert cut['gt_masks'].shape == (3, height, width)
        assert (track_of(cut) == cut['gt_masks']).all()
        assert cut['instances'].num_frames == 5
        whole = clip['frames'][:, :, ::-1] if flip else clip['frames']
        windows = np.lib.stride_tricks.sliding_window_view(whole[0, :, :, 0], (height, width))
        assert (windows == cut['frames'][0, :, :, 0]).all((2, 3)).any()


def test_crop_larger_than_the_clip_keeps_it(clip: dict):
    cut = RandomCropClip(100, 200)(dict(clip))
    assert cut['img_shape'] == (40, 60)
    assert (cut['frames'] == clip['frames']).all()


def test_resize(clip: dict):
    small = ResizeClip(20, 25)(dict(clip))
    assert small['img_shape'] == (17, 25)
    assert small['frames'].shape == (3, 17, 25, 3)
    assert small['gt_masks'].shape == (3, 17, 25)
    assert small['gt_masks'].dtype == bool
    assert abs(small['gt_masks'].mean() - clip['gt_masks'].mean()) < 0.02
    assert not small['gt_masks'][2].any()


def test_masks_are_resized_as_the_official_code_does(clip: dict):
    # Its rule: pixel i of n comes from pixel floor(i * N / n) of N.
    small = ResizeClip(17)(dict(clip))
    height, width = small['img_shape']
    rows = np.arange(height) * 40 // height
    columns = np.arange(width) * 60 // width
    assert (small['gt_masks'] == clip['gt_masks'][:, rows][:, :, columns]).all()


def test_resize_takes_flipped_views(clip: dict):
    first = ResizeClip(20)(RandomFlipClip(1.0)(dict(clip)))['frames']
    then = RandomFlipClip(1.0)(ResizeClip(20)(dict(clip)))['frames']
    assert np.abs(first.astype(int) - then).max() <= 1


def test_random_resize_draws_every_size(clip: dict):
    sizes = {RandomResizeClip([20, 30, 40])(dict(clip))['img_shape'] for _ in range(40)}
    assert sizes == {(20, 30), (30, 45), (40, 60)}


def test_select(clip: dict):
    select = RandomSelectTransforms(
        first=[{'type': 'ResizeClip', 'short_side': 10}],
        second=[{'type': 'ResizeClip', 'short_side': 20}, {'type': 'RandomFlipClip', 'prob': 1.0}],
        prob=0.3,
    )
    results = [select(dict(clip)) for _ in range(200)]
    assert {(r['img_shape'], r['flip']) for r in results} == {((10, 15), False), ((20, 30), True)}
    assert 30 < sum(not result['flip'] for result in results) < 90


@pytest.mark.parametrize(
    'transform',
    [RandomFlipClip(0.5), RandomCropClip(10, 35), RandomResizeClip([20, 30, 40])],
)
def test_the_generator_alone_decides(clip: dict, transform):
    for seed in range(5):
        first = transform({**clip, 'rng': np.random.default_rng(seed)})
        np.random.seed(seed + 1)  # noqa: NPY002  the global generator must not matter
        second = transform({**clip, 'rng': np.random.default_rng(seed)})
        assert first['img_shape'] == second['img_shape']
        assert (first['frames'] == second['frames']).all()


@pytest.mark.parametrize(
    'transform',
    [
        RandomFlipClip(1.0),
        RandomCropClip(10, 35),
        RandomResizeClip([17, 30]),
        ResizeClip(13, 25),
    ],
)
def test_instances_follow_as_the_truth_does(clip: dict, transform):
    masks = clip['gt_masks']
    clip['gt_instance_masks'] = np.stack([masks, masks & False, masks])
    changed = transform(dict(clip))
    expected = np.stack([changed['gt_masks'], changed['gt_masks'] & False, changed['gt_masks']])
    assert changed['gt_instance_masks'].dtype == bool
    assert (changed['gt_instance_masks'] == expected).all()


def test_no_instance(clip: dict):
    clip['gt_instance_masks'] = np.zeros((0, 3, 40, 60), bool)
    for transform in (RandomFlipClip(1.0), RandomCropClip(10, 35), ResizeClip(13)):
        clip = transform(clip)
        assert clip['gt_instance_masks'].shape == (0, 3, *clip['img_shape'])


def test_choices_that_leave_nothing_are_refused_when_they_are_built():
    with pytest.raises(ValueError, match='short_sides'):
        RandomResizeClip([])
    with pytest.raises(ValueError, match='min_size 9 must not be above max_size 8'):
        RandomCropClip(9, 8)
