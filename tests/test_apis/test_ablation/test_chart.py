"""The chart of an ablation."""

from pathlib import Path

import numpy as np
from PIL import Image

from mevis.apis.ablation.chart import draw_chart
from mevis.apis.ablation.summary import Figure, RowSummary


def chart(path: Path, difference: float) -> np.ndarray:
    plain = RowSummary((0,), {'all': Figure(8, 50.0, None, 49.0, 51.0)})
    figure = Figure(8, 50.0, None, 49.0, 51.0, difference, difference - 1, difference + 1)
    other = RowSummary((0,), {'all': figure})
    draw_chart({'plain': plain, 'other': other}, 'plain', path)
    with Image.open(path) as image:
        return np.asarray(image.convert('RGB')).astype(int)


def columns_of(pixels: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    """Columns with a pixel of about that colour."""
    return np.nonzero((np.abs(pixels - colour).sum(2) < 20).any(0))[0]


def test_a_row_stands_on_the_side_of_its_difference(tmp_path):
    for difference in (5.0, -5.0):
        pixels = chart(tmp_path / 'chart.png', difference)
        bar = columns_of(pixels, (0x8F, 0xB3, 0xD9))
        # The first of the two rows is the reference; its point is the zero.
        zero = columns_of(pixels[: len(pixels) // 2], (0x1F, 0x4E, 0x79))
        assert (bar.mean() > zero.mean()) == (difference > 0)
