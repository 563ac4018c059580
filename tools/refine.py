"""Refines the masks of an earlier test by the refiner of a config.

tools/refine.py configs/mutr_tiny_moving_shapes.py --predictions work_dirs/test/predictions \
    --out work_dirs/refined --cfg-options model.refiner.type=HQSAMRefiner
"""

import argparse

from mevis.apis.cli import run
from mevis.boundary.arguments import CommandParser


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    from mevis.apis.configs.options import add_cfg_options, add_shard

    parser = CommandParser(
        description=__doc__.splitlines()[0],
        epilog='Run it again after an interruption to complete it. See docs/guides/refinement.md.',
    )
    parser.add_argument('config', help='a config with model.refiner')
    parser.add_argument(
        '--predictions', metavar='DIR', required=True, help='the predictions of tools/test.py'
    )
    parser.add_argument('--out', metavar='DIR', required=True, help='output folder')
    parser.add_argument(
        '--launcher',
        choices=('none', 'pytorch', 'slurm', 'mpi'),
        default='none',
        help='several processes: torchrun --nproc_per_node N tools/refine.py ...',
    )
    add_shard(parser)
    add_cfg_options(parser, 'model.refiner.type=HQSAMRefiner')
    parser.add_argument('--local_rank', '--local-rank', type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Refines."""
    args = parse_args()
    from mevis.apis.configs.errors import config_errors
    from mevis.apis.configs.loading import load_config

    cfg = load_config(args.config, args.cfg_options)

    from mmengine.dist import is_main_process

    from mevis.apis.running.evaluation_job import keep_only_test
    from mevis.apis.running.launch import prepare_processes
    from mevis.apis.running.refinement import prepare_refinement, run_refinement

    keep_only_test(cfg)
    prepare_processes(cfg, args.launcher)
    with config_errors(cfg):
        job = prepare_refinement(cfg, args.predictions, args.out, args.shard)
        summary = run_refinement(job)
    if is_main_process():
        part = f'shard {args.shard}: ' if args.shard else ''
        print(f'{args.out}: {part}{summary}')


if __name__ == '__main__':
    run(main, 'the same command completes what is missing')
