"""The site builds strictly, and its reference holds every exported name."""

import importlib
import json
import pkgutil
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import mevis

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope='module')
def site(tmp_path_factory) -> Path:
    pytest.importorskip('mkdocs')
    out = tmp_path_factory.mktemp('site')
    command = [sys.executable, '-m', 'mkdocs', 'build', '--strict', '--quiet', '-d', str(out)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=600)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return out


def exported_names() -> set[str]:
    """What packages export, by importing them: the pages are made without."""
    names = set()
    for found in pkgutil.walk_packages(mevis.__path__, 'mevis.'):
        if not found.ispkg:
            continue
        package = importlib.import_module(found.name)
        for name in getattr(package, '__all__', ()):
            value = getattr(package, name)
            ours = getattr(value, '__module__', 'mevis').partition('.')[0] == 'mevis'
            if ours and not isinstance(value, ModuleType):
                names.add(name)
    return names


def test_the_reference_holds_every_exported_name(site):
    documented = {
        anchor.rpartition('.')[2]
        for page in (site / 'api').rglob('index.html')
        for anchor in re.findall(r'id="(mevis\.[\w.]+)"', page.read_text())
    }
    wanted = exported_names()
    assert len(wanted) > 80
    assert wanted - documented == set()


def test_the_search_finds_a_class(site):
    entries = json.loads((site / 'search' / 'search_index.json').read_text())['docs']
    assert any('GlobalFrameSampler' in entry['title'] for entry in entries)
