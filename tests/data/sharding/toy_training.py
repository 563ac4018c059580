"""A training so small that two processes of it fit into a test.

python toy_training.py FOLDER: a rank of the sharded ones; FOLDER/alone/iter_2.pth is there already.
"""

import sys
from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.evaluator import BaseMetric
from mmengine.model import BaseModel
from torch import nn

from mevis.registry import DATASETS, METRICS, MODELS


@MODELS.register_module()
class ShardingToyModel(BaseModel):
    """Something that learns, something frozen and something that no loss reaches."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(3, 4)
        self.frozen = nn.Linear(4, 4).requires_grad_(False)
        self.unused = nn.Linear(2, 2)
        self.last = nn.Linear(4, 1)

    def forward(self, inputs, mode='tensor'):
        result = self.last(self.frozen(self.first(torch.stack(inputs)).tanh()))
        return {'loss': (result - 3).pow(2).mean()} if mode == 'loss' else [float(result.sum())]


@DATASETS.register_module()
class ShardingToyDataset:
    """Eight points, or as many as are asked for."""

    def __init__(self, length: int = 8) -> None:
        self.length = length

    def __len__(self):
        return self.length

    def __getitem__(self, item):
        number = float(item[0] if isinstance(item, tuple) else item)
        return {'inputs': torch.tensor([1.0, number, number**0.5]) / 4}


@METRICS.register_module()
class ShardingToyMetric(BaseMetric):
    """The sum of what the model says."""

    figures = 'toy/sum'

    def process(self, data_batch, data_samples):
        self.results.extend(data_samples)

    def compute_metrics(self, results):
        return {'toy/sum': sum(results)}


def config(work_dir: str | Path, **overrides) -> Config:
    loader = dict(dataset=dict(type='ShardingToyDataset'), num_workers=0)
    cfg = dict(
        default_scope='mevis',
        work_dir=str(work_dir),
        model=dict(type='ShardingToyModel'),
        train_dataloader=dict(
            batch_size=1, sampler=dict(type='ResumableInfiniteSampler'), **loader
        ),
        val_dataloader=dict(
            batch_size=1,
            num_workers=0,
            dataset=dict(type='ShardingToyDataset', length=3),
            sampler=dict(type='DefaultSampler', shuffle=False, round_up=False),
        ),
        val_evaluator=dict(type='ShardingToyMetric'),
        val_cfg=dict(type='ValLoop'),
        train_cfg=dict(type='IterBasedTrainLoop', max_iters=4, val_interval=2),
        optim_wrapper=dict(
            type='OptimWrapper',
            optimizer=dict(type='AdamW', lr=0.1, weight_decay=0.1),
            clip_grad=dict(max_norm=0.5),
            paramwise_cfg=dict(custom_keys={'first': dict(lr_mult=0.5)}),
        ),
        param_scheduler=[dict(type='MultiStepLR', by_epoch=False, milestones=[3], gamma=0.1)],
        randomness=dict(seed=0),
        env_cfg=dict(dist_cfg=dict(backend='gloo')),
        log_level='WARNING',
        default_hooks=dict(
            finite_loss=dict(type='FiniteLossHook'),
            checkpoint=dict(
                type='ResumableCheckpointHook', interval=2, save_best='toy/sum', rule='greater'
            ),
            plain=dict(type='PlainCheckpointHook'),
        ),
    )
    cfg = Config(cfg)
    cfg.merge_from_dict(overrides)
    return cfg


def train(work_dir: str | Path, **overrides) -> None:
    """As tools/train.py does; several in one process share its group."""
    from mmengine.dist import is_distributed

    from mevis.apis.running.launch import prepare_processes
    from mevis.apis.running.strategies import build_trainer

    cfg = config(work_dir, **overrides)
    if not is_distributed():
        prepare_processes(cfg, cfg.get('launcher', 'none'))
    runner = build_trainer(cfg)
    runner.prepare_training()
    runner.train()


def sharded(folder: Path) -> None:
    """A training on the ranks of this environment, and two that are resumed in its middle."""
    options = dict(launcher='pytorch', strategy=dict(type='FSDPStrategy'))
    train(folder / 'sharded', **options)
    for name in ('sharded', 'alone'):
        start = str(folder / name / 'iter_2.pth')
        train(folder / f'from_{name}', load_from=start, resume=True, **options)


if __name__ == '__main__':
    sharded(Path(sys.argv[1]))
