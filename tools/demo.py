"""Answers sentences about a video: which pixels of each frame belong to what is meant.

tools/demo.py clip.mp4 --text "the ball that rolls to the left"
"""

import argparse
import sys
from typing import Any

from mevis.apis.cli import run
from mevis.boundary.arguments import COUNT, CommandParser

OWN_MODEL = ' --config and --checkpoint name a model of yours that looks at frames.'


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    from mevis.apis.configs.options import add_cfg_options

    parser = CommandParser(description=__doc__.splitlines()[0], epilog='See docs/guides/demo.md.')
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
        '--max-frames',
        type=COUNT,
        metavar='N',
        help='process at most N frames, from the beginning; default: all',
    )
    parser.add_argument('--device', help='cpu, cuda, cuda:1; default: the GPU if there is one')
    parser.add_argument(
        '--allow-untrained',
        action='store_true',
        help='load a checkpoint that lacks parts of the model, which stay as initialised',
    )
    add_cfg_options(parser, 'model.chunk_size=4')
    return parser.parse_args()


def say_what_is_replaced(out_dir: Any, location: str) -> None:
    """A folder that the user named takes the answers to any video, one after the other."""
    from mevis.apis.explanation import one_line
    from mevis.apis.inference.output import answered_source

    earlier = answered_source(out_dir)
    if earlier and earlier != location:
        print(
            one_line(f'note: {out_dir}: replaces the predictions for {earlier}.'), file=sys.stderr
        )


def main() -> None:
    """Answers."""
    args = parse_args()
    from pathlib import Path

    from rich.console import Console
    from rich.progress import Progress

    from mevis.apis.explanation import one_line
    from mevis.apis.inference.answering import (
        SHAPES_ONLY,
        UNSEEN,
        Answerer,
        ModelChoice,
        choices_of,
        describe_choice,
        write_answers,
    )
    from mevis.apis.inference.inferencer import checked_texts
    from mevis.apis.inference.output import CONTENTS, MARKER, free_folder
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
    check_replaceable(out_dir, MARKER, CONTENTS)
    check_folder(out_dir)
    choice = ModelChoice(
        args.tracks,
        args.config,
        args.checkpoint,
        args.device,
        args.cfg_options or {},
        args.allow_untrained,
    )
    inferencer, notes = Answerer(choice).inferencer_for(texts)
    for note in notes:
        print(f'note: {note}{OWN_MODEL if note == SHAPES_ONLY else ""}', file=sys.stderr)
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task('answering', total=None)
        result = inferencer(video, texts, args.stride, args.max_frames)
        progress.update(task, description='drawing', total=len(result.frame_names))
        paths = write_answers(result, out_dir, lambda done: progress.update(task, completed=done))
    chosen = choices_of(result)
    for answer, one in zip(result.predictions, chosen, strict=True):
        about = describe_choice(one)
        print(f'{one_line(answer.text)}: score {answer.score:.2f}{about and f", {about}"}')
    if chosen[0] is not None:
        print(f'note: {UNSEEN}{OWN_MODEL}', file=sys.stderr)
    for path in paths:
        print(plain(path))


if __name__ == '__main__':
    run(main)
