"""Frames and masks of a scene."""

import numpy as np
import pytest

from mevis.datasets.moving_shapes import Arena, Look, Scene, SceneObject, render_scene
from mevis.datasets.moving_shapes.paths import Path
from mevis.datasets.moving_shapes.render import visible_shares

ARENA = Arena(64, 96, 3)


def scene_of(*places: tuple[float, float], shape: str = 'square') -> Scene:
    objects = []
    for number, place in enumerate(places):
        look = Look(('red', 'blue', 'green')[number], shape, 'plain', 'large', 20.0)
        path = Path(np.tile(np.array(place, float), (3, 1)), np.ones(3))
        objects.append(SceneObject(look, path, 'rest', 'filler'))
    depth = list(range(len(objects)))
    return Scene(ARENA, objects, depth, 'rest', np.zeros((3, 2)), background_seed=1)


def test_masks_lie_where_the_objects_are():
    frames, masks, whole = render_scene(scene_of((30.0, 20.0), (70.0, 40.0)))
    assert frames.shape == (3, 64, 96, 3)
    assert frames.dtype == np.uint8
    assert masks.shape == (2, 3, 64, 96)
    for mask, (x, y) in zip(masks, ((30, 20), (70, 40)), strict=True):
        rows, columns = np.nonzero(mask[0])
        assert abs(columns.mean() + 0.5 - x) < 0.5
        assert abs(rows.mean() + 0.5 - y) < 0.5
    assert whole == pytest.approx(masks.sum((2, 3)), rel=0.12)
    assert visible_shares(masks, whole) == pytest.approx([1, 1], rel=0.12)
    # Red is red, and outside the masks nothing is.
    red = (frames[0, ..., 0].astype(int) - frames[0, ..., 2]) > 60
    assert (red & ~masks[0, 0]).sum() < 0.1 * masks[0, 0].sum()
    assert (red & masks[0, 0]).sum() > 0.7 * masks[0, 0].sum()


def test_what_is_in_front_hides_what_is_behind():
    scene = scene_of((30.0, 30.0), (40.0, 30.0))
    _, masks, whole = render_scene(scene)
    scene.depth = [1, 0]
    _, turned, _ = render_scene(scene)
    assert not (masks[0] & masks[1]).any()
    assert (masks.any(0) == turned.any(0)).all()
    assert masks[1].sum() == turned[0].sum() > masks[0].sum()
    assert visible_shares(masks, whole)[0] == pytest.approx(0.55, abs=0.1)


def test_outside_the_frame_there_is_no_mask():
    _, masks, _ = render_scene(scene_of((-11.0, 20.0), (100.0, 20.0), (0.0, 32.0)))
    assert not masks[0].any()
    assert masks[1, :, :, :90].sum() == 0
    assert masks[2].any()
    _, far, _ = render_scene(scene_of((-500.0, 20.0)))
    assert not far.any()


@pytest.mark.parametrize('shape', ['circle', 'cross', 'heart', 'star', 'triangle'])
def test_area_grows_with_the_square_of_the_size(shape):
    scene = scene_of((48.0, 32.0), shape=shape)
    scene.objects[0].path = Path(scene.objects[0].path.centres, np.array([0.8, 1.6, 2.4]))
    _, masks, whole = render_scene(scene)
    assert masks.sum((2, 3)) == pytest.approx(whole, rel=0.12)
    assert whole[0] == pytest.approx(whole[0, 0] * np.array([1, 4, 9]))


def test_the_background_moves_as_told():
    scene = scene_of((-500.0, 0.0))
    scene.background = np.array([[0.0, 0.0], [5.0, 0.0], [0.0, -3.0]])
    frames, _, _ = render_scene(scene)
    assert (frames[1][:, 5:] == frames[0][:, :-5]).all()
    assert (frames[2][:-3] == frames[0][3:]).all()
