"""Measures what refining more sentences and longer videos costs, in time and memory.

tools/analysis/benchmark_refiner.py vit_b --frames 2 --sentences 1 8
tools/analysis/benchmark_refiner.py small --frames 20 200 --sentences 1 10

Weights are random, frames are waves and masks are discs that move; neither time nor memory depends
on what they show.  Each figure is from a process of its own: CPU time of all cores together, and
the peak of its memory beyond what it held with the model loaded and one frame refined.
"""

import argparse
import json
import subprocess
import sys

from mevis.boundary.arguments import COUNT, CommandParser, height_and_width

SAM2 = ('sam2_small', 'sam2_tiny')
HQ_SAM = ('small', 'vit_tiny', 'vit_b', 'vit_l', 'vit_h')


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    parser = CommandParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        'model',
        choices=(*HQ_SAM, *SAM2),
        help='HQ-SAM of that size or SAM 2 (sam2_tiny: full size); small ones are for memory',
    )
    parser.add_argument(
        '--frames', type=COUNT, nargs='+', default=[2], metavar='N', help='of the video'
    )
    parser.add_argument(
        '--sentences', type=COUNT, nargs='+', default=[1, 8], metavar='N', help='about it'
    )
    parser.add_argument('--size', default='360x640', metavar='HxW', help='size of the frames')
    parser.add_argument('--json', action='store_true', help='print the figures as JSON')
    parser.add_argument('--run', nargs=2, type=int, metavar=('T', 'E'), help=argparse.SUPPRESS)
    return parser.parse_args()


def build_refiner(model: str, folder: str):
    """A refiner with random weights."""
    from mevis.refiners import HQSAMRefiner, SAM2VideoRefiner
    from mevis.refiners.borrowed_model import BorrowedModel
    from mevis.refiners.sam_weights import new_sam
    from mevis.testing.small_sam import small_hq_sam
    from mevis.testing.small_sam2 import write_sam2_tiny, write_small_sam2

    if model in SAM2:
        (write_small_sam2 if model == 'sam2_small' else write_sam2_tiny)(folder)
        return SAM2VideoRefiner(folder)
    refiner = HQSAMRefiner()
    refiner.sam = BorrowedModel(small_hq_sam if model == 'small' else lambda: new_sam(model))
    return refiner


def waves(positions, size: tuple[int, int]):
    """Frames (n, H, W, 3) uint8, made when they are asked for."""
    import numpy as np

    y, x = (np.linspace(0, 9, side) for side in size)
    still = np.stack([np.cos(x * (i + 1)) * np.sin(y[:, None] + i) for i in range(3)], -1)
    return np.stack([(np.sin(still + t / 7) * 127 + 128).astype(np.uint8) for t in positions])


def discs(num_frames: int, num_sentences: int, size: tuple[int, int]) -> list[list[dict]]:
    """Masks of discs that move, as RLEs: a track per sentence."""
    import numpy as np

    from mevis.structures import encode_rle

    height, width = size
    y, x = np.ogrid[:height, :width]
    tracks = []
    for row in range(num_sentences):
        radius = height / (4 + row % 3)
        track = []
        for t in range(num_frames):
            centre = (row * 37 + t * 3) % width
            disc = (y - height / 2) ** 2 + (x - centre) ** 2 < radius**2
            track += encode_rle(disc[None])
        tracks.append(track)
    return tracks


def measure_run(args: argparse.Namespace, size: tuple[int, int]) -> dict[str, float]:
    """Child process: the figures of one video."""
    import tempfile

    import torch

    from mevis.refiners import RefineContext
    from mevis.testing.peak_memory import measure

    num_frames, num_sentences = args.run
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        refiner = build_refiner(args.model, folder)

        def refine(frames: int, sentences: int):
            names = [f'{t:05d}' for t in range(frames)]
            context = RefineContext('v', [str(row) for row in range(sentences)], names, size)
            masks = discs(frames, sentences, size)
            return lambda: refiner(lambda positions: waves(positions, size), masks, context)

        refine(1, 1)()  # loading, imports and caches of the first call
        measured = measure(refine(num_frames, num_sentences))
    return {
        'cpu_seconds': measured.cpu_seconds,
        'mib': measured.own_mib,
        'all_mib': measured.peak_mib,
    }


def measure_all(args: argparse.Namespace) -> list[dict[str, float]]:
    """The figures of every number of frames and sentences."""
    from mevis.errors import UserError

    figures = []
    for frames in args.frames:
        for sentences in args.sentences:
            command = [sys.executable, *sys.argv, '--run', str(frames), str(sentences)]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                raise UserError(f'{args.model}: {done.stderr.strip().splitlines()[-1]}')
            found = json.loads(done.stdout.splitlines()[-1])
            figures.append({'frames': frames, 'sentences': sentences, **found})
    return figures


def print_table(args: argparse.Namespace, figures: list[dict[str, float]]) -> None:
    """The figures for a reader; ratios are to the first number of sentences."""
    from rich.console import Console
    from rich.table import Table

    table = Table(f'{args.model}, {args.size}', 'sentences', 'CPU s/frame', 'ratio', 'peak, MiB')
    for entry in figures:
        base = next(one for one in figures if one['frames'] == entry['frames'])
        table.add_row(
            f'{entry["frames"]} frames',
            f'{entry["sentences"]}',
            f'{entry["cpu_seconds"] / entry["frames"]:.2f}',
            f'{entry["cpu_seconds"] / base["cpu_seconds"]:.2f}',
            f'{entry["mib"]:.0f}',
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
