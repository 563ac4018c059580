"""Scores predictions on Long-RVOS: J&F, tIoU and vIoU, per type of sentence.

tools/evaluate_long_rvos.py data/long_rvos --predictions work_dirs/long --out long.json
"""

import argparse

from mevis.apis.scoring.typed_command import parse_typed_args, score_by_type


def parse_args() -> argparse.Namespace:
    """Command line."""
    return parse_typed_args(__doc__)


def main() -> None:
    """Scores."""
    args = parse_args()
    from mevis.apis.scoring.long_rvos_scores import score_long_rvos

    score_by_type(args, score_long_rvos)


if __name__ == '__main__':
    from mevis.apis.cli import run

    run(main)
