"""No value of a config ends in an exception that does not name it, whoever raised it."""

import math

import pytest
from mmengine.logging import MMLogger

from mevis.apis.configs.errors import check_engine_names, config_errors
from mevis.apis.configs.loading import load_config
from mevis.apis.configs.overrides import apply_overrides
from mevis.apis.configs.values import require
from mevis.apis.running.evaluation_job import complete_evaluators
from mevis.apis.running.runner import build_runner
from mevis.errors import UserError
from mevis.testing.tiny_mevis import write_tiny_mevis

NAN, HUGE = math.nan, 10**30
NUMBERS = [0, -1, 'text', NAN, HUGE, 1.5, None, [], '']
CASES = {
    'train_dataloader.batch_size': NUMBERS,
    'train_dataloader.num_workers': [-1, 'text', NAN, HUGE, 100_000, 0.5, None],
    'train_dataloader.persistent_workers': ['text', True],
    'train_dataloader.prefetch_factor': [0, -1, 'text'],
    'train_dataloader.sampler.type': [5, 'NoSampler', None],
    'train_dataloader.dataset': [5, None, 'text', []],
    'train_dataloader.dataset.split': [5, 'absent', None, '../..'],
    'train_dataloader.dataset.data_root': [5, None, '/nowhere'],
    'train_dataloader.dataset.frame_sampler.num_frames': NUMBERS,
    'train_dataloader.dataset.pipeline': [5, 'text', None, []],
    'train_dataloader.dataset.pipeline.6.short_side': NUMBERS,
    'train_dataloader.dataset.pipeline.4.prob': [-1, 2, 'text', NAN, None],
    'train_cfg': [5, None, 'text'],
    'train_cfg.max_iters': NUMBERS,
    'train_cfg.val_interval': [0, -1, 'text', NAN, 1.5],
    'train_cfg.type': [5, 'NoLoop', None],
    'optim_wrapper': [5, None, 'text', []],
    'optim_wrapper.optimizer': [5, None, 'text'],
    'optim_wrapper.optimizer.lr': [-1, 'text', NAN, HUGE, None, []],
    'optim_wrapper.optimizer.weight_decay': [-1, 'text', NAN, None],
    'optim_wrapper.optimizer.betas': [5, (0.9,), (0.9, 1.0), (-1, 0.9), 'text', (NAN, 0.9)],
    'optim_wrapper.optimizer.type': ['NoOptimizer', 5, None],
    'optim_wrapper.accumulative_counts': [0, -1, 'text', 1.5],
    'optim_wrapper.clip_grad': [5, 'text', dict(max_norm='text'), dict(max_norm=-1)],
    'param_scheduler': [0, 5, 'text', [5]],
    'param_scheduler.0.eta_min': [-1, 'text', NAN],
    'param_scheduler.0.end': [0, -1, 'text', NAN],
    'param_scheduler.0.begin': [10**9, 'text', -5],
    'randomness.seed': [-1, 'text', NAN, HUGE, 1.5],
    'randomness.deterministic': ['text'],
    'randomness': [None, 5],
    'env_cfg': [None, 'text'],
    'train_dataloader.sampler': [-1, [1]],
    'val_dataloader.sampler': [-1, 'text', [1]],
    'train_dataloader.collate_fn.type': ['nobody', None],
    'default_hooks': [5, 'text'],
    'default_hooks.checkpoint': [5, 'text'],
    'default_hooks.checkpoint.interval': [0, 'text', NAN, -7, 1.5],
    'default_hooks.checkpoint.max_keep_ckpts': [0, 'text', -5],
    'default_hooks.checkpoint.save_best': ['J', 'mIoU', 5, []],
    'default_hooks.checkpoint.rule': ['better', 5],
    'default_hooks.logger.interval': [0, -5, 'text', NAN],
    'log_processor.window_size': [0, -1, 'text'],
    'log_processor.by_epoch': [5, 'text'],
    'log_level': ['LOUD', 5],
    'default_scope': ['nobody', 5],
    'train_dataloader.dataset.test_mode': [True, 'text'],
    'train_dataloader.dataset.videos': [[], ['\udc80']],
    'val_dataloader': [None, 5],
    'val_dataloader.dataset.test_mode': [False],
    'val_dataloader.dataset.pipeline': [[]],
    'val_cfg': [None],
    'visualizer': [5, 'text'],
    'visualizer.vis_backends': [5, 'text', [5]],
    'val_evaluator': [5, 'text', []],
    'val_evaluator.type': ['NoMetric', 5],
    'env_cfg.mp_cfg.mp_start_method': ['teleport', 5],
    'model': [5, None, 'text', []],
    'model.type': [5, None, 'Mutr', ''],
    'model.embed_dims': [0, -1, 'text', NAN, HUGE, 1.5, 7],
    'model.num_heads': [0, -1, 'text', 3, HUGE, 2.0],
    'model.num_queries': [0, -1, 'text', NAN, 1.5],
    'model.feedforward_dims': [0, -1, 'text', 10**12],
    'model.mask_dims': [0, -1, 'text'],
    'model.dropout': [-0.1, 1.5, 'text', NAN],
    'model.transformer.num_encoder_layers': [0, -1, 'text', 1.5],
    'model.transformer.num_decoder_layers': [0, -1, 'text', HUGE],
    'model.backbone': [5, None, 'text'],
    'model.backbone.temporal_stages': [5, 'text', (9,)],
    'model.text_encoder.embed_dims': [0, -1, 'text', 63],
    'model.criterion.weights': [5, 'text', dict(loss_class='text')],
    'model.eval_layer': ['first', 5],
    'model.clip_length': [0, -1, 'text', 1.5],
    'model.clip_order': ['shuffled', 5],
    'model.clip_query': ['each', 5],
    'model.data_preprocessor.pad_size_divisor': [0, -1, 'text'],
    'find_unused_parameters': [5],
    'load_from': [5],
}
PAIRS = [(key, value) for key, values in CASES.items() for value in values]


@pytest.fixture(scope='module')
def data_root(tmp_path_factory):
    root = tmp_path_factory.mktemp('data')
    write_tiny_mevis(root, 'train')
    write_tiny_mevis(root, 'valid_u')
    return root


def build_everything(cfg) -> None:
    """What tools/train.py does before the first iteration."""
    require(cfg, ('model', 'train_dataloader', 'train_cfg', 'optim_wrapper'), 'train')
    check_engine_names(cfg)
    with config_errors(cfg):
        complete_evaluators(cfg)
        runner = build_runner(cfg)
        runner.prepare_training()


def test_there_are_as_many_as_in_the_campaign():
    assert len(PAIRS) >= 200


@pytest.mark.parametrize(('key', 'value'), PAIRS, ids=lambda part: repr(part)[:40])
def test_a_value_is_taken_or_refused_by_its_name(key, value, data_root, repo_root, tmp_path):
    config = repo_root / 'configs/mutr_tiny_moving_shapes.py'
    fixed = {
        'train_dataloader.dataset.data_root': str(data_root),
        'val_dataloader.dataset.data_root': str(data_root),
        'train_dataloader.num_workers': 0,
        'train_dataloader.persistent_workers': False,
        'val_dataloader.num_workers': 0,
        'default_hooks.checkpoint.interval': 2,
        'load_from': None,
    }
    MMLogger._instance_dict.clear()
    try:
        cfg = load_config(config, fixed)
        cfg.work_dir = str(tmp_path)
        build_everything(apply_overrides(cfg, {key: value}))
    except UserError as error:
        said = str(error)
        assert '\n' not in said.strip()
        assert key.split('.')[-1] in said or key.split('.')[0] in said, said
