"""The unsupervised evaluation of DAVIS 2017, beside what the official code gave on our data."""

import json
from pathlib import Path

import numpy as np
import pytest

from mevis.errors import UserError
from mevis.evaluation.davis_unsupervised import label_map, score_objects, summarize_objects
from mevis.structures import decode_rle

SIZE = (48, 64)


@pytest.fixture(scope='module')
def recorded(repo_root: Path) -> dict:
    """Three videos of our own; figures of davis2017-evaluation (task unsupervised, set val)."""
    return json.loads((repo_root / 'tests/data/davis/unsupervised.json').read_text())


def maps(code: dict, num_frames: int) -> np.ndarray:
    labels = np.zeros((num_frames, *SIZE), np.uint8)
    for key, rles in code.items():
        labels[decode_rle(rles, SIZE)] = int(key)
    return labels


def test_figures_are_the_official_ones(recorded: dict):
    scores = []
    for name, video in recorded['videos'].items():
        truth = maps(video['truth'], video['num_frames'])
        assert (truth == 255).any()
        scores += score_objects(maps(video['prediction'], video['num_frames']), truth, name)
    found = summarize_objects(scores)
    assert len(scores) == len(recorded['objects']['J']) == 6
    for metric in 'JF':
        official = recorded['figures'][metric]
        assert found[metric] == pytest.approx(100 * official['M'], abs=1e-10)
        assert found[f'{metric}-recall'] == pytest.approx(100 * official['R'], abs=1e-10)
        assert found[f'{metric}-decay'] == pytest.approx(100 * official['D'], abs=1e-10)
    assert found['J&F'] == (found['J'] + found['F']) / 2
    # The official names follow the predictions, so objects are compared as a set.
    ours = sorted(score.similarity.mean() for score in scores)
    assert ours == pytest.approx(sorted(recorded['objects']['J'].values()), abs=1e-12)


def test_mixed_up_objects_are_forgiven_and_void_does_not_count():
    truth = np.zeros((4, *SIZE), np.uint8)
    truth[:, 5:15, 5:20], truth[:, 25:40, 30:50], truth[:, 20:24] = 1, 2, 255
    swapped = np.choose(np.where(truth == 255, 0, truth), [0, 2, 1])
    swapped[:, 20:24, :30] = 1
    for score in score_objects(swapped, truth):
        assert score.similarity.tolist() == score.accuracy.tolist() == [1.0] * 4
    one, two = score_objects(np.where(swapped == 2, 2, 0), truth)
    assert one.similarity.mean() == 1.0
    assert two.similarity.mean() == 0.0


def test_too_many_objects_are_refused():
    truth = np.ones((1, *SIZE), np.uint8)
    with pytest.raises(UserError, match='21 is predicted; 20 at most'):
        score_objects(truth * 21, truth)
    with pytest.raises(ValueError, match='no object'):
        summarize_objects([])


def test_the_surer_object_has_the_pixel():
    masks = [
        np.ones((1, 3), bool),
        np.array([[True, True, False]]),
        np.array([[True, False, False]]),
    ]
    assert label_map(masks, [0.1, 0.9, 0.5]).tolist() == [[2, 2, 1]]
    assert label_map(masks, [0.5, 0.5, 0.5]).tolist() == [[1, 1, 1]]
