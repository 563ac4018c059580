"""Draws the instances of a video: what a model finds, or what files of tracks say.

tools/demo_instances.py clip.mp4 --config CONFIG --checkpoint weights.pth
"""

import argparse

from mevis.apis.cli import run
from mevis.boundary.arguments import COUNT, SHARE, CommandParser


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    from mevis.apis.configs.options import add_cfg_options

    parser = CommandParser(
        description=__doc__.splitlines()[0], epilog='See docs/guides/instances.md.'
    )
    parser.add_argument('video', help='a video file, a folder of frames or an image')
    parser.add_argument('--config', help='the config of a model that finds instances')
    parser.add_argument('--checkpoint', help='its weights')
    parser.add_argument(
        '--tracks', metavar='PATH', help='instead of a model: a file of extracted tracks, or folder'
    )
    parser.add_argument('--out-dir', help='default: work_dirs/demo_instances/<video>')
    parser.add_argument('--top-k', type=COUNT, default=10, metavar='K', help='default: 10')
    parser.add_argument(
        '--min-score', type=SHARE, default=0.0, help='lowest score of tracks that are drawn'
    )
    parser.add_argument(
        '--classes',
        nargs='+',
        default=[],
        help='names of the categories, in order; default: numbers',
    )
    parser.add_argument('--device', help='cpu, cuda, cuda:1; default: the GPU if there is one')
    add_cfg_options(parser)
    return parser.parse_args()


def main() -> None:
    """Finds and draws."""
    args = parse_args()
    from mevis.errors import UserError

    if (args.tracks is None) == (args.config is None or args.checkpoint is None):
        raise UserError('name either --config and --checkpoint, or --tracks.')

    from mevis.apis.drawing.instances import at_least, draw_instances, read_tracks
    from mevis.apis.inference.video_source import open_video
    from mevis.boundary.terminal import plain
    from mevis.structures.atomic_folder import check_folder

    video = open_video(args.video)
    out_dir = args.out_dir or f'work_dirs/demo_instances/{video.name}'
    check_folder(out_dir)
    if args.tracks is not None:
        instances = read_tracks(args.tracks, video.name)
    else:
        from mevis.apis.inference.instance_inferencer import InstanceInferencer

        options = (args.config, args.checkpoint, args.device, args.cfg_options)
        instances = InstanceInferencer(*options).find(video)
    instances = at_least(instances, args.min_score).top(args.top_k)
    print(f'{plain(video.name)}: {len(instances)} tracks')
    for path in draw_instances(video, instances, out_dir, args.classes):
        print(plain(path))


if __name__ == '__main__':
    run(main)
