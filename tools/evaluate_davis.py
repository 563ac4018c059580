"""Scores predictions on Ref-DAVIS17 in both conventions of the literature.

tools/evaluate_davis.py data/ref-davis --predictions work_dirs/davis --out davis.json
"""

import argparse
import json
import os
from pathlib import Path

from mevis.boundary.arguments import WORKERS


def parse_args() -> argparse.Namespace:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog='See docs/guides/datasets.md for the two conventions.',
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('data_root', type=Path, help='folder with DAVIS and davis_text_annotations')
    parser.add_argument(
        '--predictions',
        type=Path,
        required=True,
        help='work folder of tools/test.py, or <video>/<expression id>/<frame>.png',
    )
    parser.add_argument('--split', default='val', help='val or train (default: %(default)s)')
    parser.add_argument('--out', type=Path, help='write the figures to this JSON file')
    parser.add_argument(
        '--workers',
        type=WORKERS,
        default=min(8, os.cpu_count() or 1),
        help='processes (default: %(default)s); the result does not depend on it',
    )
    return parser.parse_args()


def main() -> None:
    """Scores."""
    args = parse_args()
    from rich.console import Console
    from rich.progress import Progress

    from mevis.apis.scoring.ref_davis_scores import score_ref_davis
    from mevis.evaluation.score_summary import summarize
    from mevis.structures.atomic_write import atomic_write_text, check_target

    if args.out:
        check_target(args.out, (args.predictions,))
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task('videos', total=None)
        scored = score_ref_davis(
            args.data_root,
            args.predictions,
            args.split,
            args.workers,
            lambda done, total: progress.update(task, completed=done, total=total),
        )
    four = scored.figures()
    each = summarize(scored.sentences)
    if args.out:
        content = {'four_annotators': four, 'per_sentence': each}
        atomic_write_text(args.out, json.dumps(content, indent=1) + '\n')
    print('four annotators, DAVIS 2017 unsupervised evaluation (the usual figure):')
    print('  ' + ', '.join(f'{key} {four[key]:.2f}' for key in ('J&F', 'J', 'F')))
    for key, value in four.items():
        if key.startswith('J&F/'):
            print(f'  {key.removeprefix("J&F/")}: J&F {value:.2f}')
    print(f'per sentence ({len(scored.sentences)} sentences; not comparable with the above):')
    print('  ' + ', '.join(f'{key} {each[key]:.2f}' for key in ('J&F', 'J', 'F')))


if __name__ == '__main__':
    from mevis.apis.cli import run

    run(main)
