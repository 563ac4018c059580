r"""Scores predicted masks: J, F and J&F per expression, per tag and overall.

tools/evaluate.py --annotations data/mevis/valid_u/meta_expressions.json \
    --masks data/mevis/valid_u/mask_dict.json --predictions work_dirs/test --scores scores.json
"""

import argparse
import json
from pathlib import Path

from mevis.boundary.arguments import CommandParser


def parse_args() -> argparse.Namespace:
    """Command line."""
    from mevis.apis.scoring.command import SCORES_HELP, add_scoring_options

    parser = CommandParser(
        description=__doc__,
        epilog='See docs/evaluation.md for what is averaged over what.',
    )
    parser.add_argument('--annotations', type=Path, required=True, help='meta_expressions.json')
    parser.add_argument('--masks', type=Path, required=True, help='mask_dict.json of the split')
    add_scoring_options(
        parser, 'write "<video>_<expression id>": [J, F] to a JSON file, as the official script'
    )
    parser.add_argument(
        '--scores', type=Path, metavar='FILE', help=f'{SCORES_HELP}, that of tools/test.py --out'
    )
    return parser.parse_args()


def main() -> None:
    """Scores."""
    args = parse_args()
    from mevis.apis.scoring.command import say_what_is_missing, video_progress
    from mevis.apis.scoring.split_scores import score_predictions
    from mevis.evaluation.prediction_source import prediction_folders
    from mevis.evaluation.score_file import sentence_scores, write_score_file
    from mevis.evaluation.score_summary import summarize
    from mevis.evaluation.score_table import print_scores
    from mevis.structures.atomic_write import atomic_write_text, check_target

    targets = [path for path in (args.out, args.scores) if path]
    predicted = prediction_folders(args.predictions)
    for path in targets:
        others = [other for other in targets if other is not path]
        check_target(path, (args.annotations, args.masks, *predicted, *others))
    with video_progress() as on_video:
        scored = score_predictions(
            args.annotations,
            args.masks,
            args.predictions,
            args.workers,
            on_video,
        )
    if args.out:
        atomic_write_text(args.out, json.dumps(scored.official_form(), indent=1) + '\n')
    if args.scores:
        figures = summarize(scored.scores, scored.tags)
        sentences = sentence_scores(scored.scores, scored.tags)
        write_score_file(args.scores, figures, sentences, scored.missing)
    say_what_is_missing(scored.missing)
    print_scores(scored.scores, scored.tags)


if __name__ == '__main__':
    from mevis.apis.cli import run

    run(main)
