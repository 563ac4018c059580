"""The benchmark of loading reads every frame, whichever reader it times."""

import json
import sys


def test_every_reader_gets_all_frames(load_tool, tmp_path):
    tool = load_tool('benchmark_loading')
    rows = tool.readers(*tool.write_split(tmp_path, (64, 96), 5))
    assert len(rows) == 6
    assert {name: read() for name, read in rows.items()} == dict.fromkeys(rows, 5)


def test_it_prints_a_rate_of_every_row(load_tool, monkeypatch, capsys, repo_root):
    config = str(repo_root / 'configs/mutr_tiny_moving_shapes_64x96.py')
    arguments = ['--json', '--size', '64x96', '--frames', '12', '--repeats', '1']
    monkeypatch.setattr(sys, 'argv', ['benchmark_loading.py', *arguments, '--config', config])
    tool = load_tool('benchmark_loading')
    assert tool.main() == 0
    rates = json.loads(capsys.readouterr().out)
    assert len(rates) == 8
    assert all(rate > 0 for rate in rates.values())
