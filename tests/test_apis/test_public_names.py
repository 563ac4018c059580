"""``mevis.apis`` offers its names without loading what they need."""

import subprocess
import sys

import pytest

import mevis.apis


def test_every_name_is_there():
    for name in mevis.apis.__all__:
        assert getattr(mevis.apis, name).__name__ == name
    assert set(mevis.apis.__all__) == set(mevis.apis._MODULES) <= set(dir(mevis.apis))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match='no_such'):
        mevis.apis.no_such  # noqa: B018


def test_importing_it_is_light():
    code = "import mevis.apis, sys; print([m for m in ('torch', 'mmengine') if m in sys.modules])"
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == '[]'
