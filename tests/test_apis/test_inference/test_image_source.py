"""A user's own pictures: upright, all frames of them, in order, and nothing left out unsaid."""

import numpy as np
import pytest
from PIL import Image

from mevis.apis.inference.video_source import open_video
from mevis.errors import UserError


def picture(level: int = 0) -> Image.Image:
    return Image.new('RGB', (6, 4), (level, 0, 0))


def test_a_photo_is_turned_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    picture().save(tmp_path / 'a.jpg', exif=exif)
    assert next(iter(open_video(tmp_path / 'a.jpg'))).shape == (6, 4, 3)
    assert next(iter(open_video(tmp_path))).shape == (6, 4, 3)


@pytest.mark.parametrize('ending', ['png', 'webp', 'tif'])
def test_all_frames_of_one_file(tmp_path, ending):
    frames = [picture(60 * i) for i in range(4)]
    shown = {} if ending == 'tif' else {'duration': [100, 300, 100, 100]}
    path = tmp_path / f'a.{ending}'
    frames[0].save(path, save_all=True, append_images=frames[1:], lossless=True, **shown)
    source = open_video(path)
    assert [frame[0, 0, 0] for frame in source] == [0, 60, 120, 180]
    assert source.read([2, 1])[:, 0, 0, 0].tolist() == [120, 60]
    if shown:
        assert source.fps == 10
        assert source.frame_times(4) == pytest.approx([0, 0.1, 0.4, 0.5])


def test_an_animation_among_frames_is_refused(tmp_path):
    picture().save(tmp_path / 'a.png')
    picture().save(tmp_path / 'b.png', save_all=True, append_images=[picture(9)])
    with pytest.raises(UserError, match=r'b\.png: an animated or multi-page image'):
        list(open_video(tmp_path))


def test_frames_come_in_time(tmp_path):
    for name in ('0.75', '0.5', '0.25', '1.0'):
        picture().save(tmp_path / f'{name}.png')
    assert open_video(tmp_path).frame_names(4) == ['0.25', '0.5', '0.75', '1.0']


def test_two_frames_of_one_name_are_refused(tmp_path):
    for name in ('a.png', 'a.jpg', 'b.png'):
        picture().save(tmp_path / name)
    with pytest.raises(UserError, match=r'a\.jpg and a\.png are two frames of one name'):
        open_video(tmp_path)


def test_what_is_left_out_is_said(tmp_path, monkeypatch):
    said = []
    monkeypatch.setattr(
        'mevis.apis.inference.image_source.print_log', lambda text, *_: said.append(text)
    )
    for ending in ('jpg', 'jfif', 'jpe'):
        picture().save(tmp_path / f'{ending}.{ending}', 'JPEG')
    for name in ('.DS_Store', 'Thumbs.db'):
        (tmp_path / name).touch()
    assert len(open_video(tmp_path).frame_names(3)) == 3
    assert said == []
    (tmp_path / 'c.heic').touch()
    assert np.stack(list(open_video(tmp_path))).shape[0] == 3
    assert '1 files' in said[0]
    assert 'c.heic' in said[0]
