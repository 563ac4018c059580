"""Several training sets at once."""

from collections import Counter
from pathlib import Path

import pytest
import torch

from mevis.datasets import JointDataset
from mevis.errors import UserError
from mevis.testing.tiny_refcoco import write_tiny_refcoco


@pytest.fixture
def parts(mevis_root: Path, train_pipeline: list) -> list[dict]:
    write_tiny_refcoco(mevis_root)
    pseudo = [*train_pipeline[:2], {'type': 'ImageToPseudoClip', 'num_frames': 3}]
    images = {
        'type': 'RefCOCODataset',
        'data_root': str(mevis_root),
        'split': 'train',
        'frame_sampler': {'type': 'AllFramesSampler'},
        'pipeline': [*pseudo, *train_pipeline[3:]],
    }
    videos = {
        'type': 'MeViSDataset',
        'data_root': str(mevis_root),
        'split': 'train',
        'frame_sampler': {'type': 'GlobalFrameSampler', 'num_frames': 3},
        'pipeline': train_pipeline,
    }
    return [images, videos]


def test_every_item_of_every_part_once(parts: list[dict]):
    joint = JointDataset(parts)
    lengths = [len(part) for part in joint.datasets]
    assert len(joint) == sum(lengths)
    found = Counter(joint.locate(index) for index in range(len(joint)))
    assert set(found.values()) == {1}
    assert Counter(part for part, _ in found) == dict(enumerate(lengths))
    assert len(joint.item_videos()) == len(joint.item_costs()) == len(joint)


def test_items_are_those_of_the_parts(parts: list[dict]):
    joint = JointDataset(parts)
    for index in (0, len(joint) - 1):
        part, own = joint.locate(index)
        item, again = joint[index, 5], joint.datasets[part][own, 5]
        assert torch.equal(item['inputs'], again['inputs'])
        assert len(item['inputs']) == 3
    assert joint[0]['data_samples'].num_video_frames == 3
    with pytest.raises(IndexError):
        joint[len(joint)]


def test_shares_cover_everything_over_the_rounds(parts: list[dict]):
    joint = JointDataset(parts, shares=[1, 3])
    size, lengths = len(joint), [len(part) for part in joint.datasets]
    total = sum(lengths)
    first = Counter(joint.locate(index)[0] for index in range(size))
    assert first == {0: round(total / 4), 1: round(total * 3 / 4)}
    rounds = range(4 * lengths[0])
    found = Counter(joint.locate(index, number) for number in rounds for index in range(size))
    counts = [number for (part, _), number in found.items() if part == 0]
    assert len(counts) == lengths[0]
    assert max(counts) - min(counts) <= 1
    # The serial number of a draw says which round it is of.
    part, own = joint.locate(0, 1)
    assert torch.equal(joint[0, size]['inputs'], joint.datasets[part][own, size]['inputs'])


@pytest.mark.parametrize('shares', [[1], [1, 0], [1, -1], [1, float('nan')], [1, float('inf')]])
def test_wrong_shares(parts: list[dict], shares: list[float]):
    with pytest.raises(UserError, match=r'shares=.*: one positive number for each of the 2'):
        JointDataset(parts, shares=shares)


def test_only_training_sets_are_joined(parts: list[dict]):
    with pytest.raises(UserError, match='name one or more'):
        JointDataset([])
    parts[1]['test_mode'] = True
    with pytest.raises(UserError, match=r'JointDataset\.datasets\.1: is for testing'):
        JointDataset(parts)
