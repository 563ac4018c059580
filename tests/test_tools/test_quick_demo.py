"""tools/quick_demo.py, which is `make demo`, on one video."""

import os
import runpy
import subprocess
import sys

import pytest

from mevis.evaluation.score_file import read_figures


@pytest.mark.slow
def test_it_tests_the_shipped_model_and_draws(repo_root, tmp_path):
    env = {**os.environ, 'OMP_NUM_THREADS': '1', 'CUDA_VISIBLE_DEVICES': ''}
    command = [sys.executable, 'tools/quick_demo.py', '--out-dir', str(tmp_path)]
    command += ['--num-videos', '1', '--drawn', '1']
    done = subprocess.run(command, cwd=repo_root, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    scores = read_figures(tmp_path / 'scores.json')
    (row,) = (line for line in done.stdout.splitlines() if line.startswith('│ all'))
    assert row.split('│')[2].strip() == f'{scores["J&F"]:.1f}'
    films = [str(tmp_path / name) for name in ('valid_u_00000.mp4', 'sheet.png')]
    assert done.stdout.splitlines()[-2:] == films
    assert all(os.path.getsize(path) for path in films)


@pytest.mark.parametrize(
    ('args', 'says'),
    [
        (['--checkpoint', 'no.pth'], '--checkpoint needs its --config'),
        (['--checkpoint', 'no.pth', '--config', 'no.py'], 'no.py: no such file'),
    ],
)
def test_a_model_that_is_not_there_is_named(repo_root, monkeypatch, capsys, args, says):
    monkeypatch.setattr(sys, 'argv', ['tools/quick_demo.py', *args])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(repo_root / 'tools/quick_demo.py'), run_name='__main__')
    assert ended.value.code == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert says in line
