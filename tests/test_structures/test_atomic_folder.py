"""A folder is replaced as a whole, and only if it is ours."""

from pathlib import Path

import pytest

from mevis.errors import UserError
from mevis.structures.atomic_folder import atomic_folder


def fill(path: Path, name: str, fail: bool = False) -> None:
    with atomic_folder(path, 'marker') as folder:
        (folder / 'marker').write_text('')
        (folder / name).write_text('')
        if fail:
            raise RuntimeError


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_nothing_of_an_older_run_stays(tmp_path):
    fill(tmp_path / 'deep/out', 'first')
    assert names(tmp_path / 'deep/out') == ['first', 'marker']
    fill(tmp_path / 'deep/out', 'second')
    assert names(tmp_path / 'deep/out') == ['marker', 'second']
    assert names(tmp_path / 'deep') == ['out']


def test_an_error_leaves_what_was_there_and_no_half(tmp_path):
    with pytest.raises(RuntimeError):
        fill(tmp_path / 'out', 'first', fail=True)
    assert names(tmp_path) == []
    fill(tmp_path / 'out', 'first')
    with pytest.raises(RuntimeError):
        fill(tmp_path / 'out', 'second', fail=True)
    assert names(tmp_path / 'out') == ['first', 'marker']
    assert names(tmp_path) == ['out']


def test_an_empty_folder_is_taken(tmp_path):
    (tmp_path / 'out').mkdir()
    fill(tmp_path / 'out', 'first')
    assert names(tmp_path / 'out') == ['first', 'marker']


def test_the_files_of_others_are_not_replaced(tmp_path):
    (tmp_path / 'thesis.tex').write_text('years of work')
    with pytest.raises(UserError, match='holds other files'):
        fill(tmp_path, 'first')
    assert names(tmp_path) == ['thesis.tex']
    with pytest.raises(UserError, match='is a file'):
        fill(tmp_path / 'thesis.tex', 'first')


def test_a_failed_swap_brings_the_older_folder_back(tmp_path, monkeypatch):
    fill(tmp_path / 'out', 'first')
    rename = Path.rename

    def failing(self, target):
        if target == tmp_path / 'out' and not self.name.endswith('older'):
            raise OSError('no')
        return rename(self, target)

    monkeypatch.setattr(Path, 'rename', failing)
    with pytest.raises(OSError, match='no'):
        fill(tmp_path / 'out', 'second')
    assert names(tmp_path / 'out') == ['first', 'marker']
