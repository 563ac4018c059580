"""Tracks go to files, and figures say what was found."""

import json

import pytest

from mevis.errors import UserError
from mevis.evaluation.metrics import InstanceMaskWriter
from mevis.structures import InstanceMasks


@pytest.fixture
def sample_of(make_sample):
    def make(video, predicted):
        names = dict(frame_names=['0', '1'], ori_shape=(4, 10))
        return {**make_sample(video, predicted), **names}

    return make


def test_best_tracks_and_none(tmp_path, sample_of):
    writer = InstanceMaskWriter(str(tmp_path), {'config': 'c'}, top_k=2)
    writer.process(None, [sample_of('a', [(0.1, 5, 1), (0.9, 6, 2), (0.5, 7, 3)])])
    writer.process(None, [sample_of('b', [])])
    a, b = (json.loads((tmp_path / f'{name}.json').read_text()) for name in 'ab')
    assert (a['scores'], a['categories']) == ([0.9, 0.5], [6, 7])
    assert InstanceMasks.from_dict(a).decode([0]).sum((1, 2, 3)).tolist() == [8, 12]
    assert len(InstanceMasks.from_dict(b)) == 0
    assert writer.evaluate(2) == {
        'videos': 2,
        'frames': 4,
        'tracks_mean': 1.0,
        'tracks_min': 0,
        'tracks_max': 2,
    }


def test_nothing_to_do(tmp_path):
    assert InstanceMaskWriter(str(tmp_path), {}, 2).evaluate(0) == {'videos': 0, 'frames': 0}


def test_a_model_of_sentences(tmp_path, make_sample):
    with pytest.raises(UserError, match='a: the model gave no instance tracks'):
        InstanceMaskWriter(str(tmp_path), {}, 2).process(None, [make_sample('a')])


def test_tracks_of_another_size(tmp_path, sample_of):
    sample = {**sample_of('a', [(0.1, 5, 1)]), 'ori_shape': (8, 20)}
    with pytest.raises(ValueError, match=r'a: tracks of 2 frames of size \(4, 10\)'):
        InstanceMaskWriter(str(tmp_path), {}, 2).process(None, [sample])
