"""Writes a trained MUTR or track selector as two ONNX graphs: for the video, for each sentence.

tools/export.py configs/mutr_tiny_moving_shapes.py \
    weights/mutr_tiny_moving_shapes.safetensors work_dirs/onnx --size 96x144
"""

import argparse

from mevis.apis.cli import run
from mevis.boundary.arguments import CommandParser


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    from mevis.apis.configs.options import add_cfg_options

    parser = CommandParser(description=__doc__.splitlines()[0], epilog='See docs/guides/export.md.')
    parser.add_argument('config', help='the config of a MUTR or a TrackSelector')
    parser.add_argument('checkpoint', help='its weights: .pth or .safetensors')
    parser.add_argument('out', help='folder for the graphs and export.json')
    parser.add_argument(
        '--size',
        default='360x640',
        metavar='HxW',
        help='height and width of the frames that the graphs of a MUTR take (default: %(default)s)',
    )
    add_cfg_options(parser, 'model.clip_query=own')
    return parser.parse_args()


def main() -> None:
    """Exports."""
    args = parse_args()
    from mevis.boundary.arguments import height_and_width

    size = height_and_width(args.size)

    from mevis.apis.running.export import export_model

    print(export_model(args.config, args.checkpoint, args.out, size, args.cfg_options))


if __name__ == '__main__':
    run(main)
