"""What can be made of a result in memory."""

from dataclasses import replace

import numpy as np
import pytest

from mevis.apis.inference.memory_source import ArraySource
from mevis.apis.inference.result import InferenceResult
from mevis.structures import ExpressionPrediction, encode_rle


@pytest.fixture
def result() -> InferenceResult:
    masks = np.zeros((2, 3, 24, 32), bool)
    masks[0, :, 4:10, 6:20] = True
    masks[1, 1, 23, 31] = True
    predictions = [
        ExpressionPrediction(str(index), text, encode_rle(masks[index]), score, 1.0)
        for index, (text, score) in enumerate([('the cat', 0.9), ('the dog', 0.4)])
    ]
    source = ArraySource(np.full((3, 24, 32, 3), 90, np.uint8))
    names, times = ['0', '1', '2'], [0.0, 0.1, 0.2]
    return InferenceResult('v', 10, (24, 32), names, [0, 1, 2], predictions, times, source)


def test_texts_scores_and_overlay(result):
    assert result.texts == ['the cat', 'the dog']
    assert result.scores == [0.9, 0.4]
    pictures = list(result.overlay())
    assert len(pictures) == 3
    assert pictures[0].dtype == np.uint8
    assert pictures[0].shape[0] >= 24
    nothing = [
        replace(one, rles=encode_rle(np.zeros((3, 24, 32), bool))) for one in result.predictions
    ]
    plain = next(replace(result, predictions=nothing).overlay())
    assert (pictures[0] != plain).any()


def test_boxes_and_masks_of_a_frame(result):
    found = result.detections(1)
    assert found['xyxy'].tolist() == [[6, 4, 20, 10], [31, 23, 32, 24]]
    np.testing.assert_array_equal(found['mask'], [result.masks(0)[1], result.masks(1)[1]])
    assert found['confidence'].tolist() == pytest.approx([0.9, 0.4])
    assert found['class_id'].tolist() == [0, 1]
    assert found['data']['class_name'].tolist() == ['the cat', 'the dog']
    assert result.detections(0)['class_id'].tolist() == [0]


def test_a_frame_that_shows_nothing(result):
    object.__setattr__(result, 'predictions', result.predictions[1:])
    found = result.detections(0)
    assert found['xyxy'].shape == (0, 4)
    assert found['mask'].shape == (0, 24, 32)


def test_they_are_what_supervision_takes(result):
    supervision = pytest.importorskip('supervision')
    detections = supervision.Detections(**result.detections(1))
    assert len(detections) == 2
    assert detections.area.tolist() == [84, 1]


def test_saving_writes_all(result, tmp_path):
    paths = result.save(tmp_path / 'out')
    assert (tmp_path / 'out/overlay.mp4') in paths
    assert (tmp_path / 'out/result.json').is_file()
