r"""Scores predicted masks: J, F and J&F per expression, per tag and overall.

tools/evaluate.py --annotations data/mevis/valid_u/meta_expressions.json \
    --masks data/mevis/valid_u/mask_dict.json --predictions work_dirs/test --out scores.json
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
        epilog='See docs/evaluation.md for what is averaged over what.',
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('--annotations', type=Path, required=True, help='meta_expressions.json')
    parser.add_argument('--masks', type=Path, required=True, help='mask_dict.json of the split')
    parser.add_argument(
        '--predictions',
        type=Path,
        required=True,
        help='folder of <video>/<expression id>/<frame>.png, or a work folder of tools/test.py',
    )
    parser.add_argument(
        '--out', type=Path, help='write {"<video>_<expression id>": [J, F]} to this JSON file'
    )
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

    from mevis.apis.scoring.split_scores import score_predictions
    from mevis.boundary.terminal import plain
    from mevis.evaluation.score_table import print_scores
    from mevis.structures.atomic_write import atomic_write_text, check_target

    if args.out:
        check_target(args.out, (args.annotations, args.masks, args.predictions))
    console = Console(stderr=True)
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task('videos', total=None)
        scored = score_predictions(
            args.annotations,
            args.masks,
            args.predictions,
            args.workers,
            lambda done, total: progress.update(task, completed=done, total=total),
        )
    if args.out:
        atomic_write_text(args.out, json.dumps(scored.to_dict(), indent=1) + '\n')
    if scored.missing:
        listed = plain(', '.join(scored.missing[:5])) + (' …' if len(scored.missing) > 5 else '')
        console.print(
            f'{len(scored.missing)} videos have no predictions and score 0: {listed}',
            markup=False,
        )
    print_scores(scored.scores, scored.tags)


if __name__ == '__main__':
    from mevis.apis.cli import run

    run(main)
