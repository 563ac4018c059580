"""Pictures are read whole and as they are meant, or refused; nothing else opens one."""

import os
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import mevis
from mevis.boundary import pictures
from mevis.boundary.pictures import is_stack, picture_size, read_all_rgb, read_rgb
from mevis.errors import UserError


def noise(height: int = 20, width: int = 30) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_nothing_else_opens_pictures():
    package = Path(mevis.__file__).parent
    files = [*package.rglob('*.py'), *(package.parent / 'tools').rglob('*.py')]
    assert len(files) > 100
    found = [path for path in files if re.search(r'\bImage\.open\(|imread\(', path.read_text())]
    # Measures the decoders themselves, on pictures that it has made.
    benchmark = package.parent / 'tools/analysis/benchmark_loading.py'
    assert set(found) - {benchmark} == {package / 'boundary' / 'pictures.py'}


def test_an_eps_starts_no_program(tmp_path, monkeypatch):
    text = '%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 30 20\n%%EndComments\nshowpage\n%%EOF\n'
    path = tmp_path / 'a.jpg'
    path.write_text(text)
    started = []
    for name in ('Popen', 'check_call', 'check_output', 'run', 'call'):
        monkeypatch.setattr(subprocess, name, lambda *args, **_: started.append(args))
    for read in (read_rgb, picture_size, is_stack):
        with pytest.raises(UserError, match=r'a\.jpg: the picture cannot be read \(none of the f'):
            read(path)
    assert not started


@pytest.mark.parametrize('mode', ['1', 'L', 'LA', 'P', 'RGB', 'RGBA', 'CMYK', 'I;16'])
def test_every_kind_becomes_rgb(tmp_path, mode):
    path = tmp_path / 'a.tif'
    Image.new(mode, (5, 4)).save(path)
    assert read_rgb(path).shape == (4, 5, 3)
    assert read_rgb(path).dtype == np.uint8


@pytest.mark.parametrize('ending', ['png', 'tif', 'pgm'])
def test_16_bits_are_scaled(tmp_path, ending):
    ramp = np.arange(256, dtype=np.uint16)[None].repeat(4, 0) * 257
    path = tmp_path / f'a.{ending}'
    if ending == 'pgm':
        path.write_bytes(b'P5 256 4 65535\n' + ramp.astype('>u2').tobytes())
    else:
        Image.fromarray(ramp).save(path)
    assert np.array_equal(read_rgb(path)[0, :, 1], np.arange(256))


@pytest.mark.parametrize(('dtype', 'says'), [(np.float32, 'floating'), (np.int32, '32-bit')])
def test_values_without_a_range_are_refused(tmp_path, dtype, says):
    Image.fromarray(np.ones((4, 5), dtype)).save(tmp_path / 'a.tif')
    with pytest.raises(UserError, match=rf'a\.tif: a picture of {says}'):
        read_rgb(tmp_path / 'a.tif')


def test_an_orientation_is_followed_where_that_is_asked_for(tmp_path):
    path = tmp_path / 'a.png'
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(noise()).save(path, exif=exif)
    assert np.array_equal(read_rgb(path), noise())
    assert np.array_equal(read_rgb(path, upright=True), np.rot90(noise(), -1))


@pytest.mark.parametrize(('height', 'width'), [(1, 1), (1, 3000), (3000, 1)])
def test_thin_ones_are_pictures(tmp_path, height, width):
    Image.fromarray(noise(height, width)).save(tmp_path / 'a.png')
    assert np.array_equal(read_rgb(tmp_path / 'a.png'), noise(height, width))


@pytest.mark.parametrize('ending', ['jpg', 'png', 'tif', 'bmp', 'gif', 'webp'])
@pytest.mark.parametrize('share', [0, 0.05, 0.5, 0.9])
def test_truncated_ones_are_refused(tmp_path, ending, share):
    path = tmp_path / f'a.{ending}'
    Image.fromarray(noise()).save(path)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(UserError, match=rf'a\.{ending}: the picture cannot be read'):
        read_rgb(path)


def test_the_limit_of_pixels_is_the_users(tmp_path, monkeypatch):
    path = tmp_path / 'a.png'
    Image.fromarray(noise()).save(path)
    monkeypatch.setenv(pictures.LIMIT_VARIABLE, '599')
    with pytest.raises(UserError, match='more than 599 .*20x30.*MEVIS_MAX_PICTURE_PIXELS'):
        read_rgb(path)
    monkeypatch.setenv(pictures.LIMIT_VARIABLE, '600')
    assert picture_size(path) == (20, 30)
    for wrong in ('0', '-1', 'many', '1e9', '9' * 99):
        monkeypatch.setenv(pictures.LIMIT_VARIABLE, wrong)
        with pytest.raises(UserError, match='must be a number of pixels'):
            picture_size(path)


@pytest.mark.filterwarnings('error')
def test_a_bomb_is_refused_by_its_header_and_a_higher_limit_lets_it_in(tmp_path, monkeypatch):
    path = tmp_path / 'a.pbm'
    for size in (b'40000 5000', b'40000 10000'):
        path.write_bytes(b'P4 ' + size + b'\n')
        with pytest.raises(UserError, match='more than 178956970 pixels'):
            read_rgb(path)
    monkeypatch.setenv(pictures.LIMIT_VARIABLE, '400000000')
    assert picture_size(path) == (10000, 40000)


def test_pipes_and_devices_do_not_hang(tmp_path):
    os.mkfifo(tmp_path / 'a.png')
    with pytest.raises(UserError, match='is a pipe'):
        read_rgb(tmp_path / 'a.png')
    with pytest.raises(UserError, match='/dev/zero: is a device'):
        read_rgb('/dev/zero')
    with pytest.raises(UserError, match='is a folder'):
        read_rgb(tmp_path)


@pytest.mark.parametrize('name', ['a\0b', '\ud800'])
def test_names_that_no_file_has(name):
    with pytest.raises(UserError, match='no file can have this name'):
        read_rgb(name)


@pytest.mark.parametrize('ending', ['png', 'webp', 'tif', 'gif'])
def test_all_frames_of_a_stack_are_read(tmp_path, ending):
    path = tmp_path / f'a.{ending}'
    grey = [Image.new('RGB', (6, 4), (60 * i, 0, 0)) for i in range(4)]
    shown = {} if ending == 'tif' else {'duration': 200}
    grey[0].save(path, save_all=True, append_images=grey[1:], lossless=True, **shown)
    assert is_stack(path)
    frames = list(read_all_rgb(path))
    assert [frame[0, 0, 0] for frame, _ in frames] == [0, 60, 120, 180]
    assert {seconds for _, seconds in frames} == {0.2 if shown else 0}


def test_what_is_no_frame_of_a_stack(tmp_path):
    frames = [Image.new('RGB', (6, 4), (60 * i, 0, 0)) for i in range(3)]
    still = tmp_path / 'still.png'
    frames[0].save(still, save_all=True, append_images=frames[1:], default_image=True)
    assert [frame[0, 0, 0] for frame, _ in read_all_rgb(still)] == [60, 120]
    pages = tmp_path / 'pages.tif'
    small = frames[1].resize((3, 2))
    small.encoderinfo = {'tiffinfo': {254: 1}}
    frames[0].save(pages, save_all=True, append_images=[small])
    assert [frame.shape for frame, _ in read_all_rgb(pages)] == [(4, 6, 3)]
    camera = tmp_path / 'camera.jpg'
    frames[0].save(camera, 'MPO', save_all=True, append_images=frames[1:2])
    assert not is_stack(camera)
