"""tools/analysis/benchmark_dvis.py: what it refuses, and how it judges."""

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

TOOL = Path(__file__).resolve().parents[3] / 'tools/analysis/benchmark_dvis.py'


@pytest.fixture(scope='module')
def tool():
    spec = importlib.util.spec_from_file_location('benchmark_dvis', TOOL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (['--size', '360'], '--size 360: height x width'),
        (['--frames', '0'], "argument --frames: '0' must be a whole number from 1"),
        ([], 'official: .*no dvis/meta_architecture.py there'),
    ],
)
def test_bad_input_is_one_line(tmp_path, arguments, message):
    command = [sys.executable, str(TOOL), '--official-root', str(tmp_path / 'none'), *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert re.search(message, done.stderr.splitlines()[-1]), done.stderr
    assert 'Traceback' not in done.stderr


@pytest.mark.parametrize(
    ('ours', 'status'), [((9.0, 50.0), 0), ((11.0, 50.0), 1), ((9.0, 70.0), 1)]
)
def test_both_bars_count(tool, monkeypatch, capsys, ours, status):
    """Children are replaced: each leaves the figures and the answer that it is told."""
    told = {'official': (10.0, 100.0), 'ours': ours}

    def child(command, **_):
        side, folder = command[command.index('--side') + 1], Path(command[-1])
        seconds, mib = told[side]
        figures = {'seconds': seconds, 'cpu_seconds': seconds, 'mib': mib, 'all_mib': mib}
        (folder / f'{side}.json').write_text(json.dumps(figures))
        answer = dict(scores=[0.5], labels=[3], masks=np.packbits([1, 0, 1]))
        np.savez(folder / f'{side}.npz', **answer)
        return subprocess.CompletedProcess(command, 0, stderr='')

    monkeypatch.setattr(tool.subprocess, 'run', child)
    monkeypatch.setattr(sys, 'argv', ['benchmark_dvis.py', '--official-root', '.', '--json'])
    assert tool.main() == status
    figures = json.loads(capsys.readouterr().out)
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
