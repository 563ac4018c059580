import shutil
import tarfile
from pathlib import Path

import pytest

from mevis.datasets.frame_files import FrameFiles


@pytest.mark.parametrize('ending', ['.jpg', '.png', '.JPEG'])
def test_a_video_has_one_ending(tmp_path: Path, ending: str):
    for video, found in (('a', ending), ('b/c', '.jpg')):
        (tmp_path / video).mkdir(parents=True)
        for frame in ('0', '1.5'):
            (tmp_path / video / f'{frame}{found}').touch()
    files = FrameFiles(tmp_path)
    assert files.path('a', '1.5') == tmp_path / f'a/1.5{ending}'
    assert files.path('a', '0') == tmp_path / f'a/0{ending}'
    assert files.path('b/c', '0') == tmp_path / 'b/c/0.jpg'


def test_what_is_missing_has_the_usual_name_until_it_is_there(tmp_path: Path):
    files = FrameFiles(tmp_path)
    assert files.path('a', '0') == tmp_path / 'a/0.jpg'
    (tmp_path / 'a').mkdir()
    (tmp_path / 'a/0.png').touch()
    assert files.path('a', '0') == tmp_path / 'a/0.png'


def test_an_archive_stands_for_a_folder_that_is_not_there(tmp_path: Path):
    for name in ('a/0.png', 'a/1.png', 'b/0.jpg'):
        (tmp_path / 'F' / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / 'F' / name).touch()
    with tarfile.open(tmp_path / 'F.tar', 'w') as archive:
        archive.add(tmp_path / 'F', 'F')
    folder = FrameFiles(tmp_path / 'F')
    assert folder.root == tmp_path / 'F'
    assert folder.archive is None
    listed = folder.videos(), folder.files_of('a'), folder.files_of('none')
    shutil.rmtree(tmp_path / 'F')
    files = FrameFiles(tmp_path / 'F')
    assert files.root == tmp_path / 'F.tar'
    assert (files.videos(), files.files_of('a'), files.files_of('none')) == listed
    assert listed == (['a', 'b'], ['0.png', '1.png'], None)
    assert files.path('a', '1') == tmp_path / 'F.tar/a/1.png'
    assert files.path('b', '0') == tmp_path / 'F.tar/b/0.jpg'
    assert files.path('c', '0') == tmp_path / 'F.tar/c/0.jpg'
