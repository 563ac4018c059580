"""Costs against amounts of work as a picture."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mevis.apis.scaling.growth import Growth
from mevis.structures.atomic_write import atomic_path

COSTS = {'cpu_seconds': 'processor seconds', 'mib': 'MiB beyond the model'}
"""Costs of a point and what they are called."""


def draw_growth(
    points: Mapping[str, Sequence[Mapping[str, Any]]],
    growths: Mapping[str, Mapping[str, Growth]],
    path: str | Path,
) -> None:
    """Draws a panel per axis and cost: points, and the fitted growth through them.

    Args:
        points: By axis: ``amount`` and costs.
        growths: By axis and cost.
        path: A PNG file.
    """
    # No display is needed, and no state of a user's matplotlib is touched.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(2.4 * len(points), 4.6), dpi=110, layout='constrained')
    FigureCanvasAgg(figure)
    panels = figure.subplots(len(COSTS), len(points), squeeze=False)
    for column, (axis, measured) in enumerate(points.items()):
        amounts = [point['amount'] for point in measured]
        between = np.linspace(min(amounts), max(amounts), 60)
        for row, (cost, title) in enumerate(COSTS.items()):
            panel, growth = panels[row, column], growths[axis][cost]
            panel.plot(between, [growth.at(x) for x in between], color='#8fb3d9')
            panel.plot(amounts, [point[cost] for point in measured], 'o', color='#1f4e79', ms=4)
            panel.set_ylim(bottom=0)
            panel.set_title(f'exponent {growth.exponent:.2f}', fontsize=9)
            panel.tick_params(labelsize=8)
            if not column:
                panel.set_ylabel(title, fontsize=9)
        panels[-1, column].set_xlabel(axis, fontsize=9)
    with atomic_path(path) as temporary:
        figure.savefig(temporary, format='png')
