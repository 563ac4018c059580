"""Measures how time and memory of MUTR grow with frames, sentences, resolution, tracks and queries.

tools/analysis/scaling.py [--axes AXIS ...] [--chart FILE]

A MUTR of full width with a ResNet-50 and random weights, which cost what trained ones do, answers
a smooth video on a CPU, each time in a process of its own.  One axis grows, the others stay.  To
every cost a growth is fitted: fixed + unit * amount ** exponent.  Time is that of the processor, on
all cores together, so that other work on the machine does not lengthen it; memory is what the peak
adds to the loaded model.
"""

import argparse
import json
from typing import Any

from mevis.apis.cli import run
from mevis.boundary.arguments import COUNT, CommandParser, height_and_width

AXES = {
    'frames': [4, 8, 16, 32],
    'sentences': [1, 2, 4, 8],
    'pixels': [1, 2, 4, 8],
    'instances': [1, 2, 4, 8],
    'queries': [5, 10, 20, 40],
}


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    parser = CommandParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        '--axes', nargs='+', choices=AXES, default=list(AXES), metavar='AXIS', help='what grows'
    )
    for axis, amounts in AXES.items():
        given = ' '.join(map(str, amounts))
        multiples = ', as multiples of those of --size' if axis == 'pixels' else ''
        parser.add_argument(
            f'--{axis}',
            type=COUNT,
            nargs='+',
            default=amounts,
            metavar='N',
            help=f'amounts, three or more{multiples} (default: {given})',
        )
    parser.add_argument('--size', default='96x160', metavar='HxW', help='default: %(default)s')
    parser.add_argument('--length', type=COUNT, default=4, help='frames of the other axes')
    parser.add_argument(
        '--window',
        type=COUNT,
        default=0,
        metavar='N',
        help='answer in windows of N frames that share half of them; default: the whole video',
    )
    parser.add_argument('--chart', metavar='FILE', help='a PNG file that the plots are written to')
    parser.add_argument('--json', action='store_true', help='print the figures as JSON')
    parser.add_argument('--small', action='store_true', help='the tiny model of the tests')
    return parser.parse_args()


def works_of(args: argparse.Namespace, axis: str) -> list[tuple[int, Any]]:
    """Amounts of an axis and the works that they are."""
    from dataclasses import replace

    from mevis.apis.scaling.workload import Work

    height, width = height_and_width(args.size)
    start = Work(frames=args.length, height=height, width=width, window=args.window)
    works = []
    for amount in sorted(set(getattr(args, axis))):
        if axis == 'pixels':
            side = amount**0.5
            work = replace(start, height=round(height * side), width=round(width * side))
        else:
            work = replace(start, **{axis: amount})
        works.append((amount, work))
    return works


def main() -> None:
    """Measures."""
    args = parse_args()
    from mevis.errors import UserError

    for axis in args.axes:
        if len(set(getattr(args, axis))) < 3:
            raise UserError(f'--{axis}: three different amounts or more, to fit an exponent.')
    from mevis.apis.scaling.chart import COSTS, draw_growth
    from mevis.apis.scaling.growth import fit_growth
    from mevis.apis.scaling.workload import measure_apart

    points: dict[str, list[dict[str, Any]]] = {}
    growths: dict[str, dict[str, Any]] = {}
    for axis in args.axes:
        points[axis] = []
        for amount, work in works_of(args, axis):
            measured = measure_apart(work, args.small)
            costs = dict(cpu_seconds=measured.cpu_seconds, mib=max(measured.own_mib, 0.1))
            points[axis].append(dict(amount=amount, **costs))
        amounts = [point['amount'] for point in points[axis]]
        growths[axis] = {
            cost: fit_growth(amounts, [point[cost] for point in points[axis]]) for cost in COSTS
        }
    if args.chart:
        draw_growth(points, growths, args.chart)
    if args.json:
        fitted = {axis: {c: vars(g) for c, g in costs.items()} for axis, costs in growths.items()}
        print(json.dumps({'points': points, 'growth': fitted}, indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table('axis', 'amount', 'processor s', 'MiB', 'exponents, time and memory')
    for axis, measured in points.items():
        for place, point in enumerate(measured):
            fits = [f'{growths[axis][cost].exponent:.2f}' for cost in COSTS]
            first, last = (axis, ', '.join(fits)) if not place else ('', '')
            costs = f'{point["cpu_seconds"]:.2f}', f'{point["mib"]:.0f}'
            table.add_row(first, str(point['amount']), *costs, last)
    Console(width=100).print(table)


if __name__ == '__main__':
    run(main)
