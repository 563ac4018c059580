"""Everything that a server rejects is found and named."""

import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from mevis.evaluation.submission import VideoLayout, check_archive
from mevis.evaluation.submission.archive import encode_png


def png(pixels: np.ndarray, mode: str | None = None) -> bytes:
    stream = io.BytesIO()
    image = Image.fromarray(pixels)
    (image.convert(mode) if mode else image).save(stream, 'PNG')
    return stream.getvalue()


@pytest.fixture
def entries(masks) -> dict[str, bytes]:
    return {entry: encode_png(mask) for entry, mask in masks.items()}


def pack(path, entries: dict[str, bytes]):
    with zipfile.ZipFile(path, 'w') as file:
        for name, data in entries.items():
            file.writestr(name, data)
    return path


def faults(tmp_path, layout, entries, num_workers=1) -> list[str]:
    return [
        str(problem)
        for problem in check_archive(pack(tmp_path / 'x.zip', entries), layout, num_workers)
    ]


@pytest.mark.parametrize('num_workers', [1, 2])
def test_a_sound_archive_has_no_faults(tmp_path, layout, entries, num_workers):
    told = []
    path = pack(tmp_path / 'x.zip', entries)
    check = check_archive(path, layout, num_workers, lambda *done: told.append(done))
    assert check == []
    assert told == [(1, 2), (2, 2)]


def test_folders_have_entries_of_their_own_in_some_archives(tmp_path, layout, entries):
    assert faults(tmp_path, layout, {'bird/': b'', 'bird/0/': b'', **entries}) == []


def test_an_enclosing_folder(tmp_path, layout, entries):
    inside = {f'out/{name}': data for name, data in entries.items()}
    found = faults(tmp_path, layout, {**inside, '__MACOSX/out/._x': b''})
    assert len(found) == 1
    assert found[0].startswith('out/: an enclosing folder')
    assert 'zip the content' in found[0]


def test_a_missing_frame(tmp_path, layout, entries):
    del entries['bird/2/00001.png']
    (found,) = faults(tmp_path, layout, entries)
    assert found.startswith('bird/2/00001.png: the frame is missing')


def test_a_missing_expression_is_one_fault(tmp_path, layout, entries):
    del entries['bird/2/00000.png'], entries['bird/2/00001.png']
    assert faults(tmp_path, layout, entries) == ['bird/2/: the expression is missing (2 frames).']


def test_a_missing_video_is_one_fault(tmp_path, layout, entries):
    del entries['cat/0/00000.png']
    (found,) = faults(tmp_path, layout, entries)
    assert found == 'cat/: the video is missing (1 expressions, 1 frames).'


@pytest.mark.parametrize(
    'name', ['readme.txt', 'dog/0/00000.png', 'bird/3/00000.png', 'bird/0/00002.png', '.DS_Store']
)
def test_a_file_too_many(tmp_path, layout, entries, name):
    (found,) = faults(tmp_path, layout, {**entries, name: b''})
    assert found == f'{name}: not of this split. Remove it from the archive.'


def test_a_file_that_is_there_twice(tmp_path, layout, entries):
    path = pack(tmp_path / 'x.zip', entries)
    with zipfile.ZipFile(path, 'a') as file, pytest.warns(UserWarning, match='Duplicate'):
        file.writestr('cat/0/00000.png', entries['cat/0/00000.png'])
    (found,) = check_archive(path, layout)
    assert str(found) == 'cat/0/00000.png: is there 2 times. Write the archive anew.'


GREY = np.zeros((10, 10), np.uint8)


@pytest.mark.parametrize(
    ('data', 'detail'),
    [
        (png(GREY[:5]), '5x10 (height x width); the video is 10x10'),
        (png(GREY, 'RGB'), 'a PNG of RGB pixels; a single channel of 8 bits'),
        (png(GREY, 'P'), 'a PNG of palette pixels'),
        (png(GREY, '1'), 'a PNG of 1-bit pixels'),
        (png(GREY.astype(np.uint16)), 'a PNG of 16-bit pixels'),
        (png(GREY + 1), 'pixel values 1; only 0 and 255'),
        (png(np.arange(100, dtype=np.uint8).reshape(10, 10)), 'pixel values 0, 1, 2, 3, 4, …'),
        (png(GREY)[:40], 'the PNG cannot be read'),
        (b'', 'not a PNG file'),
        (b'\xff\xd8\xff a JPEG', 'not a PNG file'),
    ],
)
def test_a_picture_of_another_form(tmp_path, layout, entries, data, detail):
    (found,) = faults(tmp_path, layout, {**entries, 'cat/0/00000.png': data})
    assert found.startswith(f'cat/0/00000.png: {detail}')


def test_without_frames_the_masks_of_a_video_must_be_alike(tmp_path, layout, entries):
    unknown = [VideoLayout(v.name, v.exp_ids, v.frame_names) for v in layout]
    assert faults(tmp_path, unknown, entries) == []
    entries['bird/2/00000.png'] = png(GREY)
    (found,) = faults(tmp_path, unknown, entries)
    assert found.startswith('bird/2/00000.png: 10x10 (height x width); the video is 12x16')


def test_every_fault_is_found_at_once(tmp_path, layout, entries):
    del entries['cat/0/00000.png']
    entries['bird/0/00000.png'] = png(GREY)
    entries['notes.txt'] = b''
    assert len(faults(tmp_path, layout, entries)) == 3


def test_an_archive_that_was_cut_off(tmp_path, layout, entries):
    path = pack(tmp_path / 'x.zip', entries)
    path.write_bytes(path.read_bytes()[:-40])
    (found,) = check_archive(path, layout)
    assert str(found).startswith(f'{path}: not a whole zip file')


def test_a_damaged_entry_is_named(tmp_path, layout, entries):
    path = pack(tmp_path / 'x.zip', entries)
    data = bytearray(path.read_bytes())
    place = data.index(entries['bird/0/00001.png'])
    data[place + 20] ^= 1
    path.write_bytes(data)
    (found,) = check_archive(path, layout)
    assert str(found).startswith('bird/0/00001.png: cannot be unpacked')


def test_a_file_that_is_not_there(tmp_path, layout):
    with pytest.raises(FileNotFoundError):
        check_archive(tmp_path / 'absent.zip', layout)
