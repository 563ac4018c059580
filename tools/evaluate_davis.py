"""Scores predictions on Ref-DAVIS17 in both conventions of the literature.

tools/evaluate_davis.py data/ref-davis --predictions work_dirs/davis --out davis.json
"""

import argparse
from pathlib import Path

from mevis.boundary.arguments import CommandParser


def parse_args() -> argparse.Namespace:
    """Command line."""
    from mevis.apis.scoring.command import add_scoring_options

    parser = CommandParser(
        description=__doc__,
        epilog='See docs/guides/datasets.md for the two conventions.',
    )
    parser.add_argument('data_root', type=Path, help='folder with DAVIS and davis_text_annotations')
    parser.add_argument('--split', default='val', help='val or train (default: %(default)s)')
    add_scoring_options(parser)
    return parser.parse_args()


def main() -> None:
    """Scores."""
    args = parse_args()

    from mevis.apis.scoring.command import video_progress
    from mevis.apis.scoring.ref_davis_scores import score_ref_davis
    from mevis.evaluation.prediction_source import prediction_folders
    from mevis.evaluation.score_file import sentence_scores, write_score_file
    from mevis.evaluation.score_summary import summarize
    from mevis.structures.atomic_write import check_target

    if args.out:
        check_target(args.out, (args.data_root, *prediction_folders(args.predictions)))
    with video_progress() as on_video:
        scored = score_ref_davis(
            args.data_root,
            args.predictions,
            args.split,
            args.workers,
            on_video,
        )
    four = scored.figures()
    each = summarize(scored.sentences)
    if args.out:
        figures = {**four, **{f'{key}-sentence': value for key, value in each.items()}}
        write_score_file(args.out, figures, sentence_scores(scored.sentences, {}))
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
