"""Datasets, models and metrics hold their contracts; broken ones are caught."""

import pytest
import torch
from mmengine.evaluator import BaseMetric
from mmengine.registry import init_default_scope

import mevis.models
import mevis.refiners  # noqa: F401 - register what configs name
from mevis.registry import DATASETS
from mevis.testing import ContractError, check_dataset, check_metric, check_segmentor
from mevis.testing.small_mutr import build_small_mutr
from mevis.testing.tiny_mevis import write_tiny_mevis


@pytest.fixture(scope='module')
def tiny(tmp_path_factory):
    root = tmp_path_factory.mktemp('tiny')
    write_tiny_mevis(root)
    return root


def dataset(root, test_mode=False, transforms=()):
    init_default_scope('mevis')
    masks = [] if test_mode else [dict(type='LoadClipMasks')]
    sampler = dict(type='AllFramesSampler')
    if not test_mode:
        sampler = dict(type='GlobalFrameSampler', num_frames=3)
    packing = dict(type='PackRefVidSegInputs')
    return DATASETS.build(
        dict(
            type='MeViSDataset',
            data_root=str(root),
            split='train',
            frame_sampler=sampler,
            pipeline=[dict(type='LoadClipFrames'), *masks, *transforms, packing],
            test_mode=test_mode,
        )
    )


@pytest.mark.parametrize('test_mode', [False, True])
def test_our_dataset_holds_the_contract(tiny, test_mode):
    check_dataset(dataset(tiny, test_mode))


def test_a_dataset_whose_items_change_is_caught(tiny):
    changing = dataset(tiny)
    plain = changing.pipeline
    changing.pipeline = [*plain[:-1], Restless(), plain[-1]]
    with pytest.raises(ContractError, match='differs when it is asked for again'):
        check_dataset(changing)


class Restless:
    """Adds one to all frames, then two, and so on."""

    calls = 0

    def __call__(self, results):
        Restless.calls += 1
        results['frames'] = results['frames'] + Restless.calls
        return results


def test_our_model_holds_the_contract():
    check_segmentor(build_small_mutr())


class Loud:
    score, presence = 2.0, 1.0

    def masks(self):
        yield torch.zeros(5, 64, 96, dtype=torch.bool)


def test_a_model_with_impossible_scores_is_caught():
    model = build_small_mutr()
    model.answer = lambda video, text: Loud()
    with pytest.raises(ContractError, match='a score of 2.0'):
        check_segmentor(model)


def test_a_model_that_learns_nothing_is_caught():
    model = build_small_mutr()
    model.loss = lambda clips, padding_mask, samples: {'loss': clips.sum().requires_grad_()}
    with pytest.raises(ContractError, match='no gradient'):
        check_segmentor(model)


def test_a_metric_holds_the_contract():
    check_metric(AreaMetric())


class AreaMetric(BaseMetric):
    """Mean number of masks."""

    default_prefix = 'area'

    def process(self, data_batch, data_samples):
        self.results += [len(sample['predictions'][0].rles) for sample in data_samples]

    def compute_metrics(self, results):
        return {'masks': sum(results) / len(results)}

    def evaluate(self, size):
        figures, self.results = self.compute_metrics(self.results), []
        return figures


class FirstMetric(AreaMetric):
    def process(self, data_batch, data_samples):
        self.results += [ord(sample['video'][0]) for sample in data_samples]

    def compute_metrics(self, results):
        return {'first': results[0]}


class NoNumberMetric(AreaMetric):
    def compute_metrics(self, results):
        return {'masks': float('nan')}


@pytest.mark.parametrize(
    ('metric', 'message'), [(FirstMetric, 'order of the videos'), (NoNumberMetric, 'is nan')]
)
def test_a_broken_metric_is_caught(metric, message):
    with pytest.raises(ContractError, match=message):
        check_metric(metric())
