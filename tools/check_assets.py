"""Lists the data, tracks and weights that a config needs: present or missing, and their source.

tools/check_assets.py configs/mutr_swinl_global_inst_hqsam.py

Exit status 0: all are there; 1: some are missing.
"""

import argparse
import json

from mevis.apis.cli import run
from mevis.boundary.arguments import CommandParser


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    from mevis.apis.configs.options import add_cfg_options

    parser = CommandParser(
        description=__doc__.splitlines()[0],
        epilog='Exit status 0: all are there; 1: some are missing. Nothing is downloaded.',
    )
    parser.add_argument('config', help='the config')
    parser.add_argument('--json', action='store_true', help='print JSON')
    add_cfg_options(parser)
    return parser.parse_args()


def main() -> int:
    """Runs the command."""
    args = parse_args()
    from dataclasses import asdict

    from mevis.apis.configs.assets import find_assets
    from mevis.apis.configs.loading import load_config

    cfg = load_config(args.config, args.cfg_options)
    assets = find_assets(cfg)
    missing = sum(not asset.present for asset in assets)
    if args.json:
        print(json.dumps([asdict(asset) for asset in assets], indent=2))
        return int(missing > 0)
    for asset in assets:
        print(f'{"present" if asset.present else "MISSING"}  {asset.path}')
        print(f'         {asset.key}')
        if not asset.present:
            print(f'         from: {asset.source}')
    if cfg.get('train_dataloader') and not cfg.get('load_from'):
        print('load_from is not set: a training would start without pretrained weights.')
    print(f'{len(assets)} needed, {missing} missing.')
    return int(missing > 0)


if __name__ == '__main__':
    run(main)
