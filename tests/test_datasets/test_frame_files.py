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
