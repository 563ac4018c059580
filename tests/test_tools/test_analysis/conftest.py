import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mevis.testing.parity import side_by_side

TOOLS = Path(__file__).resolve().parents[3] / 'tools/analysis'


@pytest.fixture(scope='session')
def load_tool():
    """Imports a tool by its name."""

    def load(name):
        spec = importlib.util.spec_from_file_location(name, TOOLS / f'{name}.py')
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


@pytest.fixture
def run_told(monkeypatch, capsys):
    """Runs a benchmark of two sides whose children leave figures and answers that they are told."""

    def run(tool, arguments, told, answer, **more):
        told = {side: list(runs) for side, runs in told.items()}

        def child(command, **_):
            side, folder = command[command.index('--side') + 1], Path(command[-1])
            seconds, mib = told[side].pop(0)
            figures = dict(seconds=seconds, cpu_seconds=seconds, mib=mib, all_mib=mib, **more)
            (folder / f'{side}.json').write_text(json.dumps(figures))
            np.savez(folder / f'{side}.npz', **answer)
            return subprocess.CompletedProcess(command, 0, stderr='')

        monkeypatch.setattr(side_by_side.subprocess, 'run', child)
        monkeypatch.setattr(sys, 'argv', [f'{tool.__name__}.py', '--json', *arguments])
        return tool.main(), json.loads(capsys.readouterr().out)

    return run


@pytest.fixture
def refuses(tmp_path):
    """Asserts that a tool given an empty checkout refuses its arguments in its last line."""

    def check(name, arguments, message):
        command = [sys.executable, str(TOOLS / f'{name}.py'), '--official-root']
        command += [str(tmp_path / 'none'), *arguments]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 2
        last = done.stderr.splitlines()[-1]
        assert message.search(last), done.stderr
        assert 'Traceback' not in done.stderr

    return check
