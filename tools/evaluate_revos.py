"""Scores predictions on ReVOS: J&F, accuracy (A) and robustness (R), per type of sentence.

tools/evaluate_revos.py data/ReVOS --predictions work_dirs/revos --out revos.json
"""

import argparse
import math

from mevis.apis.scoring.typed_command import parse_typed_args, score_by_type


def parse_args() -> argparse.Namespace:
    """Command line."""
    return parse_typed_args(__doc__)


def main() -> None:
    """Scores."""
    args = parse_args()
    from mevis.apis.scoring.revos_scores import score_revos

    scored = score_by_type(args, score_revos)
    if any(math.isnan(value) for _, row in scored.groups().values() for value in row.values()):
        print('R needs mask_dict_foreground.json beside mask_dict.json.')


if __name__ == '__main__':
    from mevis.apis.cli import run

    run(main)
