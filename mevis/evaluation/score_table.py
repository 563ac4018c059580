"""Scores as a table on the terminal."""

from collections.abc import Sequence

from mevis.boundary.terminal import literal
from mevis.evaluation.score_summary import GroupScore, Scores, Tags, group_scores, summarize


def print_scores(scores: Scores, tags: Tags | None = None) -> None:
    """Prints J, F and J&F in percent, overall and per tag."""
    from rich.console import Console
    from rich.table import Table

    table = Table('expressions', 'number', 'J', 'F', 'J&F')
    for column in table.columns[1:]:
        column.justify = 'right'
    for row in _rows(group_scores(scores, tags)):
        table.add_row(*row)
    console = Console(highlight=False)
    console.print(table)
    figures = summarize(scores, tags)
    if 'N-acc' in figures:
        line = f'no-target sentences answered by nothing (N-acc): {figures["N-acc"]:.2f} %'
        if 'T-acc' in figures:
            line += f'; others answered by something (T-acc): {figures["T-acc"]:.2f} %'
        console.print(line)
    if 'Final-all' in figures:
        console.print(
            f'J&F of the sentences with a target (J&F-target): {figures["J&F-target"]:.2f};'
            f' Final-target: {figures["Final-target"]:.2f}; Final-all: {figures["Final-all"]:.2f}'
        )


def _rows(groups: Sequence[GroupScore]) -> list[list[str]]:
    return [
        [
            literal(group.name),
            str(group.count),
            f'{group.similarity:.2f}',
            f'{group.accuracy:.2f}',
            f'{group.mean:.2f}',
        ]
        for group in groups
    ]
