"""The sample checks the types of what it carries and moves between processes."""

import pickle

import pytest
import torch

from mevis.structures import Expression, ExpressionPrediction, InstanceMasks, RefVidSegDataSample


def test_fields():
    sample = RefVidSegDataSample(metainfo={'video': 'bird', 'expressions': [Expression('0', 'a')]})
    sample.gt_masks = torch.ones(2, 3, 4, dtype=torch.bool)
    sample.instances = InstanceMasks([], [], [], (3, 4))
    sample.predictions = [ExpressionPrediction('0', 'a', [], 0.5)]
    sample.read_frames = len
    copy = pickle.loads(pickle.dumps(sample))
    assert copy.video == 'bird'
    assert copy.gt_masks.all()
    assert copy.predictions == sample.predictions
    assert copy.read_frames([1, 2]) == 2
    assert 'gt_masks' in copy


@pytest.mark.parametrize('field', ['gt_masks', 'instances', 'predictions', 'gt_rles'])
def test_wrong_types(field: str):
    with pytest.raises(AssertionError):
        setattr(RefVidSegDataSample(), field, 'text')


def test_expressions_differ_by_id_not_by_text():
    assert Expression('0', 'same words') != Expression('1', 'same words')
    assert Expression('0', 'no target').anno_ids == ()
