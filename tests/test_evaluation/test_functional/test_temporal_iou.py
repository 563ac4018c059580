"""tIoU and vIoU."""

import pytest

from mevis.evaluation.functional.temporal_iou import temporal_iou


def test_only_frames_that_show_both_count_for_and_those_that_show_either_against():
    found = temporal_iou([0.5, 1.0, 0.0, 0.0, 1.0], [1, 1, 1, 0, 0], [1, 1, 0, 1, 0])
    assert found == (2 / 4, 1.5 / 4)


def test_nothing_anywhere_is_right():
    assert temporal_iou([1.0, 1.0], [0, 0], [0, 0]) == (1.0, 1.0)
    assert temporal_iou([0.0, 1.0], [1, 0], [0, 0]) == (0.0, 0.0)


def test_frames_must_match():
    with pytest.raises(ValueError, match='2, 1 and 1 frames'):
        temporal_iou([1.0, 1.0], [1], [1])
