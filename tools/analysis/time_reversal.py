"""Measures how much a model's predictions change when its frames are reversed or shuffled.

tools/analysis/time_reversal.py configs/mutr_tiny_moving_shapes.py weights.safetensors --videos 20
"""

import argparse
from pathlib import Path

from mevis.apis.cli import run
from mevis.boundary.arguments import COUNT, SEED, CommandParser


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    from mevis.apis.configs.options import add_cfg_options

    parser = CommandParser(
        description=__doc__.splitlines()[0],
        epilog='An IoU of 1 and a difference of 0: the model is blind to the order of frames.',
    )
    parser.add_argument('config', help='the config; its test dataset is used')
    parser.add_argument('checkpoint', help='its weights: .pth or .safetensors')
    parser.add_argument(
        '--videos', type=COUNT, metavar='N', help='videos, spread over the dataset; default: all'
    )
    parser.add_argument('--split', help='default: that of the config')
    parser.add_argument(
        '--synthetic',
        type=COUNT,
        metavar='N',
        help='use N new videos of MovingShapes instead of the data of the config',
    )
    parser.add_argument('--out', type=Path, metavar='FILE', help='the figures as JSON')
    parser.add_argument('--seed', type=SEED, default=0, help='of the shuffled order; default: 0')
    add_cfg_options(parser, 'test_dataloader.dataset.data_root=data/mevis')
    return parser.parse_args()


def main() -> None:
    """Measures."""
    args = parse_args()
    import json
    from tempfile import TemporaryDirectory

    from mevis.apis.configs.loading import load_config
    from mevis.apis.scoring.synthetic_split import use_synthetic_videos
    from mevis.apis.scoring.time_reversal import measure, print_summary, summarize
    from mevis.structures.atomic_write import atomic_write_text, check_target

    if args.out:
        check_target(args.out, (args.config, args.checkpoint))
    cfg = load_config(args.config, args.cfg_options)
    if args.split and cfg.get('test_dataloader'):
        cfg.test_dataloader.dataset.split = args.split
    answers = []
    with TemporaryDirectory() as folder:
        if args.synthetic is not None:
            use_synthetic_videos(cfg, args.synthetic, folder)
        for video in measure(cfg, args.checkpoint, args.videos, args.seed):
            answers += video
    summary = summarize(answers)
    print_summary(summary)
    if args.out:
        made_of = {'config': args.config, 'checkpoint': args.checkpoint, 'seed': args.seed}
        atomic_write_text(args.out, json.dumps({**made_of, **summary}, indent=2) + '\n')


if __name__ == '__main__':
    run(main)
