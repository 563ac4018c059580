"""Clips and videos with instances, whatever reads them."""

from pathlib import Path

import numpy as np
import pytest
import torch

from mevis.datasets import InstanceDataset
from mevis.datasets.instance_dataset import AnnotatedTrack
from mevis.datasets.video_record import VideoRecord
from mevis.errors import UserError
from mevis.structures import decode_rle, encode_rle

PIPELINE = [
    {'type': 'RandomReverseClip'},
    {'type': 'LoadClipFrames'},
    {'type': 'LoadClipInstances'},
    {'type': 'RandomFlipClip'},
    {'type': 'RandomCropClip', 'min_size': 20, 'max_size': 40},
    {'type': 'RandomResizeClip', 'short_sides': [24, 32]},
    {'type': 'PackRefVidSegInputs'},
]
TESTING = [{'type': 'LoadClipFrames'}, {'type': 'PackRefVidSegInputs'}]


class Reader(InstanceDataset):
    """The frames of the tiny MeViS with objects of our own; "cat" has none."""

    truth = True
    classes = ('square', 'dot')

    def load_records(self):
        names = tuple(f'{index:05d}' for index in range(6))
        return [VideoRecord('bird', names, ()), VideoRecord('cat', names[:3], ())]

    def frame_path(self, video, frame_name):
        return self.data_root / 'train/JPEGImages' / video / f'{frame_name}.jpg'

    def read_tracks(self, record, frames):
        if not self.truth:
            return None
        if record.name == 'cat':
            return []
        mask = np.zeros((2, 6, 48, 64), bool)
        mask[0, :, 10:40, 10:50] = True
        mask[1, 5, 0, 0] = True
        seen = mask.any((2, 3))
        return [
            AnnotatedTrack(7 + k, k, [rles[t] if seen[k, t] else None for t in frames])
            for k, rles in enumerate(map(encode_rle, mask))
        ]


@pytest.fixture
def make(mevis_root: Path):
    def build(pipeline=PIPELINE, num_frames=2, **options) -> Reader:
        sampler = {'type': 'LocalFrameSampler', 'num_frames': num_frames}
        if options.get('test_mode'):
            sampler = {'type': 'AllFramesSampler'}
        return Reader(str(mevis_root), 'train', sampler, pipeline, **options)

    return build


def test_clips_hold_what_is_seen(make):
    dataset = make()
    assert len(dataset) == 2
    for serial in range(20):
        packed = dataset[0, serial]
        sample = packed['data_samples']
        instances = sample.gt_instances
        count, height, width = len(instances), *sample.img_shape
        assert packed['inputs'].shape == (2, 3, height, width)
        assert instances.masks.shape == (count, 2, height, width)
        assert instances.masks.dtype == torch.bool
        assert instances.labels.dtype == torch.int64
        assert instances.present.any(1).all()
        assert [7 + label for label in instances.labels.tolist()] == list(instances.ids)
        assert 'gt_tracks' not in sample


def test_a_video_without_objects_is_replaced(make):
    assert {make()[1, serial]['data_samples'].video for serial in range(5)} == {'bird'}
    with pytest.raises(UserError, match='3 clips in a row show none'):
        make(videos=['cat'], max_redraws=3)[0]


def test_the_serial_number_decides(make):
    first, second = make()[0, 4], make()[0, 4]
    assert torch.equal(first['inputs'], second['inputs'])
    masks = [item['data_samples'].gt_instances.masks for item in (first, second)]
    assert torch.equal(*masks)


def test_whole_videos(make):
    dataset = make(TESTING, test_mode=True)
    bird, cat = (dataset[index]['data_samples'] for index in range(2))
    assert (len(bird.gt_tracks), bird.gt_tracks.num_frames) == (2, 6)
    assert bird.gt_tracks.size == (48, 64)
    assert list(bird.gt_tracks.categories) == [0, 1]
    assert decode_rle(bird.gt_tracks.rles[1], (48, 64)).sum((1, 2)).tolist() == [0] * 5 + [1]
    assert len(cat.gt_tracks) == 0
    assert bird.read_frames([0]).shape == (1, 48, 64, 3)
    assert dataset.item_costs() == [6, 3]
    assert dataset.item_videos() == ['bird', 'cat']
    assert dataset.metainfo['classes'] == ('square', 'dot')


def test_a_split_without_truth(make, monkeypatch):
    monkeypatch.setattr(Reader, 'truth', False)
    sample = make(TESTING, test_mode=True)[0]['data_samples']
    assert 'gt_tracks' not in sample
    with pytest.raises(UserError, match=r"split 'train' has no instances"):
        make()[0]


def test_centres(make):
    assert len(make(centre_stride=2)) == 3 + 2
    assert len(make(TESTING, test_mode=True, centre_stride=2)) == 2
