"""tools/analysis/benchmark_dvis.py: what it refuses, and how it judges."""

import re

import numpy as np
import pytest


@pytest.fixture(scope='module')
def tool(load_tool):
    return load_tool('benchmark_dvis')


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (['--size', '360'], '--size 360: must be height x width'),
        (['--frames', '0'], "argument --frames: '0' must be a whole number from 1"),
        ([], 'official: .*no dvis/meta_architecture.py there'),
    ],
)
def test_bad_input_is_one_line(refuses, arguments, message):
    refuses('benchmark_dvis', arguments, re.compile(message))


@pytest.mark.parametrize(
    ('ours', 'status'), [((9.0, 50.0), 0), ((11.0, 50.0), 1), ((9.0, 70.0), 1)]
)
def test_both_bars_count(tool, run_told, ours, status):
    told = {'official': [(10.0, 100.0)], 'ours': [ours]}
    answer = dict(scores=[0.5], labels=[3], masks=np.packbits([1, 0, 1]))
    got, figures = run_told(tool, ['--official-root', '.'], told, answer)
    assert got == status
    assert figures['ratios']['seconds'] == ours[0] / 10
    assert figures['answers'] == {
        'labels_equal': True,
        'worst_score_difference': 0.0,
        'differing_pixels': 0.0,
    }


def test_other_answers_are_seen(tool, tmp_path):
    masks = np.packbits(np.ones(16, bool))
    np.savez(tmp_path / 'official.npz', scores=[0.5, 0.4], labels=[3, 1], masks=masks)
    masks[0] ^= 1
    np.savez(tmp_path / 'ours.npz', scores=[0.5, 0.3], labels=[3, 2], masks=masks)
    answers = tool.compare_answers(tmp_path)
    assert not answers['labels_equal']
    assert answers['worst_score_difference'] == pytest.approx(0.1)
    assert answers['differing_pixels'] == 1 / 16
