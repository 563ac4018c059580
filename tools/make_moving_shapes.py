"""Makes MovingShapes, a procedural data set in MeViS format.

tools/make_moving_shapes.py data/moving_shapes --train 2000 --valid-u 100
"""

import argparse
from pathlib import Path

from mevis.apis.cli import run


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        epilog='The seed fixes every byte. See docs/guides/moving_shapes.md.',
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument('root', type=Path, help='folder to write to')
    parser.add_argument('--train', type=int, default=2000, help='videos to train on')
    parser.add_argument('--valid-u', type=int, default=100, help='videos with truth, held out')
    parser.add_argument('--valid', type=int, default=0, help='videos without truth')
    parser.add_argument('--test', type=int, default=0, help='videos without truth')
    parser.add_argument('--num-frames', type=int, default=24, help='frames of a video')
    parser.add_argument('--height', type=int, default=128, help='rows of a frame')
    parser.add_argument('--width', type=int, default=192, help='columns of a frame')
    parser.add_argument('--sentences', type=int, default=8, help='sentences of a video, at most')
    parser.add_argument(
        '--kinds', nargs='+', default=[], metavar='TAG', help='keep sentences with these tags only'
    )
    parser.add_argument('--seed', type=int, default=0, help='of everything')
    parser.add_argument('--workers', type=int, default=2, help='processes')
    parser.add_argument(
        '--youtube-vis', action='store_true', help='also write instances.json (YouTube-VIS format)'
    )
    return parser.parse_args()


def main() -> None:
    """Makes the data set."""
    args = parse_args()
    from rich.progress import Progress

    from mevis.datasets.moving_shapes.writer import MovingShapesSettings, write_split

    settings = MovingShapesSettings(
        seed=args.seed,
        num_frames=args.num_frames,
        height=args.height,
        width=args.width,
        sentences=args.sentences,
        kinds=tuple(args.kinds),
    )
    counts = dict(train=args.train, valid_u=args.valid_u, valid=args.valid, test=args.test)
    with Progress() as progress:
        for split, number in counts.items():
            if not number:
                continue
            task = progress.add_task(split, total=number)
            written = write_split(
                args.root,
                split,
                number,
                settings,
                args.workers,
                args.youtube_vis,
                lambda task=task: progress.advance(task),
            )
            if not written:
                progress.update(task, completed=number, description=f'{split} (already there)')


if __name__ == '__main__':
    run(main)
