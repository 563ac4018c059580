"""Writes a model as a folder with config, weights and card, which loads without anything else.

tools/publish_model.py CONFIG CHECKPOINT FOLDER
"""

import argparse

from mevis.apis.cli import run
from mevis.boundary.arguments import CommandParser


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    from mevis.apis.configs.options import add_cfg_options

    parser = CommandParser(
        description=__doc__.splitlines()[0],
        epilog="RefVidSegInferencer.from_pretrained('FOLDER') loads it. See"
        ' docs/guides/checkpoints.md.',
    )
    parser.add_argument('config', help='the config of the model')
    parser.add_argument('checkpoint', help='its weights, in any form that tools/test.py takes')
    parser.add_argument('folder', help='output folder; an earlier publication is replaced')
    parser.add_argument(
        '--scores', metavar='FILE', help='figures for the card: the file of tools/test.py --out'
    )
    parser.add_argument(
        '--unsafe-unpickle',
        action='store_true',
        help='load a checkpoint that must be unpickled, which runs the code in it',
    )
    add_cfg_options(parser, 'model.eval_layer=last')
    return parser.parse_args()


def main() -> None:
    """Publishes."""
    args = parse_args()
    from mevis.apis.configs.loading import load_config
    from mevis.apis.inference.published import check_publishable, publish_model
    from mevis.evaluation.score_file import read_figures
    from mevis.structures.atomic_folder import check_folder

    cfg = load_config(args.config, args.cfg_options)
    check_publishable(args.folder)
    check_folder(args.folder)
    scores = read_figures(args.scores) if args.scores else {}
    needed = publish_model(cfg, args.checkpoint, args.folder, scores, args.unsafe_unpickle)
    print(args.folder)
    for file in needed:
        print(f'note: the config names {file}, which is not in the folder.')


if __name__ == '__main__':
    run(main)
