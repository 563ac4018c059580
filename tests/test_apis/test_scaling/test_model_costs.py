"""A model is measured on as many frames and sentences as it was given."""

from pathlib import Path

import numpy as np
from PIL import Image

from mevis.apis.scaling.model_costs import model_costs

CONFIG = 'mevis::track_selector_tiny_moving_shapes_pixels.py'
CHECKPOINT = 'mevis::weights/track_selector_tiny_moving_shapes.safetensors'


def make_video(folder: Path, num_frames: int) -> Path:
    rng = np.random.default_rng(0)
    folder.mkdir()
    for index in range(num_frames):
        picture = rng.integers(0, 256, (64, 96, 3), dtype=np.uint8)
        Image.fromarray(picture).save(folder / f'{index:05d}.png')
    return folder


def test_frames_parameters_and_costs_are_those_of_the_model(tmp_path, monkeypatch):
    asked = []
    from mevis.apis.inference.inferencer import RefVidSegInferencer

    answer = RefVidSegInferencer.__call__

    def watched(self, video, texts):
        asked.append(list(texts))
        return answer(self, video, texts)

    monkeypatch.setattr(RefVidSegInferencer, '__call__', watched)
    texts = ['the red star', 'the one that moves to the left', 'everything']
    costs = model_costs(CONFIG, CHECKPOINT, make_video(tmp_path / 'video', 3), texts)
    assert asked == [texts[:1], texts[:1], texts]
    assert costs.frames == 3
    assert 300_000 < costs.parameters < 600_000
    assert costs.first_sentence > 0
    assert costs.peak_mib > costs.own_mib > 0
