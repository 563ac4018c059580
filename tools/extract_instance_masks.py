"""Finds the instances of every video of a split and writes their tracks, one file per video.

tools/extract_instance_masks.py CONFIG weights.pth --split train --out data/mevis/instances/train
"""

import argparse

from mevis.apis.cli import run


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    from mmengine.config import DictAction

    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        epilog='Interrupted, the same command does what is missing. See docs/guides/instances.md.',
    )
    parser.add_argument('config', help='the config of a model that finds instances')
    parser.add_argument('checkpoint', help='its weights: .pth or .safetensors')
    parser.add_argument('--split', help='part of the data set; default: that of the config')
    parser.add_argument('--out', metavar='DIR', required=True, help='folder of the files')
    parser.add_argument(
        '--top-k', type=int, default=10, metavar='K', help='tracks per video, at most; default: 10'
    )
    parser.add_argument('--work-dir', help='logs; default: work_dirs/<config>_extract')
    parser.add_argument(
        '--launcher',
        choices=('none', 'pytorch', 'slurm', 'mpi'),
        default='none',
        help='several processes: torchrun --nproc_per_node N tools/extract_instance_masks.py ...',
    )
    parser.add_argument(
        '--unsafe-unpickle',
        action='store_true',
        help='load a checkpoint that must be unpickled, which runs the code in it',
    )
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        default={},
        metavar='KEY=VALUE',
        help='override entries of the config: test_dataloader.dataset.data_root=data/mevis',
    )
    parser.add_argument('--local_rank', '--local-rank', type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Extracts."""
    args = parse_args()
    from pathlib import Path

    from mevis.apis.configs.errors import config_errors
    from mevis.apis.configs.loading import load_config

    cfg = load_config(args.config, args.cfg_options)
    cfg.work_dir = args.work_dir or f'work_dirs/{Path(args.config).stem}_extract'

    from mmengine.dist import is_main_process

    from mevis.apis.running.evaluation_job import keep_only_test
    from mevis.apis.running.instance_extraction import extract, prepare_extraction
    from mevis.apis.running.launch import prepare_processes

    keep_only_test(cfg)
    prepare_processes(cfg, args.launcher)
    with config_errors(cfg):
        done = prepare_extraction(cfg, args.checkpoint, args.out, args.top_k, args.split)
        cfg.load_from, cfg.resume = args.checkpoint, False
        summary = extract(cfg, done, args.unsafe_unpickle)
    if is_main_process():
        print(f'{args.out}: {summary}')


if __name__ == '__main__':
    run(main)
