"""mAP over the masks that a model chose from, beside that of pycocotools."""

import numpy as np
import pytest
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from mevis.errors import UserError
from mevis.evaluation.metrics import ImageAPMetric
from mevis.structures import Candidate, ExpressionPrediction, encode_rle

SIZE = (24, 32)


def box(rng: np.random.Generator) -> dict:
    mask = np.zeros((1, *SIZE), bool)
    y, x = rng.integers(0, 14, 2)
    mask[0, y : y + rng.integers(4, 10), x : x + rng.integers(4, 18)] = True
    return encode_rle(mask)[0]


def shifted(rle: dict, rng: np.random.Generator) -> dict:
    mask = coco_mask.decode(rle).astype(bool)
    return encode_rle(np.roll(mask, rng.integers(-2, 3, 2), (0, 1))[None])[0]


@pytest.fixture
def samples() -> list[dict]:
    """Ten images with two sentences; of each, five masks, the right one not always the surest."""
    rng = np.random.default_rng(3)
    samples = []
    for image in range(10):
        truth = {key: box(rng) for key in '01'}
        predictions = []
        for key, wanted in truth.items():
            masks = [shifted(wanted, rng), *(box(rng) for _ in range(4))]
            candidates = tuple(Candidate([m], float(rng.uniform())) for m in masks)
            best = max(candidates, key=lambda one: one.score)
            predictions.append(
                ExpressionPrediction(key, 'a', best.rles, best.score, 1.0, candidates)
            )
        samples.append(
            {
                'video': f'v/{image:05d}',
                'frame_names': ['1'],
                'ori_shape': SIZE,
                'predictions': predictions,
                'gt_rles': {key: [rle] for key, rle in truth.items()},
            }
        )
    return samples


def by_pycocotools(samples: list[dict]) -> list[float]:
    """As ReferFormer: an image per sentence, one dummy category, ``useCats = 0``."""
    images, annotations, detections = [], [], []
    for sample in samples:
        for answer in sample['predictions']:
            number = len(images) + 1
            images.append({'id': number, 'height': SIZE[0], 'width': SIZE[1]})
            rle = sample['gt_rles'][answer.exp_id][0]
            annotations.append(
                {
                    'id': number,
                    'image_id': number,
                    'category_id': 1,
                    'segmentation': rle,
                    'area': float(coco_mask.area(rle)),
                    'bbox': coco_mask.toBbox(rle).tolist(),
                    'iscrowd': 0,
                }
            )
            detections += [
                {'image_id': number, 'category_id': 1, 'segmentation': c.rles[0], 'score': c.score}
                for c in answer.candidates
            ]
    coco = COCO()
    coco.dataset = {
        'info': {},
        'images': images,
        'annotations': annotations,
        'categories': [{'id': 1, 'name': 'dummy'}],
    }
    coco.createIndex()
    evaluation = COCOeval(coco, coco.loadRes(detections), iouType='segm')
    evaluation.params.useCats = 0
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    return (100 * evaluation.stats[:3]).tolist()


def test_figures_are_those_of_pycocotools(samples: list[dict]):
    metric = ImageAPMetric()
    metric.process(None, samples[5:])
    metric.process(None, samples[:5])
    found = metric.evaluate(10)
    assert list(found) == ['mAP', 'AP50', 'AP75']
    assert list(found.values()) == pytest.approx(by_pycocotools(samples), abs=1e-10)
    assert 2 < found['mAP'] < found['AP50'] < 95


def test_without_candidates_the_answer_counts_alone(samples: list[dict]):
    answer = ExpressionPrediction('0', 'a', samples[0]['gt_rles']['0'], 0.3)
    wrong = ExpressionPrediction('1', 'a', samples[0]['gt_rles']['0'], 0.9)
    metric = ImageAPMetric()
    metric.process(None, [{**samples[0], 'predictions': [answer, wrong]}])
    # The surer one is wrong: precision 1/2 up to a recall of 1/2, which 51 of 101 are.
    assert metric.evaluate(1)['AP50'] == pytest.approx(100 * 0.5 * 51 / 101)


def test_an_object_without_a_pixel_is_not_found(samples: list[dict]):
    metric = ImageAPMetric()
    metric.process(None, [{**samples[0], 'gt_rles': {'0': [None]}}])
    assert metric.evaluate(1)['mAP'] == 0


def test_a_split_without_ground_truth_gives_no_figures(samples: list[dict], capsys):
    metric = ImageAPMetric()
    metric.process(None, [{k: v for k, v in samples[0].items() if k != 'gt_rles'}])
    assert metric.evaluate(1) == {}
    assert 'no ground truth' in capsys.readouterr().out
    with pytest.raises(UserError, match='no image was tested'):
        metric.evaluate(0)


def test_bad_samples(samples: list[dict]):
    metric = ImageAPMetric()
    with pytest.raises(UserError, match='image v/00000: 2 frames'):
        metric.process(None, [{**samples[0], 'frame_names': ['1', '2']}])
    with pytest.raises(UserError, match='no answer to sentence 0'):
        metric.process(None, [{**samples[0], 'predictions': samples[0]['predictions'][1:]}])
    with pytest.raises(UserError, match=r'sentence 0: the ground truth is of size \(24, 32\)'):
        metric.process(None, [{**samples[0], 'ori_shape': (24, 33)}])
