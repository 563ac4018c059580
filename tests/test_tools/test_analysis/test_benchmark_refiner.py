"""tools/analysis/benchmark_refiner.py: what grows with sentences and frames, and what does not."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).resolve().parents[3] / 'tools/analysis/benchmark_refiner.py'


def start(*args: object) -> subprocess.CompletedProcess:
    command = [sys.executable, '-W', 'ignore', str(TOOL), *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.mark.slow
@pytest.mark.parametrize(('model', 'bound'), [('small', 16), ('sam2_small', 48)])
def test_memory_does_not_grow_with_the_video(model, bound):
    arguments = ['--frames', 8, 40, '--sentences', 1, 4, '--size', '90x160', '--json']
    done = start(model, *arguments)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    asked = [(entry['frames'], entry['sentences']) for entry in figures]
    assert asked == [(8, 1), (8, 4), (40, 1), (40, 4)]
    assert all(entry['cpu_seconds'] > 0 for entry in figures)
    assert figures[3]['mib'] < figures[1]['mib'] + bound


@pytest.mark.parametrize(
    ('arguments', 'text'),
    [
        (['small', '--size', '90'], '--size 90: must be height x width'),
        (['small', '--frames', 0], "argument --frames: '0' must be a whole number from 1"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(arguments, text):
    done = start(*arguments)
    assert done.returncode == 2
    assert text in done.stderr
    assert 'Traceback' not in done.stderr
