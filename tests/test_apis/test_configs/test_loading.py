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
