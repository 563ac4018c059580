"""What a file of weights is, by its first bytes; its name says nothing."""

import itertools
import os
import pickletools
import zipfile
from pathlib import Path

from mevis.boundary.files import expanded, regular_file
from mevis.errors import UserError

ZIP, LEGACY, PICKLE, SAFETENSORS = 'zip', 'legacy', 'pickle', 'safetensors'

# torch.save before zip archives: a pickled number comes first.
_LEGACY = b'\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.'
_ZIP = b'PK\x03\x04'
_LFS = b'version https://git-lfs'
_LARGEST_HEADER = 100_000_000
_OTHERS = (
    (b'PK\x05\x06', 'an empty zip archive'),
    (b'\x1f\x8b', 'packed by gzip; unpack it first'),
    (b'\xfd7zXZ', 'packed by xz; unpack it first'),
    (b'BZh', 'packed by bzip2; unpack it first'),
    (b'7z\xbc\xaf', 'packed by 7-Zip; unpack it first'),
    (b'Rar!', 'packed by RAR; unpack it first'),
    (b'\x89HDF', 'an HDF5 file, of Keras as a rule'),
    (b'\x93NUMPY', 'an array of numpy'),
    (b'GGUF', 'a GGUF file, of llama.cpp'),
)
_ENDINGS = ('.safetensors', '.pth', '.pt', '.bin', '.ckpt', '.pkl')


def form_of(path: str | Path) -> str:
    """``zip`` or ``legacy`` of torch.save, ``pickle`` of plain Python, or ``safetensors``.

    Raises:
        UserError: If it is something else, of which as much is said as can be told.
        FileNotFoundError: If it does not exist.
    """
    path = expanded(path)
    if path.is_dir():
        raise UserError(f'{path}: is a folder; name the file of weights{_in_folder(path)}.')
    if not os.path.lexists(path):
        raise FileNotFoundError(2, 'no such checkpoint', str(path))
    with regular_file(path).open('rb') as file:
        start = file.read(512)
    if is_safetensors(start):
        return SAFETENSORS
    if start.startswith(_ZIP):
        return ZIP
    if start.startswith(_LEGACY):
        return LEGACY
    if start[:1] == b'\x80' and start[1:2] <= b'\x05':
        return PICKLE
    raise UserError(f'{path}: not a checkpoint file ({_other(start)}).{_mend(start)}')


def is_safetensors(start: bytes) -> bool:
    """Whether bytes begin with the length of a header and the header."""
    length = int.from_bytes(start[:8], 'little')
    return start[8:9] == b'{' and 2 <= length <= _LARGEST_HEADER


def damage_of_zip(path: str | Path) -> str | None:
    """What is wrong with the archive of torch.save; None if every byte is as it was written.

    torch itself does not look at the sums in its archives.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            names = [entry.filename.partition('/')[2] for entry in entries]
            if 'constants.pkl' in names:
                return 'a program of TorchScript; save its state_dict'
            if 'data.pkl' not in names:
                return 'a zip archive, but none of torch.save'
            if all(entry.CRC == 0 for entry in entries):
                return None  # torch.serialization.set_crc32_options(False)
            damaged = archive.testzip()
    # Of a directory with changed bits anything is raised, for example by unknown compression.
    except Exception as error:
        return f'{error}' or type(error).__name__
    return f'the bytes of {damaged} are not those that were saved' if damaged else None


def pickle_is_whole(path: str | Path) -> bool:
    """Whether the first pickles of a file have an end; nothing of them is run."""
    with Path(path).open('rb') as file:
        num_pickles = 4 if file.read(len(_LEGACY)) == _LEGACY else 1
        file.seek(0)
        try:
            for _ in range(num_pickles):
                for _ in pickletools.genops(file):
                    pass
        except (ValueError, MemoryError, OverflowError):  # a length that no file has
            return False
    return True


def _in_folder(path: Path) -> str:
    """The first files of weights in a folder, for the message."""
    found = (
        Path(folder).relative_to(path) / name
        for folder, _, names in itertools.islice(os.walk(path), 100)
        for name in sorted(names)
        if name.endswith(_ENDINGS)
    )
    named = [str(name) for name in itertools.islice(found, 2)]
    return f' in it, such as {" or ".join(named)}' if named else ', of which there is none in it'


def _other(start: bytes) -> str:
    if not start:
        return 'it is empty'
    if start.startswith(_LFS):
        return 'it is a Git LFS pointer to the weights: `git lfs pull` fetches them'
    for magic, what in _OTHERS:
        if start.startswith(magic):
            return what
    if start[257:262] == b'ustar':
        return 'a tar archive; unpack it first'
    if not start.strip(b'\0'):
        return 'it holds zeros only'
    if start.lstrip()[:1] == b'<':
        return 'a page of the web'
    if all(32 <= byte < 127 or byte in b'\t\n\r' for byte in start):
        return 'it is text'
    return 'neither safetensors nor a file of torch.save'


def _mend(start: bytes) -> str:
    known = start.startswith((_LFS, *(magic for magic, _ in _OTHERS[1:])))
    return '' if known or start[257:262] == b'ustar' else ' Copy or download it again.'
