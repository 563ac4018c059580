"""Chooses among the tracks of any tracker by sentences about how they move; needs no frames.

tools/select_tracks.py tracks.txt --size 1920x1080 --text "the person walking to the left"
"""

import argparse
import json
from pathlib import Path

from mevis.apis.cli import run
from mevis.boundary.arguments import CommandParser


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    parser = CommandParser(
        description=__doc__,
        epilog='See docs/guides/track_selection.md.',
    )
    parser.add_argument(
        'tracks',
        type=Path,
        help='MOTChallenge text, YouTube-VIS results, or a file of extract_instance_masks.py',
    )
    parser.add_argument(
        '--text', action='append', required=True, metavar='SENTENCE', help='may be repeated'
    )
    parser.add_argument(
        '--size', metavar='WIDTHxHEIGHT', help='of the video, where the file does not say it'
    )
    parser.add_argument('--video', help='which one, in a file of several')
    parser.add_argument('--config', help='another selector; default: the shipped one')
    parser.add_argument('--checkpoint', help='its weights')
    parser.add_argument('--out', type=Path, metavar='FILE', help='write the predictions as JSON')
    parser.add_argument('--device', default='cpu', help='default: %(default)s')
    return parser.parse_args()


def main() -> None:
    """Chooses."""
    args = parse_args()
    from rich.console import Console
    from rich.table import Table

    from mevis.apis.inference.track_selection import load_selector, select_tracks
    from mevis.boundary.arguments import width_and_height
    from mevis.boundary.terminal import literal
    from mevis.structures.atomic_write import atomic_write_text, check_target
    from mevis.track_sources.files import read_trajectories

    size = None if args.size is None else width_and_height(args.size)
    if args.out:
        check_target(args.out, (args.tracks, args.config, args.checkpoint))
    tracks = read_trajectories(args.tracks, size, args.video)
    model = load_selector(args.config, args.checkpoint, args.device)
    answers = select_tracks(model, tracks, args.text)
    table = Table('track', *(literal(answer.text) for answer in answers))
    for column in table.columns[1:]:
        column.justify = 'right'
    for place, name in enumerate(tracks.ids):
        cells = [
            f'[bold]{answer.scores[place]:.2f} *[/]'
            if name in answer.chosen
            else f'{answer.scores[place]:.2f}  '
            for answer in answers
        ]
        table.add_row(literal(name), *cells)
    table.add_section()
    table.add_row('anything', *(f'{answer.presence:.2f}  ' for answer in answers))
    Console().print(table)
    if args.out:
        content = {
            'tracks': list(tracks.ids),
            'answers': [answer.to_dict() for answer in answers],
        }
        atomic_write_text(args.out, json.dumps(content, indent=1) + '\n')


if __name__ == '__main__':
    run(main)
