"""tools/check_env.py as a user runs it."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def check_env(
    *args: str, python: tuple[str, ...] = (sys.executable,)
) -> subprocess.CompletedProcess:
    command = [*python, 'tools/check_env.py', *args]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT)


def test_json_agrees_with_the_status():
    done = check_env('--json')
    report = json.loads(done.stdout)
    assert report['ready'] == (done.returncode == 0)
    names = {finding['name'] for finding in report['findings']}
    assert {'python', 'torch', 'onedl-mmcv', 'cv2', 'device', 'mmcv operators', 'disk'} <= names


def test_python_without_mevis_is_told_what_to_do():
    # -I -S: nothing of this environment can be imported.
    done = check_env(python=(sys.executable, '-I', '-S'))
    assert done.returncode == 1
    assert 'make install' in done.stdout
    assert 'Traceback' not in done.stderr
