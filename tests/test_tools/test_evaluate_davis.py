"""tools/evaluate_davis.py, in this process."""

import runpy
import sys

import numpy as np
import pytest
from PIL import Image

from mevis.evaluation.score_file import read_score_file
from mevis.testing.tiny_davis import write_tiny_davis


@pytest.fixture
def run(repo_root, monkeypatch):
    def run_tool(*arguments: object) -> int:
        monkeypatch.setattr(sys, 'argv', ['tools/evaluate_davis.py', *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            runpy.run_path(str(repo_root / 'tools/evaluate_davis.py'), run_name='__main__')
        return ended.value.code

    return run_tool


def test_it_prints_and_writes_both_conventions(run, tmp_path, capsys):
    for video, maps in write_tiny_davis(tmp_path).items():
        for exp_id in range(8 if video == 'classic-car' else 4):
            folder = tmp_path / f'predictions/{video}/{exp_id}'
            folder.mkdir(parents=True)
            for frame, ids in enumerate(maps):
                mask = (ids == exp_id // 4 + 1).astype(np.uint8) * 255
                Image.fromarray(mask).save(folder / f'{frame:05d}.png')
    out = tmp_path / 'davis.json'
    options = ('--predictions', tmp_path / 'predictions', '--out', out, '--workers', 1)
    assert not run(tmp_path, *options)
    written = read_score_file(out)
    assert written.figures['J&F'] == written.figures['J&F-sentence'] == 100
    assert [name for name in written.figures if name.startswith('J&F/')]
    assert len(written.videos['classic-car']) == 8
    assert 'J&F 100.00, J 100.00, F 100.00' in capsys.readouterr().out


def test_a_mistake_is_one_line(run, tmp_path, capsys):
    write_tiny_davis(tmp_path)
    (tmp_path / 'predictions/other/0').mkdir(parents=True)
    assert run(tmp_path, '--predictions', tmp_path / 'predictions') == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert 'such as classic-car' in line
