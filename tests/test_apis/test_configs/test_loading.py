import sys

import pytest

from mevis.apis.configs.loading import load_config
from mevis.errors import UserError


def write(path, text):
    path.write_text(text)
    return path


def test_bases_and_overrides(tmp_path):
    write(tmp_path / 'base.py', 'a = dict(b=1)\n')
    leaf = write(tmp_path / 'leaf.py', "_base_ = ['base.py']\nc = 2\n")
    cfg = load_config(leaf, {'a.b': 3})
    assert (cfg.a.b, cfg.c) == (3, 2)


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('a = dict(\n', 'line 1'),
        ('a = 1\nb = undefined\n', 'NameError'),
        ("_base_ = ['nowhere.py']\n", 'nowhere.py'),
        ('a = 1 / 0\n', 'ZeroDivisionError'),
        ("custom_imports = dict(imports=['acme_nowhere'])\n", "No module named 'acme_nowhere'"),
    ],
)
def test_a_broken_config_names_the_file_and_the_reason(tmp_path, text, expected):
    path = write(tmp_path / 'broken.py', text)
    with pytest.raises(UserError) as caught:
        load_config(path)
    assert str(caught.value).startswith(str(path))
    assert expected in str(caught.value)


def test_a_missing_config(tmp_path):
    with pytest.raises(UserError, match='no such config'):
        load_config(tmp_path / 'absent.py')


def test_a_checkpoint_in_the_place_of_the_config(tmp_path):
    with pytest.raises(UserError, match='not a config'):
        load_config(write(tmp_path / 'weights.pth', ''))


def test_yaml_and_json_configs(tmp_path):
    write(tmp_path / 'base.yaml', 'a: {b: 1}\n')
    leaf = write(tmp_path / 'leaf.json', '{"_base_": ["base.yaml"], "c": 2}')
    cfg = load_config(leaf, {'a.b': 3})
    assert (cfg.a.b, cfg.c) == (3, 2)


@pytest.mark.parametrize('leaf', ['evil.yaml', 'leaf.py', 'leaf.json'])
def test_yaml_runs_nothing_whoever_inherits_it(tmp_path, leaf):
    mark = tmp_path / 'ran'
    write(tmp_path / 'evil.yaml', f'a: !!python/object/apply:os.mkdir [{mark}]\n')
    write(tmp_path / 'leaf.py', "_base_ = ['evil.yaml']\n")
    write(tmp_path / 'leaf.json', '{"_base_": "evil.yaml"}')
    with pytest.raises(UserError, match='no Python'):
        load_config(tmp_path / leaf)
    assert not mark.exists()


@pytest.mark.parametrize(
    ('name', 'text', 'message'),
    [
        ('a.yaml', '', 'a config is a mapping'),
        ('a.yaml', '[1, 2]', 'a config is a mapping'),
        ('a.yaml', 'a: [1', 'line 2'),
        ('a.json', '[1, 2]', 'a config is a mapping'),
        ('a.json', '{"a": 1, "a": 2}', "key 'a' comes twice"),
        ('a.json', '{"a": NaN}', 'NaN'),
        ('a.json', '[' * 100_000, 'nested too deeply'),
        ('a.yaml', '[' * 100_000, 'a.yaml'),
    ],
)
def test_values_that_are_no_config_are_one_line(tmp_path, name, text, message):
    path = write(tmp_path / name, text)
    with pytest.raises(UserError, match=message) as caught:
        load_config(path)
    assert str(caught.value).startswith(str(path))
    assert '\n' not in str(caught.value)


@pytest.mark.parametrize(
    'overrides',
    [
        {'custom_imports': {'imports': ['module_of_an_override']}},
        {'custom_imports.imports': 'module_of_an_override'},
    ],
)
def test_modules_that_an_override_names_are_imported(tmp_path, monkeypatch, overrides):
    path = write(tmp_path / 'config.py', 'custom_imports = dict(imports=[])\n')
    write(tmp_path / 'module_of_an_override.py', '')
    with pytest.raises(UserError, match=r'--cfg-options custom_imports.*PYTHONPATH'):
        load_config(path, overrides)
    monkeypatch.syspath_prepend(tmp_path)
    load_config(path, overrides)
    assert sys.modules.pop('module_of_an_override').__file__ == str(
        tmp_path / 'module_of_an_override.py'
    )
