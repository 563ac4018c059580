import json
import os
from pathlib import Path

import pytest
from mmengine.config import Config

from mevis.apis.running.evaluation_job import (
    complete_evaluator,
    fingerprint,
    keep_only_test,
    sha256,
    write_scores,
)
from mevis.errors import UserError
from mevis.evaluation.prediction_store import PredictionStore
from mevis.registry import METRICS


@METRICS.register_module()
class CompletedMetric:
    def __init__(self, data_root: str, split: str = 'valid') -> None:
        self.data_root, self.split = data_root, split


def config(**dataset) -> Config:
    return Config(
        dict(
            model=dict(type='MUTR', chunk_size=8, num_queries=5),
            train_dataloader={},
            train_cfg={},
            optim_wrapper={},
            val_cfg={},
            test_dataloader=dict(dataset=dict(data_root='data', split='valid_u', **dataset)),
            test_evaluator=dict(type='CompletedMetric'),
            default_hooks=dict(checkpoint={}, ema={}, logger={}),
        )
    )


@pytest.fixture
def weights(tmp_path) -> Path:
    path = tmp_path / 'weights.pth'
    path.write_bytes(b'weights')
    return path


def test_a_fingerprint_tells_what_changes_answers(weights):
    first = fingerprint(config(), weights)
    assert fingerprint(config(), weights) == first

    def changed(cfg: Config) -> set[str]:
        second = fingerprint(cfg, weights)
        return {key for key in first if first[key] != second[key]}

    other = config()
    other.model.num_queries = 6
    assert changed(other) == {'config'}
    other = config()
    other.test_dataloader.dataset.split = 'valid'
    assert changed(other) == {'split'}
    other = config(skip_videos=['a'])
    other.model.chunk_size = 2
    assert changed(other) == set()
    weights.write_bytes(b'others')
    assert changed(config()) == {'checkpoint'}


def test_a_metric_gets_what_it_takes_and_lacks():
    values = {'data_root': 'data', 'split': 'train', 'videos': ['a']}
    metrics = complete_evaluator([dict(type='CompletedMetric', split='mine')], values)
    assert metrics == [{'type': 'CompletedMetric', 'data_root': 'data', 'split': 'mine'}]


def test_what_belongs_to_training_goes():
    cfg = config()
    keep_only_test(cfg)
    assert set(cfg) == {'model', 'test_dataloader', 'test_evaluator', 'default_hooks', 'test_cfg'}
    assert list(cfg.default_hooks) == ['logger']


def test_a_config_without_a_test_says_so():
    with pytest.raises(UserError, match='no test_dataloader and no test_evaluator'):
        keep_only_test(Config(dict(model={})))


def test_scores_are_those_of_the_tested_videos(tmp_path):
    cfg = config(videos=['bird'])
    cfg.work_dir = str(tmp_path)
    store = PredictionStore(tmp_path / 'predictions', {'config': 'x'})
    noted = dict(similarity=1.0, accuracy=0.5, has_target=True, is_empty=False, tags=[])
    for video in ('bird', 'cat'):
        store.write(video, ['0'], [], {'7': noted})
    write_scores(tmp_path / 'scores.json', cfg, {'J&F': 75, 'AP': float('nan')})
    assert json.loads((tmp_path / 'scores.json').read_text()) == {
        'J&F': 75.0,
        'AP': None,
        'videos': {'bird': {'7': {'J': 1.0, 'F': 0.5, 'is_empty': False}}},
        'missing': [],
    }


def test_answers_know_the_weights_of_their_source_of_tracks(weights, tmp_path):
    cfg = config()
    # DVIS calls a part of its own a refiner.
    cfg.model.refiner = dict(type='NoTemporalRefiner')
    plain = fingerprint(cfg, weights)
    files = dict(config=str(tmp_path / 'dvis.py'), checkpoint=str(tmp_path / 'dvis.pth'))
    cfg.model.track_source = dict(type='DVISTracks', **files)
    with pytest.raises(UserError, match=r'dvis\.py: no such file'):
        fingerprint(cfg, weights)
    for file in files.values():
        Path(file).write_text('first')
    first = fingerprint(cfg, weights)
    Path(files['checkpoint']).write_text('second')
    second = fingerprint(cfg, weights)
    assert {key for key in second if first[key] != second[key]} == {'track_source weights dvis.pth'}
    assert not {'track_source weights dvis.pth', 'refiner weights'} & set(plain)
    assert fingerprint(cfg, None)['checkpoint'] == 'none'


def test_a_pipe_that_is_named_as_weights_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / 'weights.pth')
    with pytest.raises(UserError, match='pipe'):
        sha256(tmp_path / 'weights.pth')
    with pytest.raises(UserError, match='is a folder'):
        sha256(tmp_path)
