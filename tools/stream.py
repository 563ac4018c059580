"""Answers sentences about a video while it comes: one line of JSON per frame.

ffmpeg -i rtsp://camera -f matroska - | tools/stream.py - --text "the ball that rolls to the left"
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from mevis.apis.cli import run
from mevis.boundary.arguments import COUNT, CommandParser


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    from mevis.apis.configs.options import add_cfg_options

    parser = CommandParser(
        description=__doc__,
        epilog='See docs/guides/streaming.md.',
    )
    parser.add_argument(
        'video', help='- for standard input, a video file, a folder of frames or an image'
    )
    parser.add_argument(
        '--text', action='append', required=True, help='a sentence; repeat it for several'
    )
    parser.add_argument(
        '--config',
        help='MUTR with windows, or a selector among tracks of an online DVIS; default: the small'
        ' selector, which knows painted shapes only',
    )
    parser.add_argument('--checkpoint', help='weights of --config')
    parser.add_argument(
        '--overlay', type=Path, metavar='FILE.mp4', help='also write the frames with their masks'
    )
    parser.add_argument('--max-frames', type=COUNT, metavar='N', help='stop after N frames')
    parser.add_argument('--device', help='cpu, cuda, cuda:1; default: the GPU if there is one')
    add_cfg_options(parser, 'model.answer_delay=8')
    return parser.parse_args()


def answered(stream: Any, frames: Iterable[Any], most: int | None) -> Iterator[Any]:
    """The answers as they come, those of the last frames at the end."""
    from itertools import islice

    for frame in islice(frames, most):
        yield from stream.push(frame)
    yield from stream.finish()


def main() -> None:
    """Answers."""
    args = parse_args()
    from mevis.apis.inference.inferencer import checked_texts
    from mevis.apis.inference.shipped_model import SYSTEM_CONFIG, SYSTEM_WEIGHTS, chosen_model
    from mevis.apis.inference.video_source import open_video
    from mevis.apis.streaming.piped_video import open_pipe
    from mevis.apis.streaming.streaming_inferencer import StreamingInferencer
    from mevis.errors import UserError
    from mevis.structures.atomic_write import check_target
    from mevis.visualization import Caption, FramePainter, colour_of, write_video

    texts = checked_texts(args.text)
    if args.overlay:
        if args.overlay.suffix.lower() != '.mp4':
            raise UserError(f'--overlay {args.overlay}: name the film .mp4.')
        check_target(args.overlay, (args.video, args.config, args.checkpoint))
    model = chosen_model(args.config, args.checkpoint, (SYSTEM_CONFIG, SYSTEM_WEIGHTS))
    with ExitStack() as stack:
        is_pipe = args.video == '-'
        source: Any = None if is_pipe else open_video(args.video)
        inferencer = StreamingInferencer(*model, args.device, args.cfg_options)
        if is_pipe:  # opened when its frames can be taken
            source = stack.enter_context(open_pipe(sys.stdin.buffer))
        film = stack.enter_context(write_video(args.overlay, source.fps)) if args.overlay else None
        captions = [Caption(text, colour_of(number)) for number, text in enumerate(texts)]
        painter = None
        for frame in answered(inferencer.open(texts), source, args.max_frames):
            print(json.dumps(frame.to_dict()), flush=True)
            if film:
                painter = painter or FramePainter(frame.image.shape[:2], captions)
                film.write(painter(frame.image, list(frame.masks)))


if __name__ == '__main__':
    run(main)
