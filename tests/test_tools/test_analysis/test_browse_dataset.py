"""tools/analysis/browse_dataset.py as a user runs it."""

import runpy
import sys

import av
import pytest
from PIL import Image

from mevis.testing.tiny_mevis import write_tiny_mevis


def browse(monkeypatch, repo_root, *args) -> int:
    tool = repo_root / 'tools/analysis/browse_dataset.py'
    monkeypatch.setattr(sys, 'argv', [str(tool), *map(str, args)])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(tool), run_name='__main__')
    return ended.value.code


@pytest.mark.parametrize(('split', 'truth'), [('train', True), ('valid', False)])
def test_every_video_becomes_a_film_and_a_part_of_the_sheet(
    repo_root, monkeypatch, capsys, tmp_path, split, truth
):
    write_tiny_mevis(tmp_path / 'data', split, truth)
    out = tmp_path / 'out'
    assert browse(monkeypatch, repo_root, tmp_path / 'data', '--split', split, '--out', out) == 0
    assert capsys.readouterr().out.splitlines() == [
        str(out / name) for name in ('bird.mp4', 'cat.mp4', 'sheet.png')
    ]
    for name, count in (('bird', 6), ('cat', 3)):
        with av.open(str(out / f'{name}.mp4')) as film:
            assert len(list(film.decode(video=0))) == count
    with Image.open(out / 'sheet.png') as sheet:
        assert sheet.height > 5 * 48


def test_a_split_that_is_not_there_is_named(repo_root, monkeypatch, capsys, tmp_path):
    write_tiny_mevis(tmp_path)
    args = [tmp_path, '--split', 'test', '--out', tmp_path / 'out']
    assert browse(monkeypatch, repo_root, *args) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert str(tmp_path / 'test') in line
