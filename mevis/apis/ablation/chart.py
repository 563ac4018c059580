"""The rows of an ablation as a picture."""

from collections.abc import Sequence
from pathlib import Path

from mevis.apis.ablation.report import Summaries
from mevis.apis.ablation.summary import ALL, RowSummary
from mevis.structures.atomic_write import atomic_path

GROUPS = (ALL, 'motion', 'order', 'mixed', 'relational')


def draw_chart(
    summaries: Summaries, reference: str, path: str | Path, groups: Sequence[str] = GROUPS
) -> None:
    """Draws one panel per group of sentences: each row's difference to the reference.

    Points are means, thick bars their 95 % intervals over videos; the numbers beside a panel
    are J&F.  Groups that no row has are left out.

    Args:
        summaries: Of the rows, from top to bottom.
        reference: The row that stands for the zero line.
        path: A PNG file.
        groups: ``all`` or tags.
    """
    # No display is needed, and no state of a user's matplotlib is touched.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    groups = [g for g in groups if any(g in s.figures for s in summaries.values())]
    height = 0.9 + 0.27 * len(summaries)
    figure = Figure(figsize=(1.9 + 2.1 * len(groups), height), dpi=110, layout='constrained')
    FigureCanvasAgg(figure)
    panels = figure.subplots(1, len(groups), sharey=True, squeeze=False)[0]
    for panel, group in zip(panels, groups, strict=True):
        _draw_panel(panel, list(summaries.values()), group)
        panel.set_title(group, fontsize=10)
    panels[0].set_yticks(range(len(summaries)), list(summaries), fontsize=9)
    panels[0].set_ylim(len(summaries) - 0.5, -0.5)
    figure.supxlabel(f'J&F beside {reference}, points', fontsize=9)
    with atomic_path(path) as temporary:
        figure.savefig(temporary, format='png')


def _draw_panel(panel, rows: Sequence[RowSummary], group: str) -> None:
    panel.axvline(0, color='0.6', linewidth=1)
    panel.tick_params(labelsize=8)
    panel.margins(x=0.12)
    for place, row in enumerate(rows):
        figure = row.figures.get(group)
        if figure is None:
            continue
        difference = figure.difference or 0.0
        if figure.low is not None and figure.high is not None:
            panel.plot([figure.low, figure.high], [place, place], color='#8fb3d9', linewidth=4)
        panel.plot(difference, place, 'o', color='#1f4e79', markersize=4)
        panel.annotate(
            f'{figure.mean:.1f}',
            (1.0, place),
            xycoords=panel.get_yaxis_transform(),
            xytext=(3, 0),
            textcoords='offset points',
            ha='left',
            va='center',
            fontsize=7,
        )
