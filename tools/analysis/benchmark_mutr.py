"""Times the official MUTR and ours on one video, and compares their peak memory.

tools/analysis/benchmark_mutr.py --official-root DIR

DIR is a checkout of OpenGVLab/MUTR; nothing of it is compiled.  Both sides get the same weights, by
the rule of the recordings, and the same frames and sentences, in float32 on a CPU.  They run in
turns, each in a process of its own, after a first run that is not counted (a training step, or the
video with one sentence); the best time of each counts, and its memory beyond what the process held
with the model loaded.  Without --official-root ours is measured alone.
"""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mevis.boundary.arguments import COUNT, CommandParser, height_and_width

SIDES = ('official', 'ours')
# What ours may take of the official time and memory.
BARS = {'sentence': (0.5, 0.5), 'sentences': (0.4, 0.5), 'training': (0.4, 0.6)}
MANY_SENTENCES = 8
# Of a long video the official code holds attention over all pixels, which no memory does; ours may
# take 30 MB a frame, 6 GB for 200 frames.
LONG_VIDEO, BYTES_A_FRAME = 200, 30e6


def parse_args() -> argparse.Namespace:
    """Command line."""
    parser = CommandParser(
        description=__doc__.splitlines()[0],
        epilog='Exit status: 0 if mevis stays within its share of the official time and memory'
        f' (one sentence {BARS["sentence"]}, from {MANY_SENTENCES} sentences'
        f' {BARS["sentences"]}, training {BARS["training"]}) and, from {LONG_VIDEO} frames, within'
        f' {BYTES_A_FRAME / 1e6:.0f} MB a frame; 1 if not, 2 for bad input.',
    )
    parser.add_argument(
        '--official-root',
        type=Path,
        metavar='DIR',
        help='checkout of OpenGVLab/MUTR; default: mevis alone',
    )
    parser.add_argument('--backbone', default='resnet50', help='official name, such as swin_t_p4w7')
    parser.add_argument('--frames', type=COUNT, help='default: 20, or 5 in training')
    parser.add_argument('--sentences', type=COUNT, default=8, help='about one video')
    parser.add_argument('--size', metavar='HxW', help='default: 360x640, or 352x640 in training')
    parser.add_argument('--train', action='store_true', help='losses and gradients of one clip')
    parser.add_argument(
        '--recompute', action='store_true', help='mevis only, in training: see MUTR.recompute'
    )
    parser.add_argument('--chunk-size', type=COUNT, default=8, help='mevis only: frames at a time')
    parser.add_argument('--repeats', type=COUNT, default=3, help='interleaved runs of each')
    parser.add_argument('--json', action='store_true', help='print the figures as JSON')
    parser.add_argument('--side', choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument('--exchange', type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    args.frames = (5 if args.train else 20) if args.frames is None else args.frames
    args.size = args.size or ('352x640' if args.train else '360x640')
    return args


def run_side(args: argparse.Namespace, size: tuple[int, int]) -> None:
    """Child process: measures, and leaves the answer for comparison."""
    import numpy as np

    from mevis.apis.parity.mutr_sides import (
        STAGES,
        Official,
        Ours,
        Stages,
        make_sentences,
        silenced,
    )
    from mevis.testing.parity.side_by_side import leave_result, smooth_video
    from mevis.testing.peak_memory import measure

    if args.side == 'official':
        side = Official(args.official_root, args.backbone)
    else:
        side = Ours(args.backbone, args.chunk_size, args.recompute)
    side.model.train(args.train)
    sentences = make_sentences(args.sentences)
    # Imports and caches of the first call.
    small = smooth_video(3, (64, 96))
    if args.train:
        loss = silenced(side.model, side.train(small, sentences))
        answers = [(loss, np.zeros(0, np.uint8))]
        work = first = side.train(smooth_video(args.frames, size), sentences)
    else:
        side.test(small, sentences[:1])[0]()
        video = smooth_video(args.frames, size)
        first = side.test(video, sentences[:1])[0]
        work, read = side.test(video, sentences)
    stages = Stages(side.model, STAGES[args.side])

    def warm_up() -> None:
        first()
        stages.forget()

    measured = measure(work, warm_up)
    if not args.train:
        answers = read(measured.result)
    scores, masks = zip(*answers, strict=True)
    parts = {**stages.seconds, 'rest': measured.cpu_seconds - sum(stages.seconds.values())}
    answer = dict(scores=np.array(scores), masks=np.stack(masks))
    leave_result(args.exchange, args.side, measured, answer, parts)


def compare_answers(exchange: Path) -> dict[str, float]:
    """How the two answers differ; in training the score is the loss of a small clip."""
    import numpy as np

    first, second = (np.load(exchange / f'{side}.npz') for side in SIDES)
    pixels = np.unpackbits(first['masks'] ^ second['masks'])
    scale = np.abs(first['scores']).max()
    return {
        'worst_score_difference': float(np.abs(first['scores'] - second['scores']).max() / scale),
        'differing_pixels': float(pixels.mean()) if pixels.size else 0.0,
    }


def bars_of(args: argparse.Namespace) -> tuple[float, float]:
    """Most time and memory of ours, as shares of the official."""
    if args.train:
        return BARS['training']
    return BARS['sentences' if args.sentences >= MANY_SENTENCES else 'sentence']


def most_mib(args: argparse.Namespace) -> float | None:
    """Most memory of ours for a long video; None for a short one."""
    is_long = args.frames >= LONG_VIDEO and not args.train
    return args.frames * BYTES_A_FRAME / (1 << 20) if is_long else None


def print_table(args: argparse.Namespace, figures: Mapping[str, Any]) -> None:
    """The figures for a reader."""
    from rich.console import Console
    from rich.table import Table

    from mevis.testing.parity.side_by_side import cost_rows

    best, ratios, answers = figures['best'], figures['ratios'], figures['answers']
    what = 'training step' if args.train else f'{args.sentences} sentences'
    table = Table(
        f'{args.backbone}, {args.frames} frames of {args.size}, {what}',
        *best,
        *(['ratio', 'bar'] if ratios else []),
    )
    for row in cost_rows(figures, *bars_of(args)):
        table.add_row(*row)
    for stage in next(iter(best.values()))['stages']:
        numbers = [f'{side["stages"][stage]:.2f}' for side in best.values()]
        note = 'forward pass' if args.train else 'seconds'
        table.add_row(f'{stage}, {note}', *numbers)
    console = Console(width=110)
    console.print(table)
    most = most_mib(args)
    if most is not None:
        console.print(f'memory of {args.frames} frames: at most {most:.0f} MiB')
    if answers:
        name = 'loss of a small clip' if args.train else 'scores'
        console.print(
            f'{name} within {answers["worst_score_difference"]:.1e}, share of pixels that differ:'
            f' {answers["differing_pixels"]:.1e}'
        )


def main() -> int:
    """Runs the command."""
    args = parse_args()
    size = height_and_width(args.size)
    if args.side:
        run_side(args, size)
        return 0
    from mevis.testing.parity.side_by_side import SIDES, exceeds, run_in_turns

    sides = SIDES if args.official_root else SIDES[1:]
    figures = run_in_turns(sides, args.repeats, compare_answers)
    if args.json:
        print(json.dumps(figures, indent=2))
    else:
        print_table(args, figures)
    most = most_mib(args)
    too_large = most is not None and figures['best']['ours']['mib'] > most
    return int(too_large or exceeds(figures, *bars_of(args)))


if __name__ == '__main__':
    from mevis.apis.cli import run

    run(main)
