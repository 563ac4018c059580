"""Times the official MinVIS or DVIS and ours on one video, and compares their peak memory.

tools/analysis/benchmark_dvis.py --official-root DIR

DIR is, or lies beside, a checkout of zhang-tao-whu/DVIS and one of facebookresearch/detectron2;
neither is compiled.  Both sides get the same weights, by the rule of the recordings, and the same
frames.  They run in turns, each in a process of its own; the best time of each counts, and its
memory beyond what the process held with the model loaded.
"""

import argparse
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mevis.boundary.arguments import COUNT, CommandParser, height_and_width

MODELS = {'minvis': 'MinVIS', 'online': 'DVIS_online', 'offline': 'DVIS_offline'}
SIDES = ('official', 'ours')
# Of the official time and memory.
MOST_TIME, MOST_MEMORY = 1.0, 0.6


def parse_args() -> argparse.Namespace:
    """Command line."""
    parser = CommandParser(
        description=__doc__.splitlines()[0],
        epilog=f'Exit status: 0 if mevis takes at most {MOST_TIME} of the time and {MOST_MEMORY} of'
        ' the memory, 1 if not, 2 for bad input.',
    )
    parser.add_argument(
        '--official-root',
        type=Path,
        required=True,
        metavar='DIR',
        help='checkout of zhang-tao-whu/DVIS',
    )
    parser.add_argument(
        '--recordings',
        type=Path,
        metavar='DIR',
        help='with weight_rule.json; default: dvis of the recordings beside the repository',
    )
    parser.add_argument('--model', choices=MODELS, default='online', help='of DVIS')
    parser.add_argument('--frames', type=COUNT, default=40, help='of the video')
    parser.add_argument('--size', default='360x640', metavar='HxW', help='size of the frames')
    parser.add_argument('--num-queries', type=COUNT, default=100, help='object queries')
    parser.add_argument('--window-size', type=COUNT, default=3, help='frames at a time')
    parser.add_argument(
        '--mask-features',
        choices=('disk', 'memory', 'recompute'),
        default='disk',
        help='where mevis keeps them; default: disk',
    )
    parser.add_argument('--repeats', type=COUNT, default=1, help='interleaved runs of each')
    parser.add_argument('--json', action='store_true', help='print the figures as JSON')
    parser.add_argument('--side', choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument('--exchange', type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def weights(args: argparse.Namespace, shapes: Mapping[str, Any]) -> dict[str, Any]:
    """Official weights by the rule of the recordings."""
    from mevis.testing.parity.comparison import read_json
    from mevis.testing.parity.dvis_recordings import ruled_state, weight_rule

    return ruled_state(shapes, read_json(weight_rule(args.recordings)), '')


def official(args: argparse.Namespace, size: tuple[int, int]) -> Callable:
    """The official model as a function of frames: scores, labels and masks (K, T, H, W)."""
    import torch

    from mevis.testing.parity import official_dvis

    official_dvis.import_official(args.official_root)
    config = {'num_queries': args.num_queries, 'window_size': args.window_size}
    model = official_dvis.build_official(MODELS[args.model], config)
    shapes = official_dvis.official_shapes(model)
    (args.exchange / 'shapes.json').write_text(json.dumps(shapes))
    official_dvis.load_official(model, weights(args, shapes))

    def segment(frames):
        answer = official_dvis.segment_official(model, frames, size)
        return answer['pred_scores'], answer['pred_labels'], answer['pred_masks']

    return lambda frames: (segment(frames), lambda masks: torch.stack(masks).numpy())


def ours(args: argparse.Namespace, size: tuple[int, int]) -> Callable:
    """Our model as a function of frames; the official side was built before."""
    import mevis.models  # noqa: F401 - registers them
    from mevis.checkpoints.dvis import convert_official
    from mevis.testing.parity.dvis_recordings import build, model_config

    shapes = json.loads((args.exchange / 'shapes.json').read_text())
    model = build(model_config(shapes, {'window_size': args.window_size}))
    model.mask_features = args.mask_features
    # Of a ResNet the batches that it was trained on are not counted.
    state = convert_official(weights(args, shapes)).state_dict
    missing, unexpected = model.load_state_dict(state, strict=False)
    assert all(name.endswith('num_batches_tracked') for name in missing), missing
    assert not unexpected, unexpected

    def segment(frames):
        found = model.segment(frames.split(args.window_size), size)
        return found.scores, found.categories, found

    return lambda frames: (segment(frames), lambda found: found.decode(range(len(frames))).numpy())


def run_side(args: argparse.Namespace, size: tuple[int, int]) -> None:
    """Child process: measures, and leaves the answer for comparison."""
    import numpy as np

    from mevis.testing.parity.side_by_side import leave_result, smooth_video
    from mevis.testing.peak_memory import measure

    segment = {'official': official, 'ours': ours}[args.side](args, size)
    segment(smooth_video(2, (64, 64)))  # imports and caches of the first call
    frames = smooth_video(args.frames, size)
    measured = measure(lambda: segment(frames))
    (scores, labels, found), masks = measured.result
    order = np.argsort(scores, kind='stable')[::-1]
    answer = dict(
        scores=np.array(scores)[order],
        labels=np.array(labels)[order],
        masks=np.packbits(masks(found)[order]),
    )
    leave_result(args.exchange, args.side, measured, answer)


def compare_answers(exchange: Path) -> dict[str, Any]:
    """How the two answers differ."""
    import numpy as np

    first, second = (np.load(exchange / f'{side}.npz') for side in SIDES)
    pixels = np.unpackbits(first['masks'] ^ second['masks'])
    return {
        'labels_equal': bool((first['labels'] == second['labels']).all()),
        'worst_score_difference': float(np.abs(first['scores'] - second['scores']).max()),
        'differing_pixels': float(pixels.mean()),
    }


def print_table(args: argparse.Namespace, figures: Mapping[str, Any]) -> None:
    """The figures for a reader."""
    from rich.console import Console
    from rich.table import Table

    from mevis.testing.parity.side_by_side import cost_rows

    answers = figures['answers']
    table = Table(f'{args.model}, {args.frames} frames of {args.size}', *SIDES, 'ratio', 'bar')
    for row in cost_rows(figures, MOST_TIME, MOST_MEMORY):
        table.add_row(*row)
    console = Console(width=100)
    console.print(table)
    console.print(
        f'labels equal: {answers["labels_equal"]}, scores within'
        f' {answers["worst_score_difference"]:.1e}, share of pixels that differ:'
        f' {answers["differing_pixels"]:.1e}'
    )


def main() -> int:
    """Runs the command."""
    args = parse_args()
    size = height_and_width(args.size)
    if args.side:
        run_side(args, size)
        return 0
    from mevis.testing.parity.side_by_side import exceeds, run_in_turns

    figures = run_in_turns(SIDES, args.repeats, compare_answers)
    if args.json:
        print(json.dumps(figures, indent=2))
    else:
        print_table(args, figures)
    return int(exceeds(figures, MOST_TIME, MOST_MEMORY))


if __name__ == '__main__':
    from mevis.apis.cli import run

    run(main)
