"""tools/analysis/benchmark_metric.py compares the same masks both ways."""

import json
import subprocess
import sys


def test_both_ways_give_the_same_scores(repo_root):
    command = [sys.executable, str(repo_root / 'tools/analysis/benchmark_metric.py'), '--json']
    command += ['--height', '90', '--width', '160', '--frames', '2', '--repeats', '1']
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert len(figures) == 5
    for row in figures.values():
        assert row['worst_difference'] <= 1e-12
        assert row['ratio'] > 0
