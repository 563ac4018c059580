r"""Scores predicted masks: J, F and J&F per expression, per tag and overall.

tools/evaluate.py --annotations data/mevis/valid_u/meta_expressions.json \
    --masks data/mevis/valid_u/mask_dict.json --predictions work_dirs/test --out scores.json
"""

import argparse
from pathlib import Path

from mevis.boundary.arguments import CommandParser


def parse_args() -> argparse.Namespace:
    """Command line."""
    from mevis.apis.scoring.command import add_scoring_options

    parser = CommandParser(
        description=__doc__,
        epilog='See docs/evaluation.md for what is averaged over what.',
    )
    parser.add_argument('--annotations', type=Path, required=True, help='meta_expressions.json')
    parser.add_argument('--masks', type=Path, required=True, help='mask_dict.json of the split')
    add_scoring_options(parser)
    return parser.parse_args()


def main() -> None:
    """Scores."""
    args = parse_args()
    from mevis.apis.scoring.command import say_what_is_missing, video_progress
    from mevis.apis.scoring.split_scores import score_predictions
    from mevis.evaluation.score_file import sentence_scores, write_score_file
    from mevis.evaluation.score_summary import summarize
    from mevis.evaluation.score_table import print_scores
    from mevis.structures.atomic_write import check_target

    if args.out:
        check_target(args.out, (args.annotations, args.masks, args.predictions))
    with video_progress() as on_video:
        scored = score_predictions(
            args.annotations,
            args.masks,
            args.predictions,
            args.workers,
            on_video,
        )
    if args.out:
        figures = summarize(scored.scores, scored.tags)
        sentences = sentence_scores(scored.scores, scored.tags)
        write_score_file(args.out, figures, sentences, scored.missing)
    say_what_is_missing(scored.missing)
    print_scores(scored.scores, scored.tags)


if __name__ == '__main__':
    from mevis.apis.cli import run

    run(main)
