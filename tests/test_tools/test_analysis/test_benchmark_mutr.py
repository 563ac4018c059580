"""tools/analysis/benchmark_mutr.py: what it refuses, and how it judges."""

import re

import numpy as np
import pytest

ANSWER = dict(scores=[0.5], masks=np.packbits([[1, 0, 1]]))


@pytest.fixture(scope='module')
def tool(load_tool):
    return load_tool('benchmark_mutr')


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (['--size', '360'], '--size 360: must be height x width'),
        (['--frames', '0'], "argument --frames: '0' must be a whole number from 1"),
        ([], 'official: .*no models/mutr.py there'),
    ],
)
def test_bad_input_is_one_line(refuses, arguments, message):
    refuses('benchmark_mutr', arguments, re.compile(message))


@pytest.mark.parametrize(
    ('ours', 'arguments', 'status'),
    [
        ((4.0, 50.0), ['--sentences', '8'], 0),
        ((4.1, 50.0), ['--sentences', '8'], 1),
        ((4.1, 50.0), ['--sentences', '1'], 0),
        ((5.1, 50.0), ['--sentences', '1'], 1),
        ((4.0, 51.0), ['--sentences', '8'], 1),
        ((4.0, 60.0), ['--train'], 0),
        ((4.0, 61.0), ['--train'], 1),
    ],
)
def test_time_and_memory_count_and_each_work_has_its_bar(tool, run_told, ours, arguments, status):
    told = {'official': [(10.0, 100.0)], 'ours': [ours]}
    arguments = ['--official-root', '.', '--repeats', '1', *arguments]
    got, figures = run_told(tool, arguments, told, ANSWER, stages={'a': 1})
    assert got == status
    assert figures['ratios']['seconds'] == ours[0] / 10
    assert figures['answers'] == {'worst_score_difference': 0.0, 'differing_pixels': 0.0}


def test_the_best_run_of_each_side_counts(tool, run_told):
    told = {'official': [(10.0, 100.0), (8.0, 120.0)], 'ours': [(4.0, 50.0), (9.0, 40.0)]}
    arguments = ['--official-root', '.', '--repeats', '2']
    _, figures = run_told(tool, arguments, told, ANSWER, stages={'a': 1})
    assert figures['ratios']['seconds'] == 0.5
    assert figures['ratios']['mib'] == 0.4


@pytest.mark.parametrize(('mib', 'status'), [(5700.0, 0), (5750.0, 1)])
def test_a_long_video_has_a_bar_of_memory_without_the_official_code(tool, run_told, mib, status):
    told = {'ours': [(4.0, mib)]}
    arguments = ['--repeats', '1', '--frames', '200', '--sentences', '1']
    assert run_told(tool, arguments, told, ANSWER, stages={'a': 1})[0] == status


def test_ours_alone_is_not_judged_else(tool, run_told):
    told = {'ours': [(4.0, 50.0)]}
    status, figures = run_told(tool, ['--repeats', '1'], told, ANSWER, stages={'a': 1})
    assert status == 0
    assert figures['ratios'] is None


def test_other_answers_are_seen(tool, tmp_path):
    masks = np.packbits(np.ones((1, 16), bool), axis=1)
    np.savez(tmp_path / 'official.npz', scores=[0.5], masks=masks)
    masks[0, 0] ^= 1
    np.savez(tmp_path / 'ours.npz', scores=[0.4], masks=masks)
    answers = tool.compare_answers(tmp_path)
    assert answers['worst_score_difference'] == pytest.approx(0.2)
    assert answers['differing_pixels'] == 1 / 16
