"""Configs of values name registered classes, never objects of Python."""

import json

import pytest

from mevis.boundary.config_file import read_config
from mevis.boundary.type_names import check_type_names
from mevis.errors import UserError


@pytest.mark.parametrize(
    'name', ['MUTR', 'mevis.MUTR', 'mmdet.ResNet', 'mmengine.AmpOptimWrapper', 'pseudo_collate']
)
def test_registered_names(name):
    check_type_names({'model': {'type': name, 'parts': [{'type': name}]}})


@pytest.mark.parametrize(
    'name', ['subprocess.Popen', 'os.system', 'mmengine.rmtree', 'mmengine.fileio.io.rmtree', '.a']
)
@pytest.mark.parametrize(
    ('place', 'key'),
    [
        (lambda part: {'model': part}, r'model\.type'),
        (lambda part: {'a': {'b': [1, [part]]}}, r'a\.b\.1\.0\.type'),
        (lambda part: {'optim_wrapper': {'constructor': part['type']}}, r'optim_wrapper\.constr'),
    ],
)
def test_paths_of_python(name, place, key):
    with pytest.raises(UserError, match=rf'^{key}.*registered class'):
        check_type_names(place({'type': name}))


@pytest.mark.parametrize('ending', ['json', 'yaml'])
def test_no_program_is_started(tmp_path, ending):
    mark = tmp_path / 'mark'
    model = {'type': 'subprocess.Popen', 'args': f'touch {mark}', 'shell': True}
    path = tmp_path / f'config.{ending}'
    path.write_text(json.dumps({'model': model}))  # which is YAML too
    with pytest.raises(UserError, match=rf'config\.{ending}.*model\.type'):
        read_config(path)
    (tmp_path / 'leaf.py').write_text(f"_base_ = ['{path.name}']")
    with pytest.raises(UserError, match=r'model\.type'):
        read_config(tmp_path / 'leaf.py')
