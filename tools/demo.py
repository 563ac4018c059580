"""Answers sentences about a video: which pixels of each frame belong to what is meant.

tools/demo.py clip.mp4 --text "the ball that rolls to the left"
"""

import argparse
import sys
from typing import Any

from mevis.apis.cli import run
from mevis.boundary.arguments import COUNT

UNSEEN = (
    'note: these answers are chosen by motion alone. Looks and names count for nothing, and'
    ' --tracks motion does not see what rests all the time. --config and --checkpoint name a model'
    ' that looks at frames.'
)
SHAPES_ONLY = (
    'note: no sentence asks for a motion, so the small MUTR looks at the frames. It knows painted'
    ' shapes only; --config and --checkpoint name a model of yours.'
)
NO_MOTION = (
    'note: {!r} asks for no motion that the selector knows, so nothing is marked for it. Ask it'
    ' alone, and the small MUTR looks at the frames.'
)
_DRAWN = 12


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    from mevis.apis.configs.options import add_cfg_options

    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], epilog='See docs/guides/demo.md.'
    )
    parser.add_argument('video', help='a video file, a folder of frames or an image')
    parser.add_argument(
        '--text', action='append', required=True, help='a sentence; repeat it for several'
    )
    parser.add_argument(
        '--tracks',
        metavar='motion|dvis|FILE',
        help='choose among tracks: of what moves (the default where no --config is named), of the'
        ' small DVIS, or in a file of any tracker',
    )
    parser.add_argument(
        '--config', help='of a model that looks at frames, or of a selector for --tracks'
    )
    parser.add_argument('--checkpoint', help='weights of --config')
    parser.add_argument('--out-dir', help='default: work_dirs/answers/<video>')
    parser.add_argument(
        '--stride',
        type=COUNT,
        metavar='N',
        default=1,
        help='process every n-th frame only (default: 1)',
    )
    parser.add_argument(
        '--max-frames', type=COUNT, metavar='N', help='process at most N frames, from the beginning'
    )
    parser.add_argument('--device', help='cpu, cuda, cuda:1; default: the GPU if there is one')
    parser.add_argument(
        '--allow-untrained',
        action='store_true',
        help='load a checkpoint that lacks parts of the model, which stay as initialised',
    )
    add_cfg_options(parser, 'model.chunk_size=4')
    return parser.parse_args()


def described(choice: Any) -> str:
    """What was chosen of the tracks; nothing for a model without any."""
    if choice is None:
        return ''
    if not choice.chosen:
        best = f', the best track has {max(choice.scores):.2f}' if choice.scores else ''
        return f', nothing is marked: {len(choice.scores)} tracks{best}'
    numbers = ', '.join(map(str, choice.chosen))
    return f', track{"s" if len(choice.chosen) > 1 else ""} {numbers} of {len(choice.scores)}'


def say_what_is_replaced(out_dir: Any, location: str) -> None:
    """A folder that the user named takes the answers to any video, one after the other."""
    from mevis.apis.explanation import one_line
    from mevis.apis.inference.output import answered_source

    earlier = answered_source(out_dir)
    if earlier and earlier != location:
        print(one_line(f'note: {out_dir}: replaces the answers to {earlier}.'), file=sys.stderr)


def main() -> None:
    """Answers."""
    args = parse_args()
    from pathlib import Path

    from rich.console import Console
    from rich.progress import Progress

    from mevis.apis.explanation import one_line
    from mevis.apis.inference.inferencer import RefVidSegInferencer, checked_texts
    from mevis.apis.inference.output import MARKER, free_folder, write_result
    from mevis.apis.inference.shipped_model import chosen_model
    from mevis.apis.inference.video_source import ChosenFrames, open_video
    from mevis.boundary.terminal import plain
    from mevis.structures.atomic_folder import check_folder, check_replaceable

    texts, video = checked_texts(args.text), open_video(args.video)
    ChosenFrames(video, args.stride, args.max_frames)  # complains before the model is built
    if args.out_dir:
        out_dir = Path(args.out_dir)
        say_what_is_replaced(out_dir, video.location)
    else:
        out_dir = free_folder(f'work_dirs/answers/{video.name}', video.location)
    check_replaceable(out_dir, MARKER)
    check_folder(out_dir)
    if args.tracks is None and (args.config or args.checkpoint):
        config, checkpoint = chosen_model(args.config, args.checkpoint)
        inferencer = RefVidSegInferencer(
            config, checkpoint, args.device, args.cfg_options, allow_untrained=args.allow_untrained
        )
    else:
        from mevis.apis.inference.track_inferencer import TrackInferencer

        options = (args.config, args.checkpoint, args.device, args.cfg_options)
        by_default = args.tracks is None
        inferencer = TrackInferencer(args.tracks or 'motion', *options, lenient=by_default)
        unasked = [text for text in texts if not inferencer.asks_for_motion(text)]
        if by_default and len(unasked) == len(texts):
            print(SHAPES_ONLY, file=sys.stderr)
            inferencer = RefVidSegInferencer(*chosen_model(None, None), *options[2:])
        elif by_default:
            for text in unasked:
                print(NO_MOTION.format(one_line(text)), file=sys.stderr)
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task('answering', total=None)
        result = inferencer(video, texts, args.stride, args.max_frames)
        progress.update(task, description='drawing', total=len(result.frame_names))
        paths = write_result(result, out_dir, lambda done: progress.update(task, completed=done))
    choices = getattr(result, 'choices', None)
    for answer, choice in zip(result.predictions, choices or [None] * len(texts), strict=True):
        print(f'{one_line(answer.text)}: score {answer.score:.2f}{described(choice)}')
    if choices:
        from mevis.apis.drawing.instances import draw_instances

        paths += draw_instances(result.source, result.tracks.top(_DRAWN), out_dir / 'tracks')
        print(UNSEEN, file=sys.stderr)
    for path in paths:
        print(plain(path))


if __name__ == '__main__':
    run(main)
