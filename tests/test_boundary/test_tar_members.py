"""Files in a tar archive are read in place; what is no whole archive is refused in one line."""

import io
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mevis.boundary.pictures import picture_size, read_rgb
from mevis.boundary.tar_members import (
    TarMembers,
    open_stored,
    split_member,
    stored_bytes,
    tar_members,
)
from mevis.errors import UserError

LONG = 'x' * 120
FILES = {'bird/0.jpg': b'one', f'bird/{LONG}.jpg': b'two' * 400, 'a/b/0.jpg': b'', 'top': b'3'}


def write_tar(path: Path, files: dict, before: str = '', **options) -> Path:
    with tarfile.open(path, 'w', **options) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(f'{before}{name}')
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


@pytest.mark.parametrize('before', ['', './', 'frames/', './frames/', 'train/frames/'])
@pytest.mark.parametrize('form', [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_members_are_what_was_packed(tmp_path: Path, before: str, form: int):
    members = TarMembers(write_tar(tmp_path / 'frames.tar', FILES, before, format=form))
    assert len(members) == len(FILES)
    for name, data in FILES.items():
        assert name in members
        assert members.read(name) == data
        assert members.num_bytes(name) == len(data)
    assert members.top() == ['a', 'bird', 'top']
    assert members.folder('bird') == ['0.jpg', f'{LONG}.jpg']
    assert members.folder('a') == members.folder('none') == []


def test_an_archive_is_a_folder_to_who_reads_pictures(tmp_path: Path):
    pixels = np.random.default_rng(0).integers(0, 256, (6, 5, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, 'PNG')
    path = write_tar(tmp_path / 'frames.tar', {'a/0.png': stream.getvalue(), 'a/1.png': b'no'})
    assert np.array_equal(read_rgb(path / 'a/0.png'), pixels)
    assert picture_size(path / 'a/0.png') == (6, 5)
    with pytest.raises(UserError, match=r'frames\.tar/a/1\.png: the picture cannot be read'):
        read_rgb(path / 'a/1.png')
    with pytest.raises(UserError, match=r'frames\.tar/a/2\.png: the picture is missing'):
        read_rgb(path / 'a/2.png')


def test_a_folder_may_be_named_like_an_archive(tmp_path: Path):
    (tmp_path / 'x.tar').mkdir()
    (tmp_path / 'x.tar/0.jpg').write_bytes(b'plain')
    inner = write_tar(tmp_path / 'x.tar/y.tar', FILES)
    assert split_member(tmp_path / 'x.tar/0.jpg') is None
    assert split_member(inner / 'top') == (inner, 'top')
    assert open_stored(tmp_path / 'x.tar/0.jpg').read() == b'plain'
    assert stored_bytes(tmp_path / 'x.tar/0.jpg') == 5
    assert open_stored(inner / 'top').read() == b'3'


def test_links_litter_and_repetitions(tmp_path: Path):
    path = tmp_path / 'f.tar'
    with tarfile.open(path, 'w') as archive:
        for data in (b'old', b'newer'):
            info = tarfile.TarInfo('a/0.jpg')
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        archive.addfile(tarfile.TarInfo('a/._0.jpg'))
        link = tarfile.TarInfo('a/1.jpg')
        link.type, link.linkname = tarfile.SYMTYPE, '/etc/passwd'
        archive.addfile(link)
    members = TarMembers(path)
    assert members.read('a/0.jpg') == b'newer'
    assert members.folder('a') == ['0.jpg']


def test_a_replaced_archive_is_read_anew(tmp_path: Path):
    path = write_tar(tmp_path / 'f.tar', {'a': b'1'})
    assert tar_members(path) is tar_members(path)
    write_tar(path, {'a': b'2', 'b': bytes(20000)})
    assert tar_members(path).read('a') == b'2'


@pytest.mark.parametrize(
    'damage',
    [
        lambda data: data[:700],
        lambda data: data[: len(data) // 2 - 100],
        lambda data: data[:1024] + b'\xff' * 512 + data[1536:],
        lambda data: b'\x1f\x8b' + data,
        lambda data: b'',
        lambda data: b'no archive at all' * 100,
    ],
)
def test_what_is_not_whole_is_refused(tmp_path: Path, damage):
    path = write_tar(tmp_path / 'f.tar', {'a': bytes(512), 'b': bytes(8000), 'c': bytes(9000)})
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(UserError, match=r'f\.tar: .*Download it again') as found:
        TarMembers(path)
    assert '\n' not in str(found.value)


def test_a_compressed_archive_is_refused(tmp_path: Path):
    with tarfile.open(tmp_path / 'f.tar', 'w:gz') as archive:
        archive.add(__file__, 'a')
    with pytest.raises(UserError, match='uncompressed'):
        TarMembers(tmp_path / 'f.tar')
