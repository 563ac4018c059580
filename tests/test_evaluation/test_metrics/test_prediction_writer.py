"""Predictions are written whatever is measured, and a resumed test measures all videos."""

import numpy as np
import pytest
from mmengine.config import Config

import mevis.evaluation.metrics  # noqa: F401 - registers them
from mevis.apis.running.evaluation_job import prepare_answers
from mevis.evaluation.metrics.keyed_metric import KeyedMetric
from mevis.evaluation.prediction_store import PredictionStore
from mevis.registry import METRICS
from mevis.structures import ExpressionPrediction, encode_rle


@METRICS.register_module()
class ForgetfulMetric(KeyedMetric):
    def process(self, data_batch, data_samples):
        self.results += [(sample['video'], 1) for sample in data_samples]

    def compute_metrics(self, results):
        return {'videos': len(results)}


@pytest.fixture
def weights(tmp_path):
    path = tmp_path / 'weights.pth'
    path.write_bytes(b'weights')
    return path


def prepared(tmp_path, weights, *metrics: str) -> Config:
    dataset = dict(type='MeViSDataset', data_root=str(tmp_path), split='valid_u')
    cfg = Config(
        dict(
            work_dir=str(tmp_path / 'work'),
            model=dict(type='MUTR', num_queries=5),
            test_dataloader=dict(dataset=dataset),
            test_evaluator=[dict(type=metric) for metric in metrics],
        )
    )
    prepare_answers(cfg, weights)
    return cfg


def types(cfg: Config) -> list[str]:
    return [metric.type for metric in cfg.test_evaluator]


def answered(video: str) -> dict:
    rles = encode_rle(np.ones((2, 4, 6), bool))
    answers = [ExpressionPrediction('0', 'a bird', rles, 0.5, 1.0)]
    return dict(video=video, frame_names=['0', '1'], predictions=answers)


def test_it_is_added_where_nothing_else_stores(tmp_path, weights):
    assert types(prepared(tmp_path / 'a', weights, 'ForgetfulMetric')) == [
        'ForgetfulMetric',
        'PredictionWriter',
    ]
    both = ('RefVidSegMetric', 'ForgetfulMetric')
    assert types(prepared(tmp_path / 'b', weights, *both)) == list(both)


def test_answers_are_written_and_every_video_is_measured_again(tmp_path, weights, capsys):
    for videos in (['one'], ['one', 'two']):
        cfg = prepared(tmp_path, weights, 'ForgetfulMetric')
        assert list(cfg.test_dataloader.dataset.skip_videos) == []
        metrics = [METRICS.build(metric) for metric in cfg.test_evaluator]
        for metric in metrics:
            metric.process(None, [answered(video) for video in videos])
        assert [metric.evaluate(2) for metric in metrics] == [{'videos': len(videos)}, {}]
    assert 'all videos are tested again, since ForgetfulMetric' in capsys.readouterr().out
    store = PredictionStore(tmp_path / 'work/predictions', metrics[1].fingerprint)
    assert set(store.videos_done()) == {'one', 'two'}


def test_a_metric_that_stores_leaves_out_what_is_done(tmp_path, weights):
    cfg = prepared(tmp_path, weights, 'RefVidSegMetric')
    (metric,) = cfg.test_evaluator
    writer = METRICS.build(
        dict(type='PredictionWriter', store_dir=metric.store_dir, fingerprint=metric.fingerprint)
    )
    writer.process(None, [answered('one')])
    again = prepared(tmp_path, weights, 'RefVidSegMetric')
    assert list(again.test_dataloader.dataset.skip_videos) == ['one']


def test_a_model_of_instances_alone_has_nothing_to_write(tmp_path, weights):
    cfg = prepared(tmp_path, weights, 'ForgetfulMetric')
    writer = METRICS.build(cfg.test_evaluator[1])
    writer.process(None, [dict(video='one', frame_names=['0'])])
    assert writer.evaluate(1) == {}
