"""Serves a page on which a video is segmented by sentences, in any browser.

tools/web_demo.py
tools/web_demo.py --host 0.0.0.0 --config configs/mutr_r50_local.py --checkpoint weights.safetensors
"""

import argparse

from mevis.apis.cli import run
from mevis.boundary.arguments import COUNT, CommandParser, Whole


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    from mevis.apis.configs.options import add_cfg_options

    parser = CommandParser(
        description=__doc__.splitlines()[0], epilog='See docs/guides/web_demo.md.'
    )
    parser.add_argument(
        '--host',
        default='127.0.0.1',
        help='address to listen on; 0.0.0.0: all, so that others reach it',
    )
    parser.add_argument('--port', type=Whole(0, 65535), default=7860, help='0: any that is free')
    parser.add_argument(
        '--tracks',
        metavar='motion|dvis|FOLDER',
        help='tracks for --config, as in tools/demo.py; default: those of its config',
    )
    parser.add_argument(
        '--config',
        help='of a model that visitors get if they choose nothing; default: as tools/demo.py',
    )
    parser.add_argument('--checkpoint', help='weights of --config')
    parser.add_argument('--device', help='cpu, cuda, cuda:1; default: the GPU if there is one')
    parser.add_argument('--no-examples', action='store_true', help='offer only those of --example')
    parser.add_argument(
        '--example',
        nargs='+',
        action='append',
        default=[],
        metavar=('VIDEO', 'TEXT'),
        help='a video to try, with its sentences; repeat it for several (default: none)',
    )
    limits = parser.add_argument_group('limits, so that no visitor takes the whole machine')
    for name, default, about in (
        ('max-mb', 100, 'size of an uploaded video, MB'),
        ('max-pixels', 3840 * 2160, 'height times width of a frame'),
        ('max-frames', 300, 'frames processed; those after them are left out'),
        ('max-seconds', 300, 'time of one answer, after which its process is ended'),
        ('max-sentences', 8, 'sentences of a request'),
        ('max-waiting', 10, 'requests that wait; others are turned away'),
        ('max-disk-mb', 2000, 'files of all visitors, MB'),
        ('keep-minutes', 60, 'how long files are kept'),
    ):
        limits.add_argument(f'--{name}', type=COUNT, metavar='N', default=default, help=about)
    add_cfg_options(parser, 'model.chunk_size=4')
    return parser.parse_args()


def main() -> None:
    """Serves."""
    args = parse_args()
    from pathlib import Path

    from mevis.apis.inference.answering import ModelChoice
    from mevis.apis.web.limits import WebLimits
    from mevis.apis.web.server import WebSettings, serve

    limits = WebLimits(
        max_mb=args.max_mb,
        max_pixels=args.max_pixels,
        max_frames=args.max_frames,
        max_seconds=args.max_seconds,
        max_sentences=args.max_sentences,
        max_waiting=args.max_waiting,
        max_disk_mb=args.max_disk_mb,
        keep_minutes=args.keep_minutes,
    )
    model = None
    if args.config or args.checkpoint or args.tracks or args.cfg_options:
        options = args.cfg_options or {}
        model = ModelChoice(args.tracks, args.config, args.checkpoint, args.device, options)
    examples = tuple((Path(video), '\n'.join(texts)) for video, *texts in args.example)
    serve(
        WebSettings(
            args.host, args.port, limits, model, args.device, not args.no_examples, examples
        )
    )


if __name__ == '__main__':
    run(main)
