"""Pictures of objects."""

import numpy as np
import pytest

from mevis.datasets.moving_shapes.looks import COLOURS, SHAPES, TEXTURES
from mevis.datasets.moving_shapes.sprites import MARGIN, SPRITE, background, sprite


@pytest.mark.parametrize('shape', SHAPES)
def test_a_shape_fills_its_square_but_for_the_margin(shape):
    solid = sprite('red', shape, 'plain')[..., 3] > 0.5
    rows, columns = np.flatnonzero(solid.any(1)), np.flatnonzero(solid.any(0))
    for low, high in ((rows[0], rows[-1]), (columns[0], columns[-1])):
        assert low >= MARGIN // 2
        assert high < SPRITE - MARGIN // 2
        assert high - low > 0.8 * (SPRITE - 2 * MARGIN)


def test_shapes_and_textures_differ():
    outlines = {sprite('red', shape, 'plain')[..., 3].tobytes() for shape in SHAPES}
    assert len(outlines) == len(SHAPES)
    pictures = {sprite('red', 'circle', texture).tobytes() for texture in TEXTURES}
    assert len(pictures) == len(TEXTURES)


@pytest.mark.parametrize('colour', sorted(COLOURS))
def test_colour_is_in_range_and_under_its_opacity(colour):
    picture = sprite(colour, 'star', 'checkered')
    assert picture.min() >= 0
    assert (picture[..., :3] <= 255 * picture[..., 3:] + 1e-3).all()
    assert picture[..., 3].max() == 1


def test_backgrounds_are_muted_and_fixed_by_their_seed():
    one, two, other = background(1, 40, 60), background(1, 40, 60), background(2, 40, 60)
    assert one.shape == (40, 60, 3)
    assert (one == two).all()
    assert (one != other).any()
    # Every colour of an object is farther from grey.
    spread = one.reshape(-1, 3).astype(int)
    assert (spread.max(1) - spread.min(1)).mean() < 40
