"""Sheets of a split show truth, and answers above it."""

import numpy as np
import pytest

from mevis.apis.drawing.split import SplitDrawer, open_split
from mevis.errors import UserError
from mevis.structures import ExpressionPrediction, encode_rle
from mevis.testing.tiny_mevis import TINY_SIZE, write_tiny_mevis


@pytest.fixture
def drawer(tmp_path) -> SplitDrawer:
    write_tiny_mevis(tmp_path)
    return SplitDrawer(open_split(tmp_path, 'train'))


def test_answers_get_rows_of_their_own(drawer):
    rles = encode_rle(np.zeros((3, *TINY_SIZE), bool))
    answers = {'0': ExpressionPrediction('0', 'a square', rles, 0.5)}
    truth, both = drawer.sheet('cat'), drawer.sheet('cat', answers)
    assert both.shape[0] > 1.6 * truth.shape[0]
    assert both.shape[1] == truth.shape[1]


def test_a_video_that_is_not_there_is_named(drawer):
    with pytest.raises(UserError, match='no video dog'):
        drawer.sheet('dog')
