"""Trains a model.

tools/train.py configs/mutr_tiny_moving_shapes.py --work-dir work_dirs/tiny
tools/train.py configs/mutr_tiny_moving_shapes.py --work-dir work_dirs/tiny --resume
"""

import argparse

from mevis.apis.cli import run
from mevis.boundary.arguments import CommandParser


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    from mevis.apis.configs.options import add_cfg_options

    parser = CommandParser(description=__doc__.splitlines()[0], epilog='See docs/guides/train.md.')
    parser.add_argument('config', help='what to train: a file of configs/ or your own')
    parser.add_argument('--work-dir', help='checkpoints and logs; default: work_dirs/<config>')
    parser.add_argument(
        '--resume',
        nargs='?',
        const='auto',
        metavar='CHECKPOINT',
        help='resume the training of the work folder (or from a checkpoint)',
    )
    parser.add_argument(
        '--amp',
        action='store_true',
        help='mixed precision: bfloat16, or float16 on GPUs without it',
    )
    parser.add_argument(
        '--launcher',
        choices=('none', 'pytorch', 'slurm', 'mpi'),
        default='none',
        help='several processes: tools/dist_train.sh',
    )
    add_cfg_options(parser, 'optim_wrapper.optimizer.lr=1e-5')
    parser.add_argument('--local_rank', '--local-rank', type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Trains."""
    args = parse_args()
    from pathlib import Path

    from mevis.apis.configs.errors import check_engine_names, config_errors
    from mevis.apis.configs.loading import load_config
    from mevis.apis.configs.values import require

    cfg = load_config(args.config, args.cfg_options)
    require(cfg, ('model', 'train_dataloader', 'train_cfg', 'optim_wrapper'), 'train')
    cfg.work_dir = args.work_dir or cfg.get('work_dir') or f'work_dirs/{Path(args.config).stem}'

    from mevis.apis.running.evaluation_job import complete_evaluators
    from mevis.apis.running.failed_start import nothing_left_on_failure
    from mevis.apis.running.launch import claim_folder, prepare_processes, set_precision
    from mevis.apis.running.resumption import set_resume
    from mevis.apis.running.runner import warn_about_nondeterminism
    from mevis.apis.running.start_weights import check_load_from
    from mevis.apis.running.strategies import build_trainer

    check_engine_names(cfg)
    set_resume(cfg, args.resume)
    check_load_from(cfg)
    if args.amp:
        set_precision(cfg)
    prepare_processes(cfg, args.launcher)
    with nothing_left_on_failure(cfg.work_dir, args.config):
        claim_folder(cfg.work_dir)
        with config_errors(cfg):
            complete_evaluators(cfg)
            runner = build_trainer(cfg)
            runner.prepare_training()
    with config_errors(cfg):
        warn_about_nondeterminism(cfg)
        runner.train()


if __name__ == '__main__':
    run(main, 'the same command with --resume continues from the last checkpoint')
