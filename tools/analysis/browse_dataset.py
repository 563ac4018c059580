"""Draws videos of a split with their masks and sentences: a film each and one contact sheet.

tools/analysis/browse_dataset.py data/moving_shapes --split valid_u --videos 4
tools/analysis/browse_dataset.py configs/mutr_tiny_moving_shapes.py --videos 4
"""

import argparse
from pathlib import Path

from mevis.apis.cli import run
from mevis.boundary.arguments import COUNT, CommandParser


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    from mevis.apis.configs.options import add_cfg_options

    parser = CommandParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        'root',
        type=Path,
        help='a dataset in MeViS format, or a config: its training clips after augmentation',
    )
    parser.add_argument('--split', default='valid_u', help='part of it (default: valid_u)')
    parser.add_argument('--videos', type=COUNT, default=4, help='videos or clips, evenly spread')
    parser.add_argument('--max-expressions', type=COUNT, default=8, help='sentences per video')
    parser.add_argument('--out', type=Path, help='default: under work_dirs/browse')
    add_cfg_options(parser, 'train_dataloader.dataset.data_root=data/other')
    return parser.parse_args()


def main() -> None:
    """Draws."""
    args = parse_args()
    from mevis.errors import UserError

    if args.videos < 1 or args.max_expressions < 1:
        raise UserError('--videos and --max-expressions: numbers from 1.')
    if args.root.suffix in ('.py', '.json', '.yaml', '.yml'):
        browse_clips(args)
    elif args.cfg_options:
        raise UserError('--cfg-options: for a config; name one instead of a dataset.')
    else:
        browse_videos(args)


def browse_clips(args: argparse.Namespace) -> None:
    """Draws training clips as a model gets them."""
    from mevis.apis.configs.loading import load_config

    cfg = load_config(args.root, args.cfg_options)
    from mevis.apis.drawing.clips import draw_clips, training_set
    from mevis.apis.inference.output import write_png
    from mevis.structures.atomic_folder import check_folder
    from mevis.visualization import stack_sheets

    out = args.out or Path('work_dirs/browse') / args.root.stem
    dataset = training_set(cfg)
    check_folder(out)
    sheets = []
    for number, clip in enumerate(draw_clips(dataset, args.videos)):
        path = out / f'clip_{number:03d}.mp4'
        clip.film(path)
        print(path)
        sheets.append(clip.sheet())
    write_png(out / 'sheet.png', stack_sheets(sheets))
    print(out / 'sheet.png')


def browse_videos(args: argparse.Namespace) -> None:
    """Draws whole videos of a split."""
    from mevis.apis.drawing.split import SplitDrawer, open_split
    from mevis.apis.inference.output import write_png
    from mevis.errors import UserError
    from mevis.structures.atomic_folder import check_folder
    from mevis.visualization import spread, stack_sheets

    dataset = open_split(args.root, args.split)
    if not dataset.records:
        raise UserError(f'{args.root}/{args.split}: no videos in it.')
    out = args.out or Path('work_dirs/browse') / args.root.resolve().name / args.split
    check_folder(out)
    drawer = SplitDrawer(dataset, max_expressions=args.max_expressions)
    sheets = []
    for index in spread(len(dataset.records), args.videos):
        name = dataset.records[index].name
        drawer.film(out / f'{name}.mp4', name)
        print(out / f'{name}.mp4')
        sheets.append(drawer.sheet(name))
    write_png(out / 'sheet.png', stack_sheets(sheets))
    print(out / 'sheet.png')


if __name__ == '__main__':
    run(main)
