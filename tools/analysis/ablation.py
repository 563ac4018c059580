"""Runs or resumes the rows of an ablation and says what each part brings.

tools/analysis/ablation.py configs/ablation/moving_shapes.yaml --seeds 0 1 2
tools/analysis/ablation.py configs/ablation/moving_shapes.yaml --rows local global --seeds 0
"""

import argparse
from pathlib import Path

from mevis.apis.cli import run
from mevis.boundary.arguments import SEED, CommandParser


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    parser = CommandParser(
        description=__doc__,
        epilog='Interrupted, the same command completes what is missing. See docs/ablation.md.',
    )
    parser.add_argument('plan', type=Path, help='the rows, a YAML file of configs/ablation/')
    parser.add_argument('--rows', nargs='+', metavar='ROW', help='only these; default: all')
    parser.add_argument(
        '--seeds', nargs='+', type=SEED, default=[0], metavar='N', help='each trains every row'
    )
    parser.add_argument('--work-dir', type=Path, help='default: work_dirs/ablation_<plan>')
    parser.add_argument('--chart', type=Path, help='PNG (default: <work-dir>/chart.png)')
    parser.add_argument(
        '--report-only',
        action='store_true',
        help='only report existing results',
    )
    return parser.parse_args()


def main() -> None:
    """Runs and reports."""
    args = parse_args()
    from mevis.apis.ablation.chart import draw_chart
    from mevis.apis.ablation.plan import read_plan
    from mevis.apis.ablation.report import print_table, write_files
    from mevis.apis.ablation.running import AblationRunner
    from mevis.apis.ablation.summary import summarize_row
    from mevis.errors import UserError
    from mevis.structures.atomic_write import check_target

    plan = read_plan(args.plan)
    work_dir = args.work_dir or Path(f'work_dirs/ablation_{args.plan.stem}')
    chart = args.chart or work_dir / 'chart.png'
    if args.chart:
        if chart.suffix.lower() != '.png':
            raise UserError(f'--chart {chart}: name the picture .png.')
        check_target(chart, (args.plan,))
    runner = AblationRunner(plan, work_dir, Path(__file__).resolve().parents[1])
    rows = plan.choose(args.rows)
    if not args.report_only:
        runner.check(rows)
        # Seed by seed, so that a run that is stopped has every row with the first seeds.
        for seed in args.seeds:
            for row in rows:
                print(f'{row.name}, seed {seed}: {row.what}', flush=True)
                runner.run(row, seed)
    runs = {}
    for name, row in plan.rows.items():
        found = {seed: runner.result(row, seed) for seed in args.seeds}
        runs[name] = {seed: scores for seed, scores in found.items() if scores is not None}
    reference = runs[plan.reference]
    summaries = {
        name: summarize_row(own, None if name == plan.reference else reference)
        for name, own in runs.items()
        if own and (args.rows is None or name in args.rows or name == plan.reference)
    }
    if not summaries:
        raise UserError(f'{work_dir}: no row has been run. Leave out --report-only.')
    print_table(summaries, plan)
    draw_chart(summaries, plan.reference, chart)
    for path in (*write_files(summaries, plan, work_dir), chart):
        print(path)


if __name__ == '__main__':
    run(main)
