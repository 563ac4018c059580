"""tools/import_masks.py, and the page about one's own data from masks to figures."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mevis.evaluation.score_file import read_figures
from mevis.testing.own_masks import write_own_masks

NOT_RUN = 'mutr_swinl'
"""In commands of the page that need weights which are not shipped."""


def run(repo_root: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess:
    env = {**os.environ, 'PYTHONPATH': str(repo_root), 'OMP_NUM_THREADS': '1'}
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=env, timeout=900)


@pytest.mark.slow
def test_the_page_leads_from_masks_to_figures(repo_root, tmp_path):
    page = (repo_root / 'docs/guides/own_data.md').read_text()
    for name in ('configs', 'tools', 'weights'):
        (tmp_path / name).symlink_to(repo_root / name)
    (block,) = re.findall(r'```python\n(.*?)```', page, re.DOTALL)
    assert run(repo_root, tmp_path, '-c', block).returncode == 0
    shell = '\n'.join(re.findall(r'```bash\n(.*?)```', page, re.DOTALL))
    commands = [line.split() for line in re.sub(r'\\\n\s*', ' ', shell).splitlines()]
    commands = [words for words in commands if words and NOT_RUN not in ' '.join(words)]
    assert len(commands) == 6  # import, check, train, test, evaluate, baselines
    said = []
    for python, *arguments in commands:
        assert python == 'python'
        done = run(repo_root, tmp_path, *arguments)
        assert done.returncode == 0, done.stdout[-1500:] + done.stderr[-3000:]
        said.append(done.stdout)
    assert 'sound' in said[1]
    scores = read_figures(tmp_path / 'work_dirs/mine_scores.json')
    assert 0 <= scores['J&F'] <= 100
    # The same two sentences, scored from the files.
    assert f'{scores["J"]:.2f}' in said[4]


def test_a_mistake_is_one_line(repo_root, tmp_path):
    write_own_masks(tmp_path)
    (tmp_path / 'masks/boat/00003.png').unlink()
    tool = str(repo_root / 'tools/import_masks.py')
    done = run(repo_root, tmp_path, tool, 'frames', 'masks', 'sentences.csv', 'out')
    assert done.returncode == 2
    assert 'Traceback' not in done.stderr
    line = done.stderr.strip().splitlines()[-1]
    assert line.startswith('error: frames/boat: 1 of 6 frames have no masks')
    assert '--missing skip' in line
