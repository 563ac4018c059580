"""The command ``mevis``, on the checkout and on a built wheel."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from mevis import __main__ as command

TINY = 'mutr_tiny_moving_shapes.py'


def called(monkeypatch, capsys, *arguments: str) -> tuple[int, str, str]:
    """Status, stdout and stderr of ``mevis …``."""
    monkeypatch.setattr(sys, 'argv', ['mevis', *arguments])
    try:
        status = command.main()
    except SystemExit as ended:
        status = ended.code or 0
    return status, *capsys.readouterr()


def test_every_tool_is_a_verb(monkeypatch, capsys, repo_root):
    status, out, _ = called(monkeypatch, capsys, '--help')
    assert status == 0
    named = {line.split()[0] for line in out.splitlines() if line.startswith('  ')}
    files = [path.stem.replace('_', '-') for path in (repo_root / 'tools').rglob('*.py')]
    assert len(files) == len(set(files)) == len(named)
    assert {*files} - named == {'list-configs', 'copy-config', 'web-demo'}
    assert {'ls', 'cp', 'web', 'train', 'print-config'} <= named


def test_help_is_of_the_verb(monkeypatch, capsys):
    status, out, _ = called(monkeypatch, capsys, 'check-dataset', '--help')
    assert (status, out.split('\n')[0][:27]) == (0, 'usage: mevis check-dataset ')


def test_an_unknown_verb_gets_the_nearest(monkeypatch, capsys):
    status, _, err = called(monkeypatch, capsys, 'trian')
    assert status == 2
    assert "Did you mean 'train'?" in err


def test_ls_names_what_can_be_used(monkeypatch, capsys):
    status, out, _ = called(monkeypatch, capsys, 'ls', 'mutr_tiny')
    assert status == 0
    names = [line.split()[0] for line in out.splitlines()]
    assert f'mevis::{TINY}' in names
    assert 'mevis::weights/mutr_tiny_moving_shapes.safetensors' in names


def test_ls_says_what_a_config_is_in_a_whole_sentence(monkeypatch, capsys):
    status, out, _ = called(monkeypatch, capsys, 'ls', '.py')
    assert status == 0
    lines = out.splitlines()
    assert len(lines) > 30
    assert [line for line in lines if not line.endswith('.')] == []
    assert max(len(line) for line in lines) < 260


def test_messages_and_help_name_commands_that_are_there(monkeypatch, capsys, tmp_path):
    status, out, _ = called(monkeypatch, capsys, 'make-submission', '--help')
    assert status == 0
    assert 'work folder of mevis test, or' in ' '.join(out.split())
    tree = tmp_path / 'not_predictions'
    tree.mkdir()
    (tmp_path / 'meta_expressions.json').write_text(
        '{"videos": {"bird": {"expressions": {"0": {"exp": "a bird"}}, "frames": ["00000"]}}}'
    )
    arguments = [str(tree), '--annotations', str(tmp_path / 'meta_expressions.json')]
    arguments += ['--out', str(tmp_path / 'out.zip')]
    status, _, err = called(monkeypatch, capsys, 'make-submission', *arguments)
    assert status == 2
    assert 'predictions of mevis test.' in err


def test_a_copied_config_is_the_same_anywhere(monkeypatch, capsys, tmp_path):
    from mevis.apis import load_config

    status, out, err = called(monkeypatch, capsys, 'cp', TINY, str(tmp_path))
    assert (status, err) == (0, '')
    mine = load_config(tmp_path / TINY)
    assert mine.to_dict() == load_config(f'mevis::{TINY}').to_dict()
    assert called(monkeypatch, capsys, 'cp', TINY, str(tmp_path))[0] == 2


def test_a_third_party_inherits_by_name(tmp_path):
    from mevis.apis import load_config

    path = tmp_path / 'mine.py'
    path.write_text(f"_base_ = 'mevis::{TINY}'\nmodel = dict(num_queries=3)\n")
    cfg = load_config(path)
    assert (cfg.model.num_queries, cfg.model.embed_dims) == (3, 64)
    assert '_scope_' not in cfg.model


@pytest.mark.slow
def test_a_wheel_is_enough(repo_root, tmp_path):
    """Built, unpacked and used where no checkout is."""
    build = [sys.executable, '-m', 'pip', 'wheel', '--no-deps', '--no-build-isolation', '-q']
    source = tmp_path / 'source'
    source.mkdir()
    for name in ('mevis', 'configs', 'tools', 'weights', 'setup.py', 'pyproject.toml', 'README.md'):
        (source / name).symlink_to(repo_root / name)
    subprocess.run([*build, '-w', str(tmp_path), str(source)], check=True)
    (wheel,) = tmp_path.glob('*.whl')
    site = tmp_path / 'site'
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
        entry = next(name for name in archive.namelist() if name.endswith('entry_points.txt'))
        assert 'mevis = mevis.__main__:main' in archive.read(entry).decode()
    for folder in ('configs', 'tools'):
        packed = {path.name for path in (site / 'mevis/.mim' / folder).rglob('*.py')}
        assert packed == {path.name for path in (repo_root / folder).rglob('*.py')}
    env = {**os.environ, 'PYTHONPATH': str(site), 'OMP_NUM_THREADS': '1'}
    name = 'weights/mutr_tiny_moving_shapes.safetensors'
    code = (
        'import mevis, numpy as np; from mevis.apis import RefVidSegInferencer as R;'
        f" r = R('mevis::{TINY}', 'mevis::{name}', 'cpu')(np.zeros((2, 64, 96, 3), np.uint8), 'a');"
        ' print(mevis.__file__, r.masks(0).shape)'
    )
    done = subprocess.run(
        [sys.executable, '-c', code], cwd=tmp_path, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    file, shape = done.stdout.splitlines()[-1].split(' ', 1)
    assert Path(file).is_relative_to(site)
    assert shape == '(2, 64, 96)'
