"""Finds the instances of every video of a split and writes their tracks, one file per video.

tools/extract_instance_masks.py CONFIG weights.pth --split train --out data/mevis/instances/train
"""

import argparse
from pathlib import Path

from mevis.apis.cli import run
from mevis.boundary.arguments import COUNT, CommandParser

DATA_SET = Path(__file__).resolve().parents[1] / 'configs/_base_/datasets/mevis_instances.py'


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    from mevis.apis.configs.options import add_cfg_options, add_shard

    parser = CommandParser(
        description=__doc__.splitlines()[0],
        epilog='Run it again after an interruption to complete it. See docs/guides/instances.md.',
    )
    parser.add_argument(
        'config',
        nargs='?',
        help='the config of a model that finds instances; with --from-...: of the dataset,'
        ' by default objects in MeViS format',
    )
    parser.add_argument(
        'checkpoint',
        nargs='?',
        help='its weights: .pth or .safetensors; configs/tracks_*.py name their own',
    )
    elsewhere = parser.add_mutually_exclusive_group()
    elsewhere.add_argument(
        '--from-results', metavar='FILE', help='take the tracks of a YouTube-VIS results JSON'
    )
    elsewhere.add_argument(
        '--from-annotations',
        action='store_true',
        help='take the annotated objects, with score 1: the upper bound',
    )
    parser.add_argument('--split', help='split of the dataset; default: that of the config')
    parser.add_argument('--out', metavar='DIR', required=True, help='folder of the files')
    parser.add_argument(
        '--top-k',
        type=COUNT,
        metavar='K',
        help='tracks per video, at most; default: 10, of annotations all',
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
    add_shard(parser)
    add_cfg_options(parser, 'test_dataloader.dataset.data_root=data/mevis')
    parser.add_argument('--local_rank', '--local-rank', type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if not (args.config or args.from_results or args.from_annotations):
        parser.error('name a config, or --from-results FILE, or --from-annotations')
    if args.shard and (args.from_results or args.from_annotations):
        parser.error('--shard: tracks that are there already take one job; leave it out')
    return args


def main() -> None:
    """Extracts."""
    args = parse_args()
    from mevis.apis.configs.errors import config_errors
    from mevis.apis.configs.loading import load_config

    cfg = load_config(args.config or DATA_SET, args.cfg_options)
    with config_errors(cfg):
        if args.from_results or args.from_annotations:
            print(f'{args.out}: {take_over(cfg, args)}')
        else:
            extract_with_model(cfg, args)


def take_over(cfg, args: argparse.Namespace):
    """Writes tracks that are there already."""
    from mevis.apis.running.track_import import import_annotations, import_results

    if args.from_annotations:
        return import_annotations(cfg, args.out, args.top_k, args.split)
    top_k = 10 if args.top_k is None else args.top_k
    return import_results(cfg, args.from_results, args.out, top_k, args.split)


def extract_with_model(cfg, args: argparse.Namespace) -> None:
    """Finds tracks."""
    from mmengine.dist import is_main_process

    from mevis.apis.running.evaluation_job import keep_only_test
    from mevis.apis.running.instance_extraction import extract, prepare_extraction
    from mevis.apis.running.launch import prepare_processes

    cfg.work_dir = args.work_dir or f'work_dirs/{Path(args.config).stem}_extract'
    keep_only_test(cfg)
    prepare_processes(cfg, args.launcher)
    top_k = 10 if args.top_k is None else args.top_k
    done = prepare_extraction(cfg, args.checkpoint, args.out, top_k, args.split, args.shard)
    cfg.load_from, cfg.resume = args.checkpoint, False
    summary = extract(cfg, done, args.unsafe_unpickle)
    if is_main_process():
        print(f'{args.out}: {summary}')


if __name__ == '__main__':
    run(main, 'the same command continues with the videos that are missing')
