r"""Measures how far answers given while a video goes on are from those to the whole video.

tools/analysis/stream_deviation.py configs/track_selector_tiny_moving_shapes_pixels.py \
    weights/track_selector_tiny_moving_shapes.safetensors --videos 40 \
    --stream model.answer_delay=0 --stream model.answer_delay=8
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mevis.apis.cli import run
from mevis.apis.configs.options import ConfigOptions
from mevis.boundary.arguments import COUNT, CommandParser


class _Setting(ConfigOptions):
    """One dict of options each time."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        one = argparse.Namespace()
        super().__call__(parser, one, values, option_string)
        earlier = getattr(namespace, self.dest) or []
        setattr(namespace, self.dest, [*earlier, getattr(one, self.dest)])


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    from mevis.apis.configs.options import add_cfg_options

    parser = CommandParser(
        description=__doc__,
        epilog='See docs/guides/streaming.md.',
    )
    parser.add_argument('config', help='the config; its test dataset is used')
    parser.add_argument('checkpoint', help='its weights: .pth or .safetensors')
    parser.add_argument(
        '--stream',
        nargs='+',
        action=_Setting,
        required=True,
        metavar='KEY=VALUE',
        help='entries of the config for a way of streaming; repeat it for several ways',
    )
    parser.add_argument(
        '--videos', type=COUNT, metavar='N', help='videos, spread over the dataset; default: all'
    )
    parser.add_argument('--out', type=Path, metavar='FILE', help='the figures as JSON')
    add_cfg_options(parser, 'test_dataloader.dataset.data_root=data/mevis')
    return parser.parse_args()


def main() -> None:
    """Measures."""
    args = parse_args()
    from mevis.apis.configs.loading import load_config
    from mevis.apis.scoring.stream_deviation import mean, measure, print_table, to_dict
    from mevis.structures.atomic_write import atomic_write_text, check_target

    if args.out:
        check_target(args.out, (args.config, args.checkpoint))
    cfg = load_config(args.config, args.cfg_options)
    settings = [{**args.cfg_options, **setting} for setting in args.stream]
    names = [
        ' '.join(f'{key.removeprefix("model.")}={value}' for key, value in setting.items())
        for setting in args.stream
    ]
    videos = list(measure(cfg, args.checkpoint, settings, args.videos))
    rows = {name: mean(part) for name, part in zip(names, zip(*videos, strict=True), strict=True)}
    print_table(rows)
    if args.out:
        made_of = {'config': args.config, 'checkpoint': args.checkpoint, 'videos': len(videos)}
        atomic_write_text(args.out, json.dumps({**made_of, 'rows': to_dict(rows)}, indent=2) + '\n')


if __name__ == '__main__':
    run(main)
