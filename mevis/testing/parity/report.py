"""The table of a comparison with recordings."""

from collections.abc import Sequence

from mevis.testing.parity.comparison import Comparison


def print_comparisons(comparisons: Sequence[Comparison]) -> int:
    """Prints the worst tensor of each case; returns 1 if any is beyond its tolerance."""
    from rich.console import Console
    from rich.table import Table

    table = Table()
    table.add_column('case', no_wrap=True)
    table.add_column('compared', justify='right')
    table.add_column('worst', overflow='fold', min_width=20)
    for title in ('difference', 'tolerance', ''):
        table.add_column(title, no_wrap=True)
    for comparison in comparisons:
        name, difference, tolerance = comparison.worst
        verdict = '[green]equal' if comparison.holds else '[red]differs'
        table.add_row(
            comparison.name,
            str(len(comparison.rows)),
            name,
            f'{difference:.2g}',
            f'{tolerance:.2g}',
            verdict,
        )
    console = Console()
    if not console.is_terminal:
        console = Console(width=140)  # logs have no edge to fold at
    console.print(table)
    failed = [comparison.name for comparison in comparisons if not comparison.holds]
    console.print(f'{len(comparisons) - len(failed)} of {len(comparisons)} cases are equal.')
    return int(bool(failed))
