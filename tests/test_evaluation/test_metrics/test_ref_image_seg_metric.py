"""cIoU, mIoU and precision on images."""

import numpy as np
import pytest

from mevis.errors import UserError
from mevis.evaluation.metrics import RefImageSegMetric
from mevis.structures import Expression, ExpressionPrediction, encode_rle

SIZE = (10, 10)


def rle(area: int) -> list:
    """The first pixels of a picture, as the masks of one frame."""
    mask = np.zeros(100, bool)
    mask[:area] = True
    return encode_rle(mask.reshape(1, *SIZE))


def sample(video: str, pairs: dict[str, tuple[int, int]], **changes) -> dict:
    """Sentences with the areas of answer and ground truth, of which one contains the other."""
    return {
        'video': video,
        'frame_names': [video],
        'ori_shape': SIZE,
        'expressions': [Expression(key, 'a', (1,)) for key in pairs],
        'predictions': [
            ExpressionPrediction(key, 'a', rle(found), 1.0) for key, (found, _) in pairs.items()
        ],
        'gt_rles': {key: rle(wanted) if wanted else [None] for key, (_, wanted) in pairs.items()},
        **changes,
    }


def test_figures():
    metric = RefImageSegMetric()
    metric.process(None, [sample('a', {'0': (50, 100), '1': (10, 10)})])
    metric.process(None, [sample('b', {'0': (0, 20), '1': (0, 0)})])
    figures = metric.evaluate(2)
    # IoUs 0.5, 1, 0 and (both empty) 1.
    assert figures['mIoU'] == pytest.approx(100 * 2.5 / 4)
    assert figures['cIoU'] == pytest.approx(100 * 60 / 130)
    assert figures['P@0.5'] == pytest.approx(50)  # above, not at
    assert set(figures) == {'cIoU', 'mIoU', *(f'P@0.{digit}' for digit in range(5, 10))}


def test_images_come_in_any_order():
    samples = [sample(name, {'0': (area, 30)}) for name, area in (('a', 3), ('b', 17), ('c', 29))]
    metric = RefImageSegMetric()
    metric.process(None, samples)
    figures = metric.evaluate(3)
    metric.process(None, samples[::-1])
    assert metric.evaluate(3) == figures


def test_a_split_without_truth_has_no_figures(capsys):
    metric = RefImageSegMetric()
    without = sample('a', {'0': (5, 5)})
    del without['gt_rles']
    metric.process(None, [without])
    assert metric.evaluate(1) == {}
    assert 'no ground truth' in capsys.readouterr().out


def test_what_cannot_be_scored_is_refused():
    metric = RefImageSegMetric()
    with pytest.raises(UserError, match='no image was tested'):
        metric.evaluate(0)
    with pytest.raises(UserError, match='image a: 2 frames'):
        metric.process(None, [sample('a', {'0': (5, 5)}, frame_names=['0', '1'])])
    with pytest.raises(UserError, match='image a: no answer to sentence 0'):
        metric.process(None, [sample('a', {'0': (5, 5)}, predictions=[])])
    wrong = {'0': encode_rle(np.zeros((1, 4, 4), bool))}
    with pytest.raises(UserError, match='sentence 0: the ground truth.*of one download'):
        metric.process(None, [sample('a', {'0': (5, 5)}, gt_rles=wrong)])
    with pytest.raises(UserError, match='thresholds'):
        RefImageSegMetric(thresholds=[50])
