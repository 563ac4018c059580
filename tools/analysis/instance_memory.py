"""Measures how the memory of finding instances grows with the length of the video.

tools/analysis/instance_memory.py configs/dvis_r50_online.py --frames 50 400

Frames are fed as they come, a window at a time, so that what grows is what the model keeps, and the
answer: an RLE per track and frame, large where masks of an untrained model are noise.  Each figure
is from a process of its own: its peak beyond what it held with the model loaded.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

from mevis.boundary.arguments import COUNT, CommandParser, height_and_width

STORES = ('disk', 'memory', 'recompute')


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    from mevis.apis.configs.options import add_cfg_options

    parser = CommandParser(description=__doc__.splitlines()[0])
    parser.add_argument('config', type=Path, help='the config of a DVIS or MinVIS')
    parser.add_argument('--checkpoint', type=Path, help='its weights; default: random ones')
    parser.add_argument(
        '--frames', type=COUNT, nargs='+', default=[50, 400], metavar='N', help='of the video'
    )
    parser.add_argument('--size', default='360x640', metavar='HxW', help='size of the frames')
    parser.add_argument(
        '--mask-features', nargs='+', choices=STORES, default=STORES, help='default: each'
    )
    parser.add_argument('--json', action='store_true', help='print the figures as JSON')
    add_cfg_options(parser, 'model.window_size=8')
    parser.add_argument('--run', nargs=2, metavar=('STORE', 'N'), help=argparse.SUPPRESS)
    return parser.parse_args()


def camera(num_frames: int, window: int, size: tuple[int, int]):
    """Smooth moving frames (t, 3, H, W) uint8, made when they are asked for."""
    import torch

    y, x = (torch.linspace(0, 9, side) for side in size)
    waves = torch.stack([(x * (i + 1) / 2).cos() * (y[:, None] + i).sin() for i in range(3)])
    for start in range(0, num_frames, window):
        steps = torch.arange(start, min(start + window, num_frames))[:, None, None, None]
        yield ((waves + steps / 7).sin() * 127 + 128).to(torch.uint8)


def measure_run(args: argparse.Namespace, size: tuple[int, int]) -> dict[str, float]:
    """Child process: the figures of one video."""
    import mevis.models  # noqa: F401 - registers them
    from mevis.apis.configs.errors import config_errors
    from mevis.apis.configs.loading import load_config
    from mevis.checkpoints.loading import load_into
    from mevis.testing.parity.dvis_recordings import build
    from mevis.testing.peak_memory import measure

    cfg = load_config(args.config, args.cfg_options)
    with config_errors(cfg):
        model = build(cfg.model)
    if args.checkpoint:
        load_into(model, args.checkpoint)
    store, number = args.run
    model.mask_features = store
    window = model.window_size or int(number)
    model.segment(camera(window, window, size), size)  # imports and caches of the first call
    measured = measure(lambda: model.segment(camera(int(number), window, size), size))
    rles = [rle for track in measured.result.rles for rle in track]
    return {
        'mib': measured.own_mib,
        'all_mib': measured.peak_mib,
        'answer_mib': sum(len(rle['counts']) for rle in rles) / 2**20,
        'seconds': measured.seconds,
    }


def measure_all(args: argparse.Namespace) -> dict[str, dict[int, dict[str, float]]]:
    """Store -> frames -> figures."""
    from mevis.errors import UserError

    figures: dict[str, dict[int, dict[str, float]]] = {}
    for store in args.mask_features:
        for number in args.frames:
            command = [sys.executable, *sys.argv, '--run', store, str(number)]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                reason = done.stderr.strip().splitlines()[-1].removeprefix('error: ')
                raise UserError(f'{args.config}: {reason}')
            figures.setdefault(store, {})[number] = json.loads(done.stdout.splitlines()[-1])
    return figures


def print_table(args: argparse.Namespace, figures: dict) -> None:
    """The figures for a reader."""
    from rich.console import Console
    from rich.table import Table

    frames = sorted(args.frames)
    table = Table(
        f'{args.config.stem}, {args.size}: peak, MiB',
        *(f'{number} frames' for number in frames),
        'last : first',
        f'answer at {frames[-1]}',
        f's/frame at {frames[-1]}',
    )
    for store, row in figures.items():
        peaks = [row[number]['mib'] for number in frames]
        table.add_row(
            store,
            *(f'{peak:.0f}' for peak in peaks),
            f'{peaks[-1] / peaks[0]:.2f}',
            f'{row[frames[-1]]["answer_mib"]:.1f}',
            f'{row[frames[-1]]["seconds"] / frames[-1]:.3f}',
        )
    Console(width=100).print(table)


def main() -> None:
    """Measures."""
    args = parse_args()
    size = height_and_width(args.size)
    if args.run:
        print(json.dumps(measure_run(args, size)))
        return
    figures = measure_all(args)
    if args.json:
        print(json.dumps(figures, indent=2))
    else:
        print_table(args, figures)


if __name__ == '__main__':
    from mevis.apis.cli import run

    run(main)
