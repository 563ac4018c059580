"""What an ablation found: a table to read, files to work with."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from mevis.apis.ablation.plan import Plan
from mevis.apis.ablation.running import write_json
from mevis.apis.ablation.summary import ALL, Figure, RowSummary
from mevis.boundary.terminal import literal
from mevis.structures.atomic_write import atomic_write_text

Summaries = Mapping[str, RowSummary]


def print_table(summaries: Summaries, plan: Plan) -> None:
    """Prints J&F by row: overall with its spread and difference, then by kind of sentence."""
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=220)  # logs have no edge to fold at
    kinds = kinds_of(summaries)
    table = Table('row', 'seeds', 'J&F', f'beside {literal(plan.reference)}', *map(literal, kinds))
    for column in table.columns[1:]:
        column.justify = 'right'
    for name, summary in summaries.items():
        cells = [summary.figures.get(kind) for kind in kinds]
        table.add_row(
            literal(name),
            str(len(summary.seeds)),
            with_spread(summary.figures[ALL]),
            difference_text(summary.figures[ALL]),
            *(f'{figure.mean:.1f}' if figure else '-' for figure in cells),
        )
    console.print(table)


def markdown_table(summaries: Summaries, plan: Plan) -> str:
    """The same table for a document."""
    kinds = kinds_of(summaries)
    head = ['row', 'seeds', 'J&F', f'beside `{plan.reference}`', *kinds]
    lines = ['| ' + ' | '.join(head) + ' |', '|---|---:' + '|---:' * (len(head) - 2) + '|']
    for name, summary in summaries.items():
        overall = summary.figures[ALL]
        figures = [summary.figures.get(kind) for kind in kinds]
        cells = [f'`{name}`', str(len(summary.seeds)), with_spread(overall)]
        cells += [difference_text(overall)]
        cells += [f'{figure.mean:.1f}' if figure else '-' for figure in figures]
        lines.append('| ' + ' | '.join(cells) + ' |')
    return '\n'.join(lines) + '\n'


def write_files(summaries: Summaries, plan: Plan, out_dir: str | Path) -> list[Path]:
    """``figures.json``, ``figures.csv`` (a line per row and group) and ``table.md``."""
    out_dir = Path(out_dir)
    paths = [out_dir / name for name in ('figures.json', 'figures.csv', 'table.md')]
    rows = {
        name: {'what': plan.rows[name].what, **summary.to_dict()}
        for name, summary in summaries.items()
    }
    shared = {
        'reference': plan.reference,
        'train_videos': plan.train_videos,
        'test_videos': plan.test_videos,
    }
    write_json(paths[0], {**shared, 'rows': rows})
    fields = list(Figure.__dataclass_fields__)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator='\n')
    writer.writerow(['row', 'group', 'seeds', *fields])
    for name, summary in summaries.items():
        for group, figure in summary.figures.items():
            values = [getattr(figure, field) for field in fields]
            cells = ['' if value is None else value for value in values]
            writer.writerow([name, group, len(summary.seeds), *cells])
    atomic_write_text(paths[1], text.getvalue())
    atomic_write_text(paths[2], markdown_table(summaries, plan))
    return paths


def kinds_of(summaries: Summaries) -> list[str]:
    """Tags that say of which kind a sentence is; those with a colon say what it is about."""
    names = {name for summary in summaries.values() for name in summary.figures}
    return sorted(name for name in names if name != ALL and ':' not in name)


def with_spread(figure: Figure) -> str:
    """``63.9 ± 0.4``; one seed has no spread."""
    if figure.spread is None:
        return f'{figure.mean:.1f}'
    return f'{figure.mean:.1f} ± {figure.spread:.1f}'


def difference_text(figure: Figure) -> str:
    """``+1.2 [-0.3, 2.6]``: the difference to the reference and its 95 % interval."""
    if figure.difference is None:
        return '-'
    return f'{figure.difference:+.1f} [{figure.low:.1f}, {figure.high:.1f}]'
