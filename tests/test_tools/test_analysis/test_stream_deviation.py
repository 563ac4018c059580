"""tools/analysis/stream_deviation.py: each --stream is a way of streaming of its own."""

import json
import runpy
import sys

import pytest

from mevis.apis.scoring import stream_deviation
from mevis.apis.scoring.stream_deviation import Deviation

TOOL = 'tools/analysis/stream_deviation.py'


def start(repo_root, monkeypatch, *args):
    monkeypatch.chdir(repo_root)
    monkeypatch.setattr(sys, 'argv', [TOOL, *map(str, args)])
    runpy.run_path(TOOL)['main']()


def test_a_row_per_way_and_a_file(repo_root, monkeypatch, tmp_path, capsys):
    asked = {}

    def measure(cfg, checkpoint, settings, num_videos):
        asked.update(settings=settings, num_videos=num_videos, chunk=cfg.model.chunk_size)
        yield [Deviation(0.5, 0.7, 0.2, 0.8, waited, waited, 3) for waited in (0, 8)]

    monkeypatch.setattr(stream_deviation, 'measure', measure)
    out = tmp_path / 'figures.json'
    start(
        repo_root, monkeypatch, 'configs/mutr_tiny_moving_shapes.py', 'weights.pth',
        '--videos', 4, '--out', out, '--cfg-options', 'model.chunk_size=2',
        '--stream', 'model.windows.length=12', 'model.windows.overlap=6',
        '--stream', 'model.windows.length=8',
    )  # fmt: skip
    assert asked == dict(
        num_videos=4,
        chunk=2,
        settings=[
            {'model.chunk_size': 2, 'model.windows.length': 12, 'model.windows.overlap': 6},
            {'model.chunk_size': 2, 'model.windows.length': 8},
        ],
    )
    printed = capsys.readouterr().out
    assert 'windows.length=12 windows.overlap=6' in printed
    rows = json.loads(out.read_text())['rows']
    assert rows['windows.length=8']['waited'] == 8
    assert rows['windows.length=8']['differing'] == pytest.approx(0.2)


def test_a_way_that_is_no_option_is_a_mistake_of_usage(repo_root, monkeypatch, capsys):
    with pytest.raises(SystemExit):
        start(repo_root, monkeypatch, 'c.py', 'w.pth', '--stream', 'length')
    assert '--stream length: must be KEY=VALUE' in capsys.readouterr().err
