"""A small split and predictions for all of it."""

import numpy as np
import pytest

from mevis.evaluation.prediction_source import StoredPredictions
from mevis.evaluation.prediction_store import PredictionStore
from mevis.evaluation.submission import VideoLayout
from mevis.structures import ExpressionPrediction, encode_rle

LAYOUT = [
    VideoLayout('bird', ('0', '1', '2'), ('00000', '00001'), (12, 16)),
    VideoLayout('cat', ('0',), ('00000',), (10, 10)),
]


@pytest.fixture
def layout() -> list[VideoLayout]:
    return LAYOUT


@pytest.fixture
def masks() -> dict[str, np.ndarray]:
    """Entry -> mask; one is empty, one full."""
    rng = np.random.default_rng(0)
    made = {entry: rng.random(video.size) < 0.5 for video in LAYOUT for entry in video.entries()}
    made['bird/1/00000.png'][:] = False
    made['bird/1/00001.png'][:] = True
    return made


@pytest.fixture
def predictions(tmp_path, masks) -> StoredPredictions:
    store = PredictionStore(tmp_path / 'predictions', {})
    for video in LAYOUT:
        answers = []
        for exp_id in video.exp_ids:
            tube = [masks[f'{video.name}/{exp_id}/{frame}.png'] for frame in video.frame_names]
            answers.append(ExpressionPrediction(exp_id, 'text', encode_rle(np.stack(tube)), 0.5))
        store.write(video.name, video.frame_names, answers)
    return StoredPredictions(store)
