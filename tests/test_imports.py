"""Every module imports; what should be light is light; every tool answers ``--help``."""

import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import mevis

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted(info.name for info in pkgutil.walk_packages(mevis.__path__, 'mevis.'))
TOOLS = sorted(str(path.relative_to(ROOT)) for path in (ROOT / 'tools').rglob('*.py'))
HEAVY = ('torch', 'mmdet', 'transformers')
# Runs a tool's --help in this process and prints which heavy packages it loaded.
HELP = """
import runpy, sys
tool = sys.argv[1]
sys.argv = [tool, '--help']
try:
    runpy.run_path(tool, run_name='__main__')
except SystemExit as stop:
    status = stop.code or 0
heavy = [name for name in {heavy!r} if name in sys.modules]
print('LOADED', status, ','.join(heavy))
"""


def test_there_is_something_to_check():
    assert len(MODULES) > 40
    assert len(TOOLS) > 8


@pytest.mark.parametrize('name', MODULES)
def test_module_imports(name):
    importlib.import_module(name)


@pytest.mark.parametrize(
    'statement', ['import mevis', 'import mevis.registry', 'import mevis.errors']
)
def test_import_is_light(statement):
    code = f'{statement}; import sys; print([m for m in {HEAVY!r} if m in sys.modules])'
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == '[]'


@pytest.mark.parametrize('tool', TOOLS)
def test_tool_answers_help_lightly(tool):
    command = [sys.executable, '-c', HELP.format(heavy=HEAVY), tool]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120)
    assert done.returncode == 0, done.stderr
    assert 'usage:' in done.stdout
    assert done.stdout.rstrip().endswith('LOADED 0'), done.stdout[-200:]
