"""``read_config``; what a config may hold is tested with ``load_config``, which calls it."""

import pytest

from mevis.boundary.config_file import read_config
from mevis.errors import UserError


def test_bases_lie_beside_a_config_or_come_with_mevis(tmp_path):
    (tmp_path / 'base.py').write_text('a = dict(b=1)\n')
    leaf = tmp_path / 'leaf.py'
    leaf.write_text("_base_ = ['base.py', 'mevis::_base_/default_runtime.py']\nc = 2\n")
    cfg = read_config(leaf)
    assert (cfg.a.b, cfg.c) == (1, 2)
    assert cfg.default_scope == 'mevis'


def test_a_config_of_mevis_is_named_without_its_folder():
    assert read_config('mevis::mutr_r50_local.py').model.type == 'MUTR'


def test_what_is_missing_is_named(tmp_path):
    with pytest.raises(UserError, match='nowhere.py: no such config'):
        read_config(tmp_path / 'nowhere.py')
