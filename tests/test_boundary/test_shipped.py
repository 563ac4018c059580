"""What ``mevis::NAME`` names."""

import pytest

from mevis.boundary import shipped
from mevis.boundary.files import expanded
from mevis.errors import UserError

TINY = 'mutr_tiny_moving_shapes'


def test_a_config_and_weights_are_found_by_name(repo_root):
    assert shipped.shipped_path(f'mevis::{TINY}.py') == repo_root / f'configs/{TINY}.py'
    weights = f'weights/{TINY}.safetensors'
    assert expanded(f'mevis::{weights}') == repo_root / weights
    assert shipped.shipped_path(f'configs/{TINY}.py') is None


@pytest.mark.parametrize('name', ['mevis::no_such.py', 'mevis::../../etc/hostname'])
def test_a_name_of_nothing_is_refused(name):
    with pytest.raises(UserError, match='mevis ls'):
        shipped.shipped_path(name)


def test_an_installed_package_has_them_inside(tmp_path, monkeypatch):
    monkeypatch.setattr(shipped, '_PACKAGE', tmp_path / 'mevis')
    assert shipped.shipped_root() == tmp_path
    config = tmp_path / 'mevis/.mim/configs/a.py'
    config.parent.mkdir(parents=True)
    config.write_text('')
    assert shipped.shipped_path('mevis::a.py') == config
