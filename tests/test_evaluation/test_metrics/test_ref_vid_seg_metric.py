"""The runner's metric scores as the official script does, keeps answers, and merges by key."""

import json

import numpy as np
import pytest

from mevis.datasets import MeViSDataset
from mevis.errors import UserError
from mevis.evaluation.metrics import RefVidSegMetric
from mevis.evaluation.metrics import keyed_metric as gathering
from mevis.evaluation.prediction_store import PredictionStore
from mevis.registry import METRICS
from mevis.structures import (
    ExpressionPrediction,
    RefVidSegDataSample,
    decode_rle,
    encode_rle,
)
from mevis.testing.parity.davis_reference import reference_boundary_accuracy, reference_similarity
from mevis.testing.tiny_mevis import TINY_SIZE, write_tiny_mevis


@pytest.fixture(scope='module')
def data_root(tmp_path_factory):
    root = tmp_path_factory.mktemp('data')
    folder = write_tiny_mevis(root, 'valid_u')
    write_tiny_mevis(root, 'valid', truth=False)
    # Two sentences of one text, and tags.
    path = folder / 'meta_expressions.json'
    meta = json.loads(path.read_text())
    bird = meta['videos']['bird']['expressions']
    bird['1']['exp'] = bird['0']['exp']
    bird['0']['tags'], bird['1']['tags'] = ['motion', 'about:left'], ['motion']
    path.write_text(json.dumps(meta))
    return root


def dataset(data_root, split='valid_u') -> MeViSDataset:
    sampler = {'type': 'AllFramesSampler'}
    return MeViSDataset(str(data_root), split, sampler, [], test_mode=True)


def answered(data, seed=0) -> dict[str, dict]:
    """Video -> data sample as metrics get it; boxes at random, the truth for cat."""
    rng = np.random.default_rng(seed)
    samples = {}
    for record in data.records:
        predictions = []
        for expression in record.expressions:
            tube = np.zeros((len(record.frame_names), *TINY_SIZE), bool)
            for frame in tube:
                top, left = rng.integers(0, 30, 2)
                frame[top : top + 15, left : left + 20] = True
            rles = encode_rle(tube)
            predictions.append(ExpressionPrediction(expression.exp_id, expression.text, rles, 0.5))
        sample = RefVidSegDataSample(
            metainfo={
                'video': record.name,
                'frame_names': list(record.frame_names),
                'frame_indices': list(range(len(record.frame_names))),
                'num_video_frames': len(record.frame_names),
                'ori_shape': TINY_SIZE,
                'expressions': list(record.expressions),
            }
        )
        sample.predictions = predictions
        samples[record.name] = sample.to_dict()
    return samples


@pytest.fixture
def samples(data_root) -> dict[str, dict]:
    return answered(dataset(data_root))


def run(metric: RefVidSegMetric, samples) -> dict[str, float]:
    for sample in samples:
        metric.process(None, [sample])
    return metric.evaluate(len(samples))


@pytest.fixture
def expected(data_root, samples) -> dict[tuple[str, str], tuple[float, float]]:
    """J and F of each expression, the plain way."""
    data, scores = dataset(data_root), {}
    for video, sample in samples.items():
        for answer in sample['predictions']:
            truth = decode_rle(data.gt_rles(video, answer.exp_id), TINY_SIZE)
            pairs = list(zip(decode_rle(answer.rles, TINY_SIZE), truth, strict=True))
            scores[video, answer.exp_id] = tuple(
                float(np.mean([measure(*pair) for pair in pairs]))
                for measure in (reference_similarity, reference_boundary_accuracy)
            )
    return scores


def test_figures_are_plain_means_over_expressions_in_percent(data_root, samples, expected):
    metric = METRICS.build(
        {'type': 'RefVidSegMetric', 'data_root': str(data_root), 'split': 'valid_u'}
    )
    figures = run(metric, samples.values())
    mean = 100 * np.mean(list(expected.values()), 0)
    assert figures['J'] == pytest.approx(mean[0], abs=1e-10)
    assert figures['F'] == pytest.approx(mean[1], abs=1e-10)
    assert figures['J&F'] == pytest.approx(mean.mean(), abs=1e-10)
    assert figures['J&F/about:left'] == pytest.approx(100 * np.mean(expected['bird', '0']))
    motion = [expected['bird', key] for key in ('0', '1')]
    assert figures['J&F/motion'] == pytest.approx(100 * np.mean(motion))
    assert figures['N-acc'] == 0
    assert figures['T-acc'] == 100


def test_equal_sentences_stay_two_expressions(data_root, samples, tmp_path):
    run(RefVidSegMetric(str(data_root), 'valid_u', store_dir=str(tmp_path)), samples.values())
    found = PredictionStore(tmp_path, {}).read('bird')
    assert found.answers['0'].text == found.answers['1'].text
    assert found.record['0']['similarity'] != found.record['1']['similarity']


def test_the_order_of_videos_changes_no_bit(data_root, samples):
    forward = run(RefVidSegMetric(str(data_root), 'valid_u'), samples.values())
    backward = run(RefVidSegMetric(str(data_root), 'valid_u'), list(samples.values())[::-1])
    assert forward == backward


