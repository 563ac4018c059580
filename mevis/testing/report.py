"""The table of a comparison with recordings."""

from collections.abc import Sequence

from mevis.testing.parity import Comparison


def print_comparisons(comparisons: Sequence[Comparison]) -> int:
    """Prints the worst tensor of each case; returns 1 if any is beyond its tolerance."""
    from rich.console import Console
    from rich.table import Table

    table = Table('case', 'compared', 'worst', 'difference', 'tolerance', '')
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
    console.print(table)
    failed = [comparison.name for comparison in comparisons if not comparison.holds]
    console.print(f'{len(comparisons) - len(failed)} of {len(comparisons)} cases are equal.')
    return int(bool(failed))
