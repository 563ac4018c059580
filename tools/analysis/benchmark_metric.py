"""Measures J and F against the official algorithm written the official way, in one run.

One core scores the same masks both ways, in turns; printed are milliseconds per frame and their
ratio.  The official way makes and dilates the boundary maps of whole frames.
"""

import argparse
import json
import time
from collections.abc import Callable, Sequence

from mevis.boundary.arguments import COUNT, SIDE, CommandParser


def parse_args() -> argparse.Namespace:
    """Command line."""
    parser = CommandParser(description=__doc__)
    parser.add_argument('--height', type=SIDE, default=720, help='of the masks')
    parser.add_argument('--width', type=SIDE, default=1280, help='of the masks')
    parser.add_argument('--frames', type=COUNT, default=20, help='per kind of mask')
    parser.add_argument('--repeats', type=COUNT, default=3, help='rounds; the best one counts')
    parser.add_argument('--json', action='store_true', help='print the figures as JSON')
    return parser.parse_args()


def make_pairs(height: int, width: int, num_frames: int) -> dict[str, list]:
    """Pairs of masks: name -> (prediction, truth) per frame."""
    import cv2
    import numpy as np

    rng = np.random.default_rng(0)

    def objects(number: int) -> np.ndarray:
        """Blobs of 300x200 pixels in 720p."""
        mask = np.zeros((height, width), np.uint8)
        for _ in range(number):
            centre = (int(rng.uniform(0.2, 0.8) * width), int(rng.uniform(0.2, 0.8) * height))
            axes = (int(0.117 * width), int(0.139 * height))
            cv2.ellipse(mask, centre, axes, rng.uniform(0, 180), 0, 360, 1, -1)
        return mask.astype(bool)

    def shifted(mask: np.ndarray) -> np.ndarray:
        return np.roll(mask, rng.integers(-12, 13, 2), (0, 1))

    one = [objects(1) for _ in range(num_frames)]
    three = [objects(3) for _ in range(num_frames)]
    noise = [cv2.blur(rng.random((height, width)), (9, 9)) > 0.5 for _ in range(num_frames)]
    return {
        'one object': [(shifted(mask), mask) for mask in one],
        'one object, missed': [(objects(1), mask) for mask in one],
        'three objects': [(shifted(mask), mask) for mask in three],
        'nothing predicted': [(np.zeros_like(mask), mask) for mask in one],
        'noise predicted': list(zip(noise, one, strict=True)),
    }


def seconds(score: Callable, pairs: Sequence, repeats: int) -> tuple[float, list]:
    """The best time of all pairs, and the scores."""
    best = float('inf')
    for _ in range(repeats):
        start = time.perf_counter()
        scores = [score(*pair) for pair in pairs]
        best = min(best, time.perf_counter() - start)
    return best, scores


def measure(height: int, width: int, num_frames: int, repeats: int) -> dict[str, dict[str, float]]:
    """Kind of mask -> milliseconds per frame of both ways, ratio and largest difference."""
    import cv2

    from mevis.evaluation.expression_score import score_frame
    from mevis.testing.parity.davis_reference import (
        reference_boundary_accuracy,
        reference_similarity,
    )

    def official(prediction, truth):
        return (
            reference_similarity(prediction, truth),
            reference_boundary_accuracy(prediction, truth),
        )

    cv2.setNumThreads(1)
    figures = {}
    for name, pairs in make_pairs(height, width, num_frames).items():
        reference, expected = seconds(official, pairs, repeats)
        ours, scores = seconds(score_frame, pairs, repeats)
        worst = max(
            abs(a - b)
            for score, wanted in zip(scores, expected, strict=True)
            for a, b in zip(score, wanted, strict=True)
        )
        figures[name] = {
            'official_ms': 1e3 * reference / len(pairs),
            'ours_ms': 1e3 * ours / len(pairs),
            'ratio': reference / ours,
            'worst_difference': worst,
        }
    return figures


def main() -> int:
    """Runs the command."""
    args = parse_args()
    figures = measure(args.height, args.width, args.frames, args.repeats)
    if args.json:
        print(json.dumps(figures, indent=2))
        return 0
    from rich.console import Console
    from rich.table import Table

    table = Table(
        f'{args.height}x{args.width}, one core',
        'official, ms/frame',
        'ours, ms/frame',
        'ratio',
        'worst difference',
    )
    for name, row in figures.items():
        table.add_row(
            name,
            f'{row["official_ms"]:.2f}',
            f'{row["ours_ms"]:.2f}',
            f'{row["ratio"]:.1f}',
            f'{row["worst_difference"]:.2g}',
        )
    Console().print(table)
    return 0


if __name__ == '__main__':
    from mevis.apis.cli import run

    run(main)
