import pytest
from mmengine.config import Config

from mevis.apis.configs.loops import check_loops
from mevis.errors import UserError

PIPELINE = [dict(type='PackRefVidSegInputs')]


def config(**values) -> Config:
    def dataset(test_mode):
        return dict(type='MeViSDataset', pipeline=PIPELINE, test_mode=test_mode)

    parts = dict(
        train_dataloader=dict(num_workers=2, persistent_workers=True, dataset=dataset(False)),
        val_dataloader=dict(num_workers=0, dataset=dataset(True)),
        val_cfg=dict(type='ValLoop'),
        val_evaluator=dict(type='RefVidSegMetric'),
    )
    cfg = Config(parts)
    cfg.merge_from_dict(values)
    return cfg


@pytest.mark.parametrize(
    'values',
    [
        {},
        dict(val_dataloader=None, val_cfg=None, val_evaluator=None),
        {'train_dataloader.dataset': dict(type='ConcatDataset', datasets=[])},
        {'train_dataloader.dataset': dict(type='SomebodyElses', pipeline=[], test_mode=True)},
    ],
)
def test_whole_loops_are_taken(values):
    check_loops(config(**values))


@pytest.mark.parametrize(
    ('values', 'expected'),
    [
        (dict(val_dataloader=None), 'val_dataloader: missing or None, beside val_cfg and'),
        (dict(val_cfg=None), 'val_cfg: missing or None'),
        (
            dict(val_dataloader=None, val_evaluator=None),
            'val_dataloader and val_evaluator: missing or None, beside val_cfg',
        ),
        (
            {'train_dataloader.dataset.test_mode': True},
            'train_dataloader.dataset.test_mode=True: must be False',
        ),
        (
            {'val_dataloader.dataset.test_mode': False},
            'val_dataloader.dataset.test_mode=False: must be True',
        ),
        (
            {'train_dataloader.dataset.pipeline': []},
            'train_dataloader.dataset.pipeline=[]: must end with PackRefVidSegInputs',
        ),
        (
            {'train_dataloader.num_workers': 0},
            'train_dataloader.persistent_workers=True: without workers (num_workers=0)',
        ),
        (
            {
                'train_dataloader.dataset': dict(
                    type='ConcatDataset',
                    datasets=[dict(type='MeViSDataset', pipeline=PIPELINE, test_mode=True)],
                )
            },
            'train_dataloader.dataset.datasets.0.test_mode=True: must be False',
        ),
    ],
)
def test_half_a_loop_and_the_wrong_kind_of_data_are_named(values, expected):
    with pytest.raises(UserError) as caught:
        check_loops(config(**values))
    assert str(caught.value).startswith(expected)
