r"""Makes annotations with text of sentences that come as recordings.

tools/transcribe.py data/mevis_v2/valid/meta_expressions_audio.json \
    'data/mevis_v2/valid/audio/{video}/{exp_id}.wav' \
    data/mevis_v2_heard/valid/meta_expressions_v2_release.json --weights data/weights/whisper-small
"""

import argparse
from pathlib import Path

from mevis.apis.cli import run
from mevis.boundary.arguments import CommandParser


def parse_args() -> argparse.Namespace:
    """Command line."""
    parser = CommandParser(
        description=__doc__,
        epilog='See docs/guides/data.md, "Sentences as audio".',
    )
    parser.add_argument(
        'annotations', type=Path, help='file in MeViS format; its expressions may lack "exp"'
    )
    parser.add_argument('pattern', help='of the recordings, with {video} and {exp_id}')
    parser.add_argument('out', type=Path, help='file to write')
    parser.add_argument('--weights', required=True, help='folder of the speech recognition model')
    parser.add_argument(
        '--transcriber',
        default='SpeechRecognitionTranscriber',
        help='name in the registry TRANSCRIBERS (default: %(default)s)',
    )
    parser.add_argument(
        '--import',
        dest='imports',
        nargs='+',
        default=[],
        metavar='MODULE',
        help='modules that register a transcriber of your own',
    )
    parser.add_argument('--device', default='cpu', help='default: %(default)s')
    return parser.parse_args()


def main() -> int:
    """Transcribes."""
    args = parse_args()
    from rich.console import Console
    from rich.progress import Progress

    from mevis.apis.configs.loading import import_modules
    from mevis.apis.transcription import transcribe_annotations
    from mevis.boundary.terminal import plain
    from mevis.registry import TRANSCRIBERS
    from mevis.structures.atomic_write import check_target

    check_target(args.out, (args.annotations,))
    import_modules(args.imports, '--import')
    transcriber = TRANSCRIBERS.build(
        dict(type=args.transcriber, weights=args.weights, device=args.device)
    )
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task('recordings', total=None)
        unheard = transcribe_annotations(
            args.annotations,
            args.pattern,
            transcriber,
            args.out,
            lambda done, total: progress.update(task, completed=done, total=total),
        )
    for video, exp_id in unheard:
        print(plain(f'video {video}, expression {exp_id}: nothing understood; write its "exp"'))
    print(plain(f'{args.out}: written, {len(unheard)} sentences without text'))
    return 1 if unheard else 0


if __name__ == '__main__':
    run(main)
