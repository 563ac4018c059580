"""Prints a config as it is after its bases and overrides, or a part of it.

tools/analysis/print_config.py configs/mutr_tiny_moving_shapes.py --key model.text_encoder
"""

import argparse

from mevis.apis.cli import run
from mevis.boundary.arguments import CommandParser


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    from mevis.apis.configs.options import add_cfg_options

    parser = CommandParser(description=__doc__.splitlines()[0])
    parser.add_argument('config', help='a file of configs/ or your own')
    parser.add_argument('--key', help='only this entry: model.refiner, train_dataloader.dataset')
    add_cfg_options(parser)
    return parser.parse_args()


def entry_of(config: object, key: str) -> object:
    """Follows a dotted key.

    Raises:
        UserError: If a part of it does not exist.
    """
    import difflib
    from collections.abc import Mapping

    from mevis.errors import UserError

    for part in key.split('.'):
        if isinstance(config, (list, tuple)) and part.isdigit() and int(part) < len(config):
            config = config[int(part)]
            continue
        names = list(config) if isinstance(config, Mapping) else []
        if part not in names:
            near = difflib.get_close_matches(part, map(str, names), n=1)
            hint = f' Did you mean {near[0]!r}?' if near else ''
            raise UserError(f'--key {key}: there is no {part!r}.{hint} There are: {names}.')
        config = config[part]
    return config


def main() -> None:
    """Prints."""
    args = parse_args()
    from mmengine.config import Config

    from mevis.apis.configs.loading import load_config

    config = load_config(args.config, args.cfg_options)
    if not args.key:
        print(config.pretty_text)
        return
    value = entry_of(config.to_dict(), args.key)
    name = args.key.split('.')[-1]
    container = isinstance(value, (dict, list)) and not name.isdigit()
    print(Config({name: value}).pretty_text if container else repr(value))


if __name__ == '__main__':
    run(main)
