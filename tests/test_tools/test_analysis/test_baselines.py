"""tools/analysis/baselines.py as a user runs it."""

import json
import subprocess
import sys

from mevis.testing.tiny_mevis import write_tiny_mevis


def baselines(repo_root, *arguments):
    command = [sys.executable, str(repo_root / 'tools/analysis/baselines.py')]
    return subprocess.run([*command, *map(str, arguments)], capture_output=True, text=True)


def test_prints_baselines_beside_a_model(repo_root, tmp_path):
    write_tiny_mevis(tmp_path, 'valid_u')
    scores = tmp_path / 'scores.json'
    scores.write_text('{"J&F": 12.345, "J&F/motion": 6.5, "AP": null}')
    out = tmp_path / 'figures.json'
    done = baselines(repo_root, tmp_path, '--scores', scores, '--out', out, '--workers', 1)
    assert done.returncode == 0, done.stderr
    assert '12.35' in done.stdout or '12.34' in done.stdout
    figures = json.loads(out.read_text())
    assert set(figures) > {'empty', 'all objects', 'everything that moves', 'random object'}
    assert figures[str(scores)]['J&F/motion'] == 6.5


def test_a_file_that_holds_no_scores_is_named(repo_root, tmp_path):
    scores = tmp_path / 'scores.json'
    scores.write_text('[1, 2]')
    done = baselines(repo_root, tmp_path, '--scores', scores)
    assert done.returncode == 2
    assert f'error: {scores}: expected object, got array' in done.stderr
    assert 'Traceback' not in done.stderr
