import numpy as np
import pytest

from mevis.visualization import Caption, FramePainter, tile

RED, BLUE = (250, 1, 2), (3, 4, 240)


def test_several_sentences_have_their_colours_on_one_frame():
    painter = FramePainter((48, 64), [Caption('one', RED), Caption('two', BLUE)], min_width=64)
    first, second = np.zeros((2, 48, 64), bool)
    first[5:15, 5:15], second[30:40, 30:50] = True, True
    picture = painter(np.full((48, 64, 3), 100, np.uint8), [first, second])
    assert picture.shape[0] > 48
    assert (picture[5, 5:15] == RED).all()
    assert (picture[30, 30:50] == BLUE).all()
    assert (picture[:48][20:28] == 100).all()


@pytest.mark.parametrize(('width', 'scale'), [(64, 6), (192, 2), (360, 1), (1280, 1)])
def test_small_frames_are_enlarged_by_a_whole_number(width, scale):
    painter = FramePainter((40, width), [])
    assert painter.size == (40 * scale, width * scale)


def test_every_frame_has_the_same_size():
    painter = FramePainter((41, 63), [Caption('a sentence that is quite long, on and on', RED)])
    none, full = np.zeros((41, 63), bool), np.ones((41, 63), bool)
    frame = np.zeros((41, 63, 3), np.uint8)
    assert painter(frame, [none]).shape == painter(frame, [full]).shape
    assert not frame.any(), 'the frame itself stays as it is'


def test_panels_are_tiled():
    panels = [np.full((10, 20, 3), value, np.uint8) for value in (50, 100, 150)]
    tiled = tile(panels, columns=2)
    assert [(tiled == value).all(-1).sum() for value in (50, 100, 150)] == [200] * 3
    assert (tiled[:10, :20] == 50).all()
    assert (tiled[10:, :20] == 150).all()
