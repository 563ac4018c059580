"""Average precision: a case worked out by hand, and the official code."""

import math

import numpy as np
import pytest

from mevis.evaluation.functional.instance_average_precision import (
    ScoredVideo,
    instance_average_precision,
)
from mevis.evaluation.functional.tube_iou import tube_iou
from mevis.structures import InstanceMasks, encode_rle


def video(scores, labels, true_labels, ious) -> ScoredVideo:
    shape = len(scores), len(true_labels)
    return ScoredVideo(*map(np.asarray, (scores, labels, true_labels)), np.reshape(ious, shape))


def test_by_hand():
    # One category, two objects.  By score: a hit up to IoU 0.75, a miss, a hit up to IoU 0.5.
    videos = [
        video([0.9, 0.8], [0, 0], [0], [0.77, 0.76]),
        video([0.7], [0], [0], [0.52]),
    ]
    # At 0.5: recall 1/2 at precision 1, recall 1 at precision 2/3; 51 of 101 recalls are <= 1/2.
    at_50 = (51 * 1 + 50 * 2 / 3) / 101
    # At 0.55 to 0.75, five thresholds: recall 1/2 at precision 1, and no further.
    at_75 = 51 / 101
    values = instance_average_precision(videos)
    assert values['AP50'] == pytest.approx(at_50)
    assert values['AP75'] == pytest.approx(at_75)
    assert values['AP'] == pytest.approx((at_50 + 5 * at_75) / 10)
    # One threshold finds both objects, five find one of two.
    assert values['AR1'] == values['AR10'] == pytest.approx((1 + 5 / 2) / 10)


def test_categories_count_alike_and_only_where_annotated():
    right = video([0.9], [0], [0, 1], [1.0, 0.0])
    assert instance_average_precision([right])['AP'] == pytest.approx(0.5)
    stray = video([0.9, 0.9], [0, 7], [0], [1.0, 1.0])
    assert instance_average_precision([stray])['AP'] == pytest.approx(1.0)


def test_two_labels_of_one_mask_are_two_tracks():
    both = video([0.9, 0.8], [0, 1], [1], [1.0, 1.0])
    assert instance_average_precision([both])['AP'] == pytest.approx(1.0)


def test_first_track_of_a_video():
    values = instance_average_precision([video([0.9, 0.8], [0, 0], [0, 0], np.eye(2))])
    assert values['AR1'] == pytest.approx(0.5)
    assert values['AR10'] == pytest.approx(1.0)


def test_of_equal_overlaps_the_last_is_taken():
    # So the second track still finds the first object, as in the official code.
    tie = video([0.9, 0.8], [0, 0], [0, 0], [0.6, 0.6, 0.9, 0.0])
    assert instance_average_precision([tie])['AP50'] == pytest.approx(1.0)


def test_nothing_annotated_or_found():
    assert math.isnan(instance_average_precision([video([0.5], [0], [], [])])['AP'])
    assert set(instance_average_precision([video([], [], [0], [])]).values()) == {0.0}


def random_split(rng: np.random.Generator) -> list[tuple[InstanceMasks, InstanceMasks]]:
    """Videos with objects of three categories and tracks that cover them more or less."""
    pairs = []
    for _ in range(8):
        truth = np.zeros((rng.integers(0, 4), 3, 24, 32), bool)
        for mask in truth:
            top, left = rng.integers(0, 12, 2)
            mask[:, top : top + 10, left : left + 14] = True
            mask[rng.random(3) < 0.2] = False
        found = [np.roll(mask, rng.integers(0, 4, 2), (1, 2)) for mask in truth for _ in range(2)]
        found += [rng.random((3, 24, 32)) < 0.5 for _ in range(rng.integers(0, 3))]
        order = rng.permutation(len(found))
        pairs.append(
            (
                tracks([found[k] for k in order], np.round(rng.random(len(found)), 1), rng),
                tracks(list(truth), np.ones(len(truth)), rng),
            )
        )
    return pairs


def tracks(masks: list[np.ndarray], scores: np.ndarray, rng: np.random.Generator) -> InstanceMasks:
    rles = [
        [rle if seen.any() else None for rle, seen in zip(encode_rle(mask), mask, strict=True)]
        for mask in masks
    ]
    return InstanceMasks(rles, scores.tolist(), rng.integers(0, 3, len(rles)).tolist(), (24, 32))


def official(pairs) -> dict[str, float]:
    """The same figures by mmdet's copy of the official evaluation."""
    from mmdet.evaluation.functional import YTVIS, YTVISeval

    def annotations(which: int) -> list[dict]:
        entries = []
        for number, pair in enumerate(pairs, 1):
            found = pair[which]
            for rles, score, label in zip(found.rles, found.scores, found.categories, strict=True):
                areas = [None if rle is None else 1 for rle in rles]
                entry = dict(video_id=number, category_id=label + 1, score=score, iscrowd=0)
                entries.append({**entry, 'segmentations': list(rles), 'areas': areas})
        return [{'id': index, **entry} for index, entry in enumerate(entries, 1)]

    parts = []
    for which in (1, 0):
        videos = [dict(id=n, height=24, width=32) for n in range(1, len(pairs) + 1)]
        categories = [dict(id=n) for n in range(1, 4)]
        entries = annotations(which)
        parts.append(YTVIS(dict(videos=videos, categories=categories, annotations=entries)))
    evaluation = YTVISeval(*parts)
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    places = {'AP': 0, 'AP50': 1, 'AP75': 2, 'AR1': 6, 'AR10': 7}
    return {name: evaluation.stats[place] for name, place in places.items()}


@pytest.mark.slow
def test_equals_the_official_evaluation():
    rng = np.random.default_rng(0)
    for _ in range(5):
        pairs = random_split(rng)
        videos = [
            ScoredVideo(
                np.asarray(found.scores, float),
                np.asarray(found.categories, int),
                np.asarray(truth.categories, int),
                tube_iou(found, truth),
            )
            for found, truth in pairs
        ]
        expected = official(pairs)
        assert 0.05 < expected['AP'] < 0.95
        assert instance_average_precision(videos) == pytest.approx(expected, abs=1e-12)
