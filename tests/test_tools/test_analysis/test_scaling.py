"""tools/analysis/scaling.py: what it measures, writes and refuses."""

import json

import pytest

from mevis.errors import UserError
from mevis.testing.peak_memory import Measured


@pytest.fixture
def tool(load_tool):
    return load_tool('scaling')


@pytest.fixture
def measured_works(monkeypatch):
    """Works cost what a formula says; gives those that were measured."""
    works = []

    def cost(work, small):
        works.append(work)
        amount = work.frames * work.sentences + work.instances
        return Measured(None, 0.0, 1.0 + amount**2, 100.0, 100.0 + work.height * work.width)

    monkeypatch.setattr('mevis.apis.scaling.workload.measure_apart', cost)
    return works


def run(tool, monkeypatch, capsys, *arguments):
    monkeypatch.setattr('sys.argv', ['scaling.py', *arguments])
    tool.main()
    return capsys.readouterr().out


def test_one_axis_grows_and_the_exponent_is_that_of_the_cost(
    tool, measured_works, monkeypatch, capsys, tmp_path
):
    chart = tmp_path / 'chart.png'
    arguments = ['--axes', 'frames', 'pixels', '--size', '32x64', '--chart', str(chart), '--json']
    figures = json.loads(run(tool, monkeypatch, capsys, *arguments))
    assert figures['growth']['frames']['cpu_seconds']['exponent'] == pytest.approx(2, abs=0.02)
    assert figures['growth']['pixels']['mib']['exponent'] == pytest.approx(1, abs=0.05)
    assert [point['amount'] for point in figures['points']['frames']] == [4, 8, 16, 32]
    assert {(w.height, w.width) for w in measured_works[:4]} == {(32, 64)}
    assert {w.frames for w in measured_works[4:]} == {4}
    assert chart.read_bytes().startswith(b'\x89PNG')


def test_the_table_names_every_amount(tool, measured_works, monkeypatch, capsys):
    output = run(tool, monkeypatch, capsys, '--axes', 'instances', '--instances', '1', '3', '9')
    assert [work.instances for work in measured_works] == [1, 3, 9]
    assert 'instances' in output
    assert '170.00' in output  # 1 + (4 + 9)^2


def test_two_amounts_are_refused(tool, monkeypatch, capsys):
    with pytest.raises(UserError, match='--frames: three different amounts'):
        run(tool, monkeypatch, capsys, '--frames', '4', '4', '8')
