"""Makes a small dataset, tests the shipped system on it, draws what it answers: `make demo`."""

import argparse
from pathlib import Path

from mevis.apis.cli import run
from mevis.boundary.arguments import COUNT, FROM_0, CommandParser

# Training uses seed 0, so nothing of this was seen.
SEED = 1000
SPLIT = 'valid_u'


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    parser = CommandParser(description=__doc__)
    parser.add_argument('--config', help='default: MinVIS and a selector, which come with mevis')
    parser.add_argument('--checkpoint', help='weights of --config; default: the shipped ones')
    parser.add_argument(
        '--out-dir', type=Path, default=Path('work_dirs/demo'), help='for all files'
    )
    parser.add_argument('--num-videos', type=COUNT, default=12, help='to test (default: 12)')
    parser.add_argument('--drawn', type=FROM_0, default=3, help='videos to draw (default: 3)')
    return parser.parse_args()


def main() -> None:
    """Makes, tests and draws."""
    args = parse_args()
    from mevis.apis.inference.shipped_model import SYSTEM_CONFIG, SYSTEM_WEIGHTS, chosen_model
    from mevis.datasets.moving_shapes import Recipe, write_split
    from mevis.errors import UserError
    from mevis.structures.atomic_folder import check_folder

    system = chosen_model(args.config, args.checkpoint, (SYSTEM_CONFIG, SYSTEM_WEIGHTS))
    config, checkpoint = (path.resolve() for path in system)
    for path in (config, checkpoint):
        if not path.is_file():
            raise UserError(f'{path}: no such file; name another by --config and --checkpoint.')
    check_folder(args.out_dir)
    data = args.out_dir / 'data'
    print(f'{data}: {args.num_videos} videos of MovingShapes, seed {SEED}')
    write_split(data, SPLIT, Recipe(args.num_videos, SEED), workers=2)
    scores = test(config, checkpoint, data, args.out_dir)
    print_table(scores, data)
    for path in draw(data, args.out_dir, args.drawn):
        print(path)


def test(config: Path, checkpoint: Path, data: Path, out_dir: Path) -> dict[str, float]:
    """Runs tools/test.py, which leaves out what it has answered before; the scores."""
    import subprocess
    import sys

    from mevis.errors import UserError
    from mevis.evaluation.score_file import read_figures

    scores = (out_dir / 'scores.json').resolve()
    root = Path(__file__).resolve().parents[1]
    tool = root / 'tools/test.py'
    command = [sys.executable, str(tool), str(config), str(checkpoint)]
    command += ['--work-dir', str((out_dir / 'test').resolve()), '--out', str(scores)]
    command += ['--cfg-options', f'test_dataloader.dataset.data_root={data.resolve()}']
    command += [f'test_dataloader.dataset.split={SPLIT}']
    log = out_dir / 'test.log'
    print(f'tools/test.py {config.name} {checkpoint.name}; what it says: {log}')
    with log.open('w', encoding='utf-8') as file:
        # Configs name files of this checkout.
        done = subprocess.run(command, stdout=file, stderr=subprocess.STDOUT, cwd=root)
    if done.returncode:
        last = log.read_text(encoding='utf-8').rstrip().splitlines()[-1:]
        raise UserError(f'{log}: the test failed. {"".join(last).removeprefix("error: ")}')
    return read_figures(scores)


def print_table(scores: dict[str, float], data: Path) -> None:
    """The model's J&F beside that of the baselines, in percent."""
    from rich.console import Console
    from rich.table import Table

    from mevis.apis.scoring.baselines import baseline_scores
    from mevis.boundary.terminal import literal

    columns = {'this model': scores, **baseline_scores(data, SPLIT)}
    table = Table('J&F (%)', *columns, title='Held-out MovingShapes')
    # Tags with a colon say what a sentence is about, the others of which kind it is.
    kinds = sorted(key for key in scores if key.startswith('J&F/') and ':' not in key)
    for key in ('J&F', *kinds):
        cells = [f'{column[key]:.1f}' if key in column else '-' for column in columns.values()]
        table.add_row('all' if key == 'J&F' else literal(key.removeprefix('J&F/')), *cells)
    Console(highlight=False).print(table)


def draw(data: Path, out_dir: Path, count: int) -> list[Path]:
    """Films of a few videos and a contact sheet of them; where they lie."""
    from mevis.apis.drawing.split import SplitDrawer, open_split
    from mevis.apis.inference.output import write_png
    from mevis.evaluation.prediction_store import PredictionStore
    from mevis.visualization import spread, stack_sheets

    dataset = open_split(data, SPLIT)
    store = PredictionStore(out_dir / 'test' / 'predictions')
    drawer = SplitDrawer(dataset, max_expressions=4)
    sheets, paths = [], []
    for index in spread(len(dataset.records), max(1, count)):
        name = dataset.records[index].name
        answers = store.read(name).answers
        paths.append(out_dir / f'{name}.mp4')
        drawer.film(paths[-1], name, answers)
        sheets.append(drawer.sheet(name, answers))
    paths.append(out_dir / 'sheet.png')
    write_png(paths[-1], stack_sheets(sheets))
    return paths


if __name__ == '__main__':
    run(main)
