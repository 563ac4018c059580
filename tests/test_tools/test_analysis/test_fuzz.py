"""tools/analysis/fuzz.py as a developer runs it."""

import subprocess
import sys


def fuzz(repo_root, *args):
    command = [sys.executable, 'tools/analysis/fuzz.py', *args]
    return subprocess.run(command, cwd=repo_root, capture_output=True, text=True)


def test_it_counts_what_became_of_the_cases(repo_root):
    done = fuzz(repo_root, '--format', 'mot_text', 'annotations', '--count', '40')
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert first.startswith('mot_text: 40 cases, ')
    assert second.startswith('annotations: 40 cases, ')


def test_an_unknown_format_is_answered_with_the_known_ones(repo_root):
    done = fuzz(repo_root, '--format', 'word')
    assert done.returncode == 2
    assert 'Known: annotations, masks' in done.stderr
