"""Records the official MinVIS and DVIS on cases that nobody has seen, for check_parity.py.

tools/analysis/record_dvis.py --official-root DIR --seed 7 OUT
tools/analysis/check_parity.py dvis OUT

Sizes, layers, queries, classes, window length and weights are drawn at random by the seed.
"""

import argparse
import json
import shutil
from pathlib import Path

from mevis.apis.cli import run
from mevis.boundary.arguments import COUNT, SEED, CommandParser

ARCHITECTURES = ('MinVIS', 'DVIS_online', 'DVIS_offline')
_ATTEMPTS = 20


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    parser = CommandParser(description=__doc__.splitlines()[0])
    parser.add_argument('out', type=Path, help='folder of the recordings, new or empty')
    parser.add_argument(
        '--official-root',
        type=Path,
        required=True,
        metavar='DIR',
        help='checkout of zhang-tao-whu/DVIS; one of facebookresearch/detectron2 in or beside it',
    )
    parser.add_argument(
        '--recordings',
        type=Path,
        metavar='DIR',
        help='with weight_rule.json; default: dvis of the recordings beside the repository',
    )
    parser.add_argument('--cases', type=COUNT, default=3, help='of MinVIS, online, offline in turn')
    parser.add_argument('--seed', type=SEED, default=0, help='of weights and frames')
    return parser.parse_args()


def main() -> None:
    """Records."""
    args = parse_args()
    from mevis.errors import UserError

    if args.out.is_dir() and any(args.out.iterdir()):
        raise UserError(f'{args.out}: not empty. Choose another folder.')
    if args.cases < 1:
        raise UserError(f'--cases {args.cases}: 1 or more.')

    import numpy as np
    from safetensors.torch import save_file

    from mevis.testing.parity.comparison import read_json
    from mevis.testing.parity.dvis_recordings import weight_rule
    from mevis.testing.parity.official_dvis import import_official
    from mevis.testing.parity.official_recording import UnsureCaseError, random_case, record

    rule = weight_rule(args.recordings)
    import_official(args.official_root)
    args.out.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(args.seed)
    index = {}
    for number in range(args.cases):
        architecture = ARCHITECTURES[number % len(ARCHITECTURES)]
        for _ in range(_ATTEMPTS):
            case = random_case(architecture, rng)
            try:
                tensors, shapes = record(case, read_json(rule))
                break
            except UnsureCaseError as error:
                print(f'{architecture}, salt {case["salt"]}: {error}; another one')
        else:
            raise UserError(f'--seed {args.seed}: no sure case in {_ATTEMPTS}. Take another seed.')
        name = f'{architecture.lower()}_{number}'
        case.update(keys=f'keys_{name}.json', file=f'{name}.safetensors')
        tensors = {key: value.contiguous() for key, value in tensors.items()}
        save_file(tensors, args.out / case['file'])
        (args.out / case['keys']).write_text(json.dumps(shapes))
        index[name] = case
        print(f'{name}: {case["config"]}, video {case["input_size"]}, calls {case["calls"]}')
    shutil.copyfile(rule, args.out / 'weight_rule.json')
    (args.out / 'index.json').write_text(json.dumps(index, indent=1))


if __name__ == '__main__':
    run(main)