def test_shares_of_two_ranks_are_merged_by_key(data_root, samples, monkeypatch):
    whole = run(RefVidSegMetric(str(data_root), 'valid_u'), samples.values())
    shares = []
    for own in (['cat'], ['bird', 'cat']):  # unequal, and one video twice
        metric = RefVidSegMetric(str(data_root), 'valid_u')
        for video in own:
            metric.process(None, [samples[video]])
        shares.append(metric.results)
    monkeypatch.setattr(gathering, 'all_gather_object', lambda mine: [*shares, mine])
    assert RefVidSegMetric(str(data_root), 'valid_u').evaluate(2) == whole


def test_a_test_that_was_cut_off_scores_all_videos(data_root, samples, tmp_path):
    arguments = {'store_dir': str(tmp_path), 'fingerprint': {'checkpoint': 'a'}}
    whole = run(RefVidSegMetric(str(data_root), 'valid_u'), samples.values())
    RefVidSegMetric(str(data_root), 'valid_u', **arguments).process(None, [samples['bird']])
    again = RefVidSegMetric(str(data_root), 'valid_u', **arguments)
    assert run(again, [samples['cat']]) == whole
    assert run(RefVidSegMetric(str(data_root), 'valid_u', **arguments), []) == whole


def test_videos_that_are_not_asked_for_do_not_count(data_root, samples, tmp_path):
    arguments = {'store_dir': str(tmp_path), 'fingerprint': {}}
    run(RefVidSegMetric(str(data_root), 'valid_u', **arguments), samples.values())
    cat = RefVidSegMetric(str(data_root), 'valid_u', videos=['cat'], **arguments)
    alone = run(RefVidSegMetric(str(data_root), 'valid_u'), [samples['cat']])
    assert run(cat, []) == alone


def test_a_metric_forgets_between_validations(data_root, samples):
    metric = RefVidSegMetric(str(data_root), 'valid_u')
    first = run(metric, samples.values())
    assert run(metric, [samples['cat']]) != first
    assert run(metric, samples.values()) == first


def test_a_split_without_truth_has_no_figures_and_keeps_its_answers(data_root, tmp_path, capsys):
    samples = answered(dataset(data_root, 'valid'))
    metric = RefVidSegMetric(str(data_root), 'valid', store_dir=str(tmp_path))
    assert run(metric, samples.values()) == {}
    assert 'no ground truth' in capsys.readouterr().out
    assert PredictionStore(tmp_path, {}).videos_done() == {'bird', 'cat'}


def test_missing_masks_are_named(tmp_path, samples):
    folder = write_tiny_mevis(tmp_path, 'valid_u')
    (folder / 'mask_dict.json').unlink()
    with pytest.raises(UserError, match=r'valid_u/mask_dict.json: no such file'):
        RefVidSegMetric(str(tmp_path), 'valid_u').process(None, [samples['bird']])


def test_truth_of_another_size_is_named(data_root, samples):
    sample = {**samples['cat'], 'ori_shape': (24, 32)}
    sample['predictions'] = [
        ExpressionPrediction('0', '', encode_rle(np.zeros((3, 24, 32), bool)), 0.5)
    ]
    with pytest.raises(UserError, match=r'mask_dict.json: video cat, expression 0: .*size'):
        RefVidSegMetric(str(data_root), 'valid_u').process(None, [sample])


def test_an_answer_to_every_expression_is_asked_for(data_root, samples):
    sample = {**samples['bird'], 'predictions': samples['bird']['predictions'][:2]}
    with pytest.raises(UserError, match='video bird: no prediction for expression 2'):
        RefVidSegMetric(str(data_root), 'valid_u').process(None, [sample])


def test_a_table_is_printed_unless_told_not_to(data_root, samples, capsys):
    run(RefVidSegMetric(str(data_root), 'valid_u'), samples.values())
    assert 'about:left' in capsys.readouterr().out
    run(RefVidSegMetric(str(data_root), 'valid_u', show_table=False), samples.values())
    assert capsys.readouterr().out == ''


def test_what_is_stored_alone_is_scored_by_a_later_test(data_root, samples, tmp_path):
    whole = run(RefVidSegMetric(str(data_root), 'valid_u'), samples.values())
    options = dict(store_dir=str(tmp_path / 'store'), fingerprint={'config': 'a'})
    for sample in samples.values():
        alone = RefVidSegMetric(str(data_root), 'valid_u', **options, store_only=True)
        assert run(alone, [sample]) == {}
    assert RefVidSegMetric(str(data_root), 'valid_u', **options).evaluate(0) == whole
    with pytest.raises(UserError, match='store_only=True needs a store_dir'):
        RefVidSegMetric(str(data_root), 'valid_u', store_only=True)


def test_a_test_of_no_video_is_an_error(data_root):
    with pytest.raises(UserError, match='no video was tested'):
        RefVidSegMetric(str(data_root), 'valid_u').evaluate(0)
