"""Everything that a server rejects is found and named."""

import dataclasses
import io
import os
import tracemalloc
import zipfile

import numpy as np
import pytest
from PIL import Image

from mevis.errors import UserError
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


@pytest.mark.parametrize('prefix', ['a/b/c/', './', '/', '../', 'C:/out/'])
def test_folders_at_any_depth_are_one_fault(tmp_path, layout, entries, prefix):
    inside = {f'{prefix}{name}': data for name, data in entries.items()}
    (found,) = faults(tmp_path, layout, {**inside, '__MACOSX/a/._x': b''})
    assert found.startswith(f'{prefix}: an enclosing folder')


@pytest.mark.parametrize('comment', [b'', b'made by a program'])
@pytest.mark.parametrize('where', ['before', 'after'])
def test_bytes_around_the_archive(tmp_path, layout, entries, where, comment):
    path = pack(tmp_path / 'x.zip', entries)
    with zipfile.ZipFile(path, 'a') as file:
        file.comment = comment
    assert check_archive(path, layout) == []
    data = path.read_bytes()
    path.write_bytes(b'junk' + data if where == 'before' else data + b'junk')
    (found,) = check_archive(path, layout)
    assert f'there are bytes {where} the archive in its file' in str(found)


def test_several_enclosing_folders_are_one_fault(tmp_path, layout, entries):
    inside = {f'part{i}/{name}': data for i, (name, data) in enumerate(entries.items())}
    (found,) = faults(tmp_path, layout, inside)
    assert found.startswith('part0/: an enclosing folder')
    assert f'There are {len(entries)} of them' in found


@pytest.mark.parametrize('prefix', ['', 'out\\'])
def test_backslashes_are_one_fault(tmp_path, layout, entries, prefix):
    written = {prefix + name.replace('/', '\\'): data for name, data in entries.items()}
    (found,) = faults(tmp_path, layout, written)
    assert f'{len(entries)} names have backslashes' in found


def test_an_archive_in_the_archive(tmp_path, layout, entries):
    inner = pack(tmp_path / 'inner.zip', entries).read_bytes()
    (found,) = faults(tmp_path, layout, {'__MACOSX/._a': b'', 'sub/answers.zip': inner})
    assert found.startswith('sub/answers.zip: an archive in the archive')


def test_nothing_in_it(tmp_path, layout):
    for nothing in ({}, {'bird/': b''}, {'__MACOSX/._a': b''}):
        assert faults(tmp_path, layout, nothing) == ['the archive: there are no files in it.']


@pytest.mark.parametrize('name', ['.', '/', '//', '..', '\\', ' ', 'bird'])
def test_an_entry_of_a_strange_name_is_named(tmp_path, layout, entries, name):
    path = pack(tmp_path / 'x.zip', entries)
    with zipfile.ZipFile(path, 'a') as file:
        info = zipfile.ZipInfo('x')
        info.filename = name
        file.writestr(info, b'')
    found = [str(problem) for problem in check_archive(path, layout)]
    # What ends in a slash is a folder.
    folder = name.endswith('/')
    assert found == [] if folder else [f'{name}: not of this split. Remove it from the archive.']


def test_what_macos_adds_is_one_fault(tmp_path, layout, entries):
    added = {f'__MACOSX/{n.replace(".png", "")}/._x': b'' for n in entries}
    (found,) = faults(tmp_path, layout, {**entries, **added})
    assert found.startswith(f'__MACOSX/: {len(entries)} files that macOS adds')


def test_an_encrypted_archive(tmp_path, layout, entries):
    path = pack(tmp_path / 'x.zip', entries)
    data = bytearray(path.read_bytes())
    place = data.index(b'PK\x01\x02')
    data[place + 8] |= 1
    path.write_bytes(data)
    (found,) = check_archive(path, layout)
    assert '1 files are encrypted' in str(found)


def test_a_method_that_few_programs_know(tmp_path, layout, entries):
    path = pack(tmp_path / 'x.zip', entries)
    data = bytearray(path.read_bytes())
    place = data.index(b'PK\x01\x02')
    data[place + 10] = 9
    path.write_bytes(data)
    (found,) = check_archive(path, layout)
    assert 'packed by Deflate64' in str(found)


@pytest.mark.parametrize('method', [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_damage_is_named_whatever_the_method(tmp_path, layout, entries, method):
    path = tmp_path / 'x.zip'
    with zipfile.ZipFile(path, 'w', method) as file:
        for name, data in entries.items():
            file.writestr(name, data)
    assert check_archive(path, layout) == []
    intact = path.read_bytes()
    start = intact.index(b'bird/0/00001.png') + len('bird/0/00001.png')
    found = []
    for place in range(start, start + 60, 6):
        data = bytearray(intact)
        data[place] ^= 0xFF
        path.write_bytes(data)
        found += check_archive(path, layout)
    # LZMA's number of its own version means nothing.
    assert len(found) >= 7
    assert all(str(one).startswith('bird/0/00001.png: cannot be unpacked') for one in found)


def test_an_entry_is_not_unpacked_further_than_a_mask_can_be_long(tmp_path, layout, entries):
    name = 'bird/0/00001.png'
    path = tmp_path / 'x.zip'
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as file:
        for entry, data in entries.items():
            file.writestr(entry, data + bytes(50_000_000) if entry == name else data)
    tracemalloc.start()
    (found,) = check_archive(path, layout)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert str(found).startswith(f'{name}: unpacks to more than')
    assert peak < 10e6


def test_a_folder_and_a_pipe_are_no_archives(tmp_path, layout):
    with pytest.raises(UserError, match='is a folder'):
        check_archive(tmp_path, layout)
    os.mkfifo(tmp_path / 'x.zip')
    with pytest.raises(UserError, match='pipe'):
        check_archive(tmp_path / 'x.zip', layout)


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
    assert str(found) == 'cat/0/00000.png: is there 2 times. Write the archive again.'


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
        (png(GREY)[:-12], 'cut off: its end is missing'),
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


def test_a_folder_that_the_server_wants(tmp_path, layout, entries):
    layout = [dataclasses.replace(video, folder='Annotations') for video in layout]
    inside = {f'Annotations/{name}': data for name, data in entries.items()}
    assert faults(tmp_path, layout, inside) == []
    (fault,) = faults(tmp_path, layout, entries)
    assert fault.startswith('Annotations/: is missing. This server wants')
    inside.pop('Annotations/cat/0/00000.png')
    (fault,) = faults(tmp_path, layout, inside)
    assert fault.startswith('Annotations/cat/: the video is missing')
