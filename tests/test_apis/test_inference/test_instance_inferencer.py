"""Instances of a video that is in no dataset."""

import sys

import numpy as np
import pytest
import torch

from mevis.apis.inference.instance_inferencer import InstanceInferencer
from mevis.errors import UserError

CONFIG = 'tests/data/toy_project/{}.py'


@pytest.fixture
def toy(repo_root, monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(repo_root / 'tests/data/toy_project'))

    def make(config: str, module: str, name: str) -> InstanceInferencer:
        __import__(module)
        model = getattr(sys.modules[module], name)()
        torch.save({'state_dict': model.state_dict()}, tmp_path / 'toy.pth')
        return InstanceInferencer(repo_root / CONFIG.format(config), tmp_path / 'toy.pth', 'cpu')

    return make


def test_tracks_of_an_array(toy):
    inferencer = toy('toy_instances_config', 'toy_instances', 'ToyInstanceSegmentor')
    frames = np.random.default_rng(0).integers(0, 256, (5, 20, 30, 3), dtype=np.uint8)
    tracks = inferencer.find(frames)
    assert (len(tracks), tracks.num_frames, tracks.size) == (4, 5, (20, 30))
    assert len(inferencer.find(frames[:3])) == 0


def test_a_model_of_sentences(toy):
    inferencer = toy('toy_val_config', 'toy_segmentor', 'ToySegmentor')
    with pytest.raises(UserError, match='ToySegmentor gives no instance tracks'):
        inferencer.find(np.zeros((2, 20, 30, 3), np.uint8))
