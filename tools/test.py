"""Tests a model: answers to every sentence of a split, their scores, an archive to submit.

tools/test.py configs/mutr_tiny_moving_shapes.py weights.safetensors --work-dir work_dirs/test
"""

import argparse

from mevis.apis.cli import run
from mevis.boundary.arguments import CommandParser


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    from mevis.apis.configs.options import add_cfg_options, add_shard

    parser = CommandParser(
        description=__doc__.splitlines()[0],
        epilog='Run it again after an interruption to complete it. See docs/guides/test.md.',
    )
    parser.add_argument('config', help='the config of the model')
    parser.add_argument(
        'checkpoint', help='its weights: .pth, .safetensors or an official MUTR release'
    )
    parser.add_argument('--work-dir', help='predictions and logs; default: work_dirs/<config>_test')
    parser.add_argument(
        '--out', metavar='FILE', help='write figures and the scores of each sentence to a JSON file'
    )
    parser.add_argument(
        '--submission', metavar='ZIP', help='write an archive for the evaluation server'
    )
    parser.add_argument(
        '--launcher',
        choices=('none', 'pytorch', 'slurm', 'mpi'),
        default='none',
        help='several processes: tools/dist_test.sh',
    )
    parser.add_argument(
        '--unsafe-unpickle',
        action='store_true',
        help='load a checkpoint that must be unpickled, which runs the code in it',
    )
    parser.add_argument(
        '--allow-untrained',
        action='store_true',
        help='load a checkpoint that lacks parts of the model, which stay as initialised',
    )
    add_shard(parser)
    add_cfg_options(parser, 'test_dataloader.dataset.split=valid')
    parser.add_argument('--local_rank', '--local-rank', type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Tests."""
    args = parse_args()
    from pathlib import Path

    from mevis.errors import UserError

    if args.submission and not args.submission.endswith('.zip'):
        raise UserError(f'--submission {args.submission}: name the archive .zip.')

    from mevis.apis.configs.errors import config_errors
    from mevis.apis.configs.loading import load_config

    cfg = load_config(args.config, args.cfg_options)
    cfg.work_dir = args.work_dir or f'work_dirs/{Path(args.config).stem}_test'

    from mmengine.dist import is_main_process

    from mevis.apis.running.evaluation_job import (
        annotation_files,
        keep_only_test,
        prepare_answers,
        submit_answers,
        write_scores,
    )
    from mevis.apis.running.launch import check_targets, prepare_processes
    from mevis.apis.running.runner import build_runner

    keep_only_test(cfg)
    prepare_processes(cfg, args.launcher)
    read = [args.config, args.checkpoint, *annotation_files(cfg)]
    check_targets(args.out, args.submission, inputs=read)
    with config_errors(cfg):
        plan = prepare_answers(cfg, args.checkpoint, args.shard)
        if plan is None or plan.left:
            cfg.load_from, cfg.resume = args.checkpoint, False
            runner = build_runner(cfg, args.unsafe_unpickle, args.allow_untrained)
            scores = runner.test()
    if plan:
        if is_main_process():
            print(f'shard {args.shard} is done; the same command without --shard merges.')
        return
    if args.out and is_main_process():
        write_scores(args.out, cfg, scores)
    if args.submission and is_main_process():
        submit_answers(cfg, args.submission)


if __name__ == '__main__':
    run(main, 'the same command continues with the videos that have no predictions yet')
