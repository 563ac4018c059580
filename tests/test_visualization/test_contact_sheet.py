import numpy as np
import pytest

from mevis.structures import encode_rle
from mevis.visualization.contact_sheet import Strip, draw_sheet, spread, stack_sheets

RED = (250, 1, 2)


@pytest.mark.parametrize(
    ('num_frames', 'columns', 'expected'),
    [(24, 4, [0, 8, 15, 23]), (3, 6, [0, 1, 2]), (1, 6, [0]), (100, 1, [0]), (7, 7, [*range(7)])],
)
def test_columns_are_spread_over_the_video(num_frames, columns, expected):
    assert spread(num_frames, columns) == expected


class Reader:
    def __init__(self) -> None:
        self.read = []

    def __call__(self, positions):
        self.read.append(list(positions))
        return np.full((len(positions), 30, 40, 3), 100, np.uint8)


def mask_rles(num_frames: int, masked: int) -> list:
    masks = np.zeros((num_frames, 30, 40), bool)
    masks[masked] = True
    return [*encode_rle(masks[:-1]), None]


def test_only_the_frames_that_are_shown_are_read_one_at_a_time():
    reader = Reader()
    strips = [Strip('one', RED, mask_rles(50, 10)), Strip('two', RED, mask_rles(50, 10))]
    draw_sheet(reader, (30, 40), [0, 10, 49], 'abc', strips, cell_width=60)
    assert reader.read == [[0], [10], [49]]


def test_a_mask_is_drawn_in_its_row_and_column():
    strips = [Strip('here', RED, mask_rles(5, 2)), Strip('no masks at all', RED, None)]
    sheet = draw_sheet(Reader(), (30, 40), [0, 2, 4], 'abc', strips, cell_width=60)
    coloured = (sheet == RED).all(-1)
    # The full frame has a contour along its border; the square of the caption is far smaller.
    columns = np.flatnonzero(coloured.sum(0) > 20)
    assert columns.min() >= 60
    assert columns.max() < 2 * 64 + 4
    rows = np.flatnonzero(coloured.sum(1) > 20)
    assert len(rows)
    assert rows.max() < sheet.shape[0] - 45, 'not in the second row'


def test_sheets_of_several_widths_are_stacked():
    sheets = [np.zeros((10, 20, 3), np.uint8), np.full((5, 30, 3), 255, np.uint8)]
    stacked = stack_sheets(sheets)
    assert stacked.shape[1] == 30
    assert (stacked == 255).all(-1).sum() == 150
