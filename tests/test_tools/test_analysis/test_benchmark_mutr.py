"""tools/analysis/benchmark_mutr.py: what it refuses, and how it judges."""

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

TOOL = Path(__file__).resolve().parents[3] / 'tools/analysis/benchmark_mutr.py'


@pytest.fixture(scope='module')
def tool():
    spec = importlib.util.spec_from_file_location('benchmark_mutr', TOOL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (['--size', '360'], '--size 360: height x width'),
        (['--frames', '0'], "argument --frames: '0' must be a whole number from 1"),
        ([], 'official: .*no models/mutr.py there'),
    ],
)
def test_bad_input_is_one_line(tmp_path, arguments, message):
    command = [sys.executable, str(TOOL), '--official-root', str(tmp_path / 'none'), *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert re.search(message, done.stderr.splitlines()[-1]), done.stderr
    assert 'Traceback' not in done.stderr


def figures_of(tool, monkeypatch, capsys, told, arguments):
    """Runs the tool; its children are replaced and leave the figures that they are told."""

    def child(command, **_):
        side, folder = command[command.index('--side') + 1], Path(command[-1])
        seconds, mib = told[side].pop(0)
        figures = dict(seconds=seconds, cpu_seconds=seconds, mib=mib, all_mib=mib, stages={'a': 1})
        (folder / f'{side}.json').write_text(json.dumps(figures))
        np.savez(folder / f'{side}.npz', scores=[0.5], masks=np.packbits([[1, 0, 1]]))
        return subprocess.CompletedProcess(command, 0, stderr='')

    monkeypatch.setattr(tool.subprocess, 'run', child)
    monkeypatch.setattr(sys, 'argv', ['benchmark_mutr.py', '--json', *arguments])
    return tool.main(), json.loads(capsys.readouterr().out)


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
def test_time_and_memory_count_and_each_work_has_its_bar(
    tool, monkeypatch, capsys, ours, arguments, status
):
    told = {'official': [(10.0, 100.0)], 'ours': [ours]}
    arguments = ['--official-root', '.', '--repeats', '1', *arguments]
    got, figures = figures_of(tool, monkeypatch, capsys, told, arguments)
    assert got == status
    assert figures['ratios']['seconds'] == ours[0] / 10
    assert figures['answers'] == {'worst_score_difference': 0.0, 'differing_pixels': 0.0}


def test_the_best_run_of_each_side_counts(tool, monkeypatch, capsys):
    told = {'official': [(10.0, 100.0), (8.0, 120.0)], 'ours': [(4.0, 50.0), (9.0, 40.0)]}
    arguments = ['--official-root', '.', '--repeats', '2']
    _, figures = figures_of(tool, monkeypatch, capsys, told, arguments)
    assert figures['ratios']['seconds'] == 0.5
    assert figures['ratios']['mib'] == 0.4


def test_ours_alone_is_not_judged(tool, monkeypatch, capsys):
    told = {'ours': [(4.0, 50.0)]}
    status, figures = figures_of(tool, monkeypatch, capsys, told, ['--repeats', '1'])
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


def test_stages_sum_the_calls_of_a_method(tool):
    class Part:
        def work(self):
            return 3

    class Model:
        part = Part()

    model = Model()
    stages = tool.Stages(model, {'both': ['part.work']})
    assert model.part.work() == 3
    assert list(stages.seconds) == ['both']
    assert stages.seconds['both'] >= 0
